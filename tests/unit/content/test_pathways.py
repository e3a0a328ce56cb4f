"""The pathways of the shipped guideline as graphs: what is on nodes and edges, and the structure of each."""

from __future__ import annotations

import networkx as nx
import pytest

from carepath.content.load import load_guideline
from carepath.pathway import Pathway

STEPS = {
    "spine": ["SP-AFT", "SP0", "SP1", "SP1-LRS", "SP15", "SP2", "SP2-NEU", "SP-IMSR", "SP3"],
    "other_msk": ["MS-AFT", "MS0", "MS1", "MS15", "MS2", "MS-CRPS", "MS-IMSR", "MS3"],
    "neuropathic": ["NP-AFT", "NP0", "NP1", "NP15", "NP2", "NP-REH", "NP3"],
}
LINE_2 = {"spine": "SP2", "other_msk": "MS2", "neuropathic": "NP2"}
RANKS = {"0": {0.0}, "0/1": {0.5}, "1": {1.0}, "1.5": {1.5}, "2": {2.0, 2.5}, "2/3": {2.5}, "3": {3.0}}


@pytest.fixture(params=STEPS)
def pathway(request: pytest.FixtureRequest) -> Pathway:
    """Each pathway of the shipped guideline in turn."""
    return load_guideline().pathways[request.param]


def every_pathway() -> list[Pathway]:
    return list(load_guideline().pathways.values())


def test_a_pathway_has_its_steps(pathway: Pathway) -> None:
    assert sorted(pathway.steps) == sorted(STEPS[pathway.name])
    assert pathway.line_2_step == LINE_2[pathway.name]


def test_steps_stand_in_the_order_of_their_rank_which_fits_their_line(pathway: Pathway) -> None:
    ranks = [step.rank for step in pathway.steps.values()]
    assert ranks == sorted(ranks)
    for step in pathway.steps.values():
        assert step.rank in RANKS[step.line], step.id


def test_programmes_and_aftercare_have_the_rank_that_was_decided(pathway: Pathway) -> None:
    for step in pathway.steps.values():
        if step.kind == "programme":
            assert step.rank == 2.5
        if step.kind == "aftercare":
            assert step.rank == 0.5
    assert [step.kind for step in pathway.steps.values()].count("aftercare") == 1


def test_a_node_of_the_graph_carries_the_step(pathway: Pathway) -> None:
    assert list(pathway.graph) == list(pathway.steps)
    assert pathway.graph.graph["name"] == pathway.name
    for step in pathway.steps.values():
        assert pathway.graph.nodes[step.id] == {
            "line": step.line,
            "step": step.step,
            "rank": step.rank,
            "kind": step.kind,
            "text": step.text,
        }


def test_an_edge_of_the_graph_carries_all_transitions_between_its_steps(pathway: Pathway) -> None:
    carried = []
    for source, target, data in pathway.graph.edges(data=True):
        assert set(data) == {"transitions", "kinds", "rules"}
        carried += data["transitions"]
        for transition in data["transitions"]:
            assert (transition.source, transition.target) == (source, target)
        assert data["kinds"] == tuple(sorted({transition.kind for transition in data["transitions"]}))
        assert data["rules"] == tuple(sorted({rule for one in data["transitions"] for rule in one.rules}))
    assert len(carried) == len(pathway.transitions)
    assert set(carried) == set(pathway.transitions)


def test_two_transitions_between_the_same_steps_share_an_edge(pathway: Pathway) -> None:
    pairs = {(one.source, one.target) for one in pathway.transitions}
    assert pathway.graph.number_of_edges() == len(pairs)


def test_some_pathway_has_two_transitions_on_one_edge() -> None:
    assert any(len(data["transitions"]) > 1 for one in every_pathway() for *_, data in one.graph.edges(data=True))


def test_the_graph_is_made_once_and_is_frozen(pathway: Pathway) -> None:
    assert pathway.graph is pathway.graph
    assert nx.is_frozen(pathway.graph)
    with pytest.raises(nx.NetworkXError, match="Frozen graph"):
        pathway.graph.add_edge("SP0", "nowhere")
    with pytest.raises(nx.NetworkXError, match="Frozen graph"):
        pathway.graph.remove_node(next(iter(pathway.steps)))


def test_every_step_is_reached_from_the_first_and_leads_on(pathway: Pathway) -> None:
    reached = {"SP0", "MS0", "NP0"} & set(pathway.steps)
    (start,) = reached
    assert {start, *nx.descendants(pathway.graph, start)} == set(pathway.steps)
    for step in pathway.steps:
        assert pathway.transitions_from(step), step


def test_the_way_up_has_no_circle_and_the_direction_follows_the_rank(pathway: Pathway) -> None:
    up: nx.DiGraph[str] = nx.DiGraph()
    for one in pathway.transitions:
        low, high = pathway.steps[one.source].rank, pathway.steps[one.target].rank
        if one.kind in {"escalate", "mdo", "imsr_assessment"}:
            assert low < high, one.id
        if one.kind == "deescalate":
            assert low > high, one.id
        if one.kind not in {"deescalate", "re_entry"}:
            up.add_edge(one.source, one.target)
    assert nx.is_directed_acyclic_graph(up)


def test_aftercare_is_an_end_with_a_re_entry(pathway: Pathway) -> None:
    (aftercare,) = [step.id for step in pathway.steps.values() if step.kind == "aftercare"]
    assert {one.kind for one in pathway.transitions_from(aftercare)} == {"re_entry"}


def test_transitions_from_a_step_lead_to_the_lower_target_first(pathway: Pathway) -> None:
    for step in pathway.steps:
        ranks = [pathway.steps[one.target].rank for one in pathway.transitions_from(step)]
        assert ranks == sorted(ranks)
    assert pathway.transitions_from("nowhere") == ()


def test_a_step_has_a_review_and_says_who_works_there_and_what_they_do(pathway: Pathway) -> None:
    for step in pathway.steps.values():
        assert load_guideline().parameters[step.review].type.unit == "wk", step.id
        assert step.disciplines
        assert step.interventions
        assert step.grounds


def test_a_transition_has_a_stable_name_and_is_opened_by_rules_that_exist(pathway: Pathway) -> None:
    assert len({(one.id, one.rules) for one in pathway.transitions}) == len(pathway.transitions)
    for one in pathway.transitions:
        assert one.id == f"{one.source}>{one.target}:{one.kind}"
        assert set(one.rules) <= set(load_guideline().rules)


def test_the_red_flags_to_be_screened_are_findings(pathway: Pathway) -> None:
    assert pathway.screen
    assert set(pathway.screen) | set(pathway.screen_more) <= set(load_guideline().findings)


def test_the_neuropathic_pathway_screens_the_spine_too_when_a_radicular_syndrome_is_suspected() -> None:
    spine, neuropathic = load_guideline().pathways["spine"], load_guideline().pathways["neuropathic"]
    assert set(spine.screen) <= {*neuropathic.screen, *neuropathic.screen_more}


def test_no_red_flag_changes_a_step() -> None:
    rules = {rule for pathway in every_pathway() for one in pathway.transitions for rule in one.rules}
    assert not any(rule.startswith("RF-") for rule in rules)


@pytest.mark.parametrize(
    "transition",
    [
        "SP0>SP1:escalate",
        "SP0>SP1-LRS:escalate",
        "SP1-LRS>SP2-NEU:escalate",
        "SP1>SP0:deescalate",
        "SP15>SP1:deescalate",
        "SP2-NEU>SP1-LRS:deescalate",
        "MS-CRPS>MS15:deescalate",
        "SP2>SP3:mdo",
        "SP-AFT>SP1:re_entry",
        "MS-AFT>MS1:re_entry",
        "NP-AFT>NP1:re_entry",
    ],
)
def test_an_edge_that_was_decided_is_there(transition: str) -> None:
    assert transition in {one.id for pathway in every_pathway() for one in pathway.transitions}


def test_the_representation_counts_steps_and_transitions() -> None:
    spine = load_guideline().pathways["spine"]
    assert repr(spine) == f"<Pathway spine: 9 steps, {len(spine.transitions)} transitions>"
