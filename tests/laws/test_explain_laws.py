"""Laws of explanations: sets settle and nothing less does, changes flip, trees say what the evaluator says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from carepath import Assessment, Recommendation
from carepath.basis import leaf_findings
from carepath.content.guideline import PRESENT_STEP
from carepath.explain.change import series_of
from carepath.explain.explanation import Explanation
from carepath.explain.fills import fills_of, renewed
from carepath.explain.missing import Missing, missing_for
from carepath.explain.settling import settling_tree
from carepath.explain.shared_parts import leaves_in
from carepath.explain.tries import Series, Tries
from carepath.explain.what_if import assessed_with
from carepath.inference.drafts import Draft, matches
from carepath.language.nodes import Change, Compare, Condition, children, is_derived
from carepath.language.write import write_line
from carepath.recommendation import Contribution
from tests.laws.helpers import AT, GUIDELINE, Case, cases, law, value_of

#: Kinds that neither red flags nor screening hold up.
FREE = frozenset({"red_flag_exit", "not_in_scope"})
#: A set of more completions than this is tried with as many of them.
MAX_TRIED = 40
KINDS = st.sampled_from(tuple(GUIDELINE.kinds))
ASKED = st.sampled_from(
    (
        *GUIDELINE.kinds,
        *GUIDELINE.rules,
        *GUIDELINE.conflicts,
        *(step for pathway in GUIDELINE.pathways.values() for step in pathway.steps),
    )
)


# --- the smallest sets -----------------------------------------------------------------------------------------------


def is_settled(one: Missing, after: Assessment) -> bool:
    """Whether an output has a verdict after the resolve table: read from what the assessment shows."""
    undetermined = one.undetermined
    for other in after.undetermined:
        same = (other.rule, other.output) == (undetermined.rule, undetermined.output)
        if same and (undetermined.target is None or other.target in {None, undetermined.target}):
            return False
    if any(is_held_up(put.until_known, after) for put in after.set_aside if gives(put.recommendation, one)):
        return False
    for rec in (*after.recommendations, *after.notes):
        if gives(rec, one) and not is_settled_recommendation(rec, one, after):
            return False
    return True


def gives(rec: Recommendation, one: Missing) -> bool:
    undetermined = one.undetermined
    step = undetermined.target if rec.kind in {"escalate", "deescalate"} else None
    return step in {None, rec.target} and any(is_own(contribution, one) for contribution in rec.contributions)


def is_own(contribution: Contribution, one: Missing) -> bool:
    rule, output = contribution.rule, contribution.output
    if rule is None or output is None:
        return False
    return (rule.id, output.index) == (one.undetermined.rule, one.undetermined.output)


def is_held_up(names: tuple[str, ...], after: Assessment) -> bool:
    return any(after.basis.reason(name) not in {None, "not_applicable"} for name in names)


def is_settled_recommendation(rec: Recommendation, one: Missing, after: Assessment) -> bool:
    if rec.kind != one.undetermined.kind and is_held_up(("pathway", "current_node"), after):
        return False  # a note now, a change inside the step once the step is known
    own = next(c for c in rec.contributions if is_own(c, one))
    waits = set(rec.could_change) & waited_for(own, rec, after)
    if waits or (own.output is not None and own.output.settle is not None and is_held_up(rec.missing, after)):
        return False
    return rec.kind in FREE or not any(screens(asked) for asked in after.recommendations)


def waited_for(own: Contribution, rec: Recommendation, after: Assessment) -> set[str]:
    """What the entries that select one rule's output, and its way, wait for: others wait beside the other rules."""
    names: set[str] = set()
    fields = (rec.target, rec.urgency, rec.level, rec.group, rec.topic, rec.internal_step)
    draft = Draft(rec.kind, [own], *fields)
    for entry in GUIDELINE.resolve:
        beside_others = entry.given or entry.absent
        if entry.when is not None and not beside_others and matches(entry.selects, draft, after.basis.pathway):
            names.update(after.basis.open_findings(f"resolve:{entry.id}"))
    if own.transition is not None and own.transition.unless is not None:
        names.update(after.basis.open_findings(f"transition:{own.transition.id}:unless"))
    return names


def screens(rec: Recommendation) -> bool:
    asks = (contribution.ask for contribution in rec.contributions)
    return any(ask is not None and ask.asked == "always" and ask.suspends and ask.when is None for ask in asks)


def fills_for(one: Missing, before: Assessment) -> Mapping[str, tuple[Series, ...]]:
    tree, _ = settling_tree(one.undetermined, before.basis)
    leaves = [leaf.condition for leaf in leaves_in(tree) if leaf.condition is not None]
    tries = Tries(before.basis)
    return {name: fills_of(name, leaves_about(name, leaves, before), tries) for names in one.sets for name in names}


def leaves_about(name: str, leaves: Sequence[Condition], before: Assessment) -> Sequence[Condition]:
    """The leaves of a tree; of what is only screened, which none of them reads, those of the whole content."""
    read = PRESENT_STEP if name == "current_node" else name
    if any(read in leaf_findings(leaf) for leaf in leaves):
        return leaves
    prepared = before.basis.prepared
    conditions = (*prepared.clauses.values(), *prepared.scope.terms.values())
    return tuple(leaf for condition in conditions for leaf in below(condition))


def below(condition: Condition) -> Iterator[Condition]:
    """The leaves of a condition."""
    parts = children(condition)
    return itertools.chain.from_iterable(map(below, parts)) if parts else iter((condition,))


def completions(names: tuple[str, ...], fills: Mapping[str, tuple[Series, ...]]) -> Iterator[dict[str, Series]]:
    """Values for all findings of a set."""
    for values in itertools.product(*(fills[name] for name in names)):
        made = dict(zip(names, values, strict=True))
        if fits(made):
            yield made


def reads_a_change(one: Missing, before: Assessment) -> bool:
    tree, _ = settling_tree(one.undetermined, before.basis)
    return any(
        isinstance(leaf.condition, Compare) and isinstance(leaf.condition.operand, Change) for leaf in leaves_in(tree)
    )


def reads_what_is_derived(one: Missing, before: Assessment) -> bool:
    tree, _ = settling_tree(one.undetermined, before.basis)
    return any(leaf.condition is not None and is_derived(leaf.condition) for leaf in leaves_in(tree))


def chosen(data: st.DataObject, before: Assessment) -> Missing:
    assume(before.undetermined)
    one = data.draw(st.sampled_from(before.undetermined), label="undetermined")
    found = missing_for(one, before.basis)
    assert found.exact
    assume(found.sets)
    return found


def fits(made: Mapping[str, Series]) -> bool:
    """A step that was filled in belongs to the pathway that was."""
    step, pathway = (_latest(made.get(name, ())) for name in ("current_node", "pathway"))
    return None in {step, pathway} or step in GUIDELINE.pathways[str(pathway)].steps


def _latest(series: Series) -> object:
    """The last value by the date of the assessment; None where there is none."""
    return next((fact.value for fact in reversed(series) if fact.date <= AT), None)


@law(15, thorough=400)
@for_all(cases(), st.data())
def test_every_smallest_set_settles_whatever_values_it_turns_out_to_have(case: Case, data: st.DataObject) -> None:
    before = case.assess()
    one = chosen(data, before)
    names = data.draw(st.sampled_from(one.sets), label="set")
    fills = fills_for(one, before)
    assume("last_step_change_date" not in names)  # the day must leave room for a value to count from
    for _ in range(3):
        made = {name: data.draw(st.sampled_from(fills[name]), label=name) for name in names}
        assume(fits(made))
        assert is_settled(one, assessed_with(before, made)), made


@law(15, thorough=400)
@for_all(cases(), st.data())
def test_any_values_within_range_settle_and_not_only_the_ones_that_were_tried(case: Case, data: st.DataObject) -> None:
    before = case.assess()
    one = chosen(data, before)
    assume(not reads_what_is_derived(one, before))
    names = data.draw(st.sampled_from(one.sets), label="set")
    made: dict[str, Series] = {}
    # A step belongs to the pathway that was chosen, here or in the record.
    pathway = before.basis.pathway.name if before.basis.pathway is not None else None
    for name in sorted(names, key=lambda name: name != "pathway"):
        value = data.draw(value_of(name, pathway), label=name)
        assume(isinstance(value, bool | int | float | str))
        assert isinstance(value, bool | int | float | str)
        pathway = str(value) if name == "pathway" else pathway
        made[name] = renewed(before.basis.situation.record.facts(name), name, value, before.at)
    assert is_settled(one, assessed_with(before, made))


@law(12, thorough=300)
@for_all(cases(), st.data())
def test_no_proper_subset_of_a_smallest_set_settles(case: Case, data: st.DataObject) -> None:
    before = case.assess()
    one = chosen(data, before)
    assume(not reads_a_change(one, before))
    names = data.draw(st.sampled_from(one.sets), label="set")
    fills = fills_for(one, before)
    # What is screened before all else stays: whether something else settles without it is not to be seen in the advice.
    screened = set(settling_tree(one.undetermined, before.basis)[1])
    rest = [name for name in names if name not in screened]
    assume(rest)
    chosen_rest = data.draw(st.sets(st.sampled_from(rest), max_size=len(rest) - 1), label="subset")
    subset = (*(name for name in names if name in screened), *sorted(chosen_rest))
    all_ways = list(itertools.islice(completions(subset, fills), MAX_TRIED + 1))
    assume(len(all_ways) <= MAX_TRIED)
    assert any(not is_settled(one, assessed_with(before, made)) for made in all_ways), subset


@law(15, thorough=400)
@for_all(cases(), st.data())
def test_no_set_holds_another_and_each_holds_what_comes_first(case: Case, data: st.DataObject) -> None:
    one = chosen(data, case.assess())
    for names in one.sets:
        assert set(one.first) <= set(names)
        assert not any(set(other) < set(names) for other in one.sets)


# --- what would change it --------------------------------------------------------------------------------------------


@law(9)
@for_all(cases(), KINDS)
def test_every_change_really_flips_and_touches_only_what_may_change(case: Case, kind: str) -> None:
    before = case.assess()
    answer = before.what_would_change(kind)
    stands = {one.kind for one in (*before.recommendations, *before.notes)}
    assert answer.appears is (kind not in stands)
    for change in answer.changes:
        after = assessed_with(before, series_of(change, before))
        assert (kind in {one.kind for one in (*after.recommendations, *after.notes)}) is answer.appears
        for one in change:
            finding = GUIDELINE.findings[one.finding]
            assert finding.changeable
            assert not finding.red_flag
            assert before.basis.reading(one.finding).known


@law(9)
@for_all(cases())
def test_no_change_is_offered_for_a_red_flag(case: Case) -> None:
    assert case.assess().what_would_change("red_flag_exit").changes == ()


# --- why and why not -------------------------------------------------------------------------------------------------


def truths(explanation: Explanation) -> Iterator[tuple[str, str]]:
    for node in explanation.walk():
        if node.role in {"condition", "not", "term", "all", "any", "rule"} and node.condition and node.truth:
            yield node.condition, node.truth


@law(15, thorough=400)
@for_all(cases(), ASKED)
def test_the_truths_of_a_tree_are_those_of_the_evaluator(case: Case, asked: str) -> None:
    assessment = case.assess()
    basis = assessment.basis
    known: dict[str, str] = {}
    for clause in basis.prepared.clauses:
        for part in basis.trace(clause).walk():
            known[write_line(part.condition)] = part.truth.value
    for condition, truth in truths(assessment.why_not(asked)):
        assert known[condition] == truth, condition


@law(15, thorough=400)
@for_all(cases(), ASKED)
def test_an_answer_names_only_findings_that_its_conditions_read(case: Case, asked: str) -> None:
    assessment = case.assess()
    for node in assessment.why(asked).walk():
        if node.role == "condition":
            line = (node.condition or "").replace("present_step", "current_node")
            for read in node.reads:
                assert read.finding in line or read.finding == "last_step_change_date"
                reading = assessment.basis.reading(read.finding)
                if read.finding not in {"current_node", "pathway"}:
                    assert (read.value, read.date, read.source) == (reading.value, reading.date, reading.source)


@law(15, thorough=400)
@for_all(cases(), ASKED)
def test_dutch_and_english_have_the_same_structure(case: Case, asked: str) -> None:
    explanation = case.assess().why_not(asked)
    assert explanation.sentence.en
    assert explanation.sentence.nl
    for node in explanation.walk():
        assert bool(node.text.en) is bool(node.text.nl)
        for read in node.reads:
            assert (read.said is None) or (bool(read.said.en) is bool(read.said.nl))


@law(9)
@for_all(cases(), ASKED)
def test_the_same_question_gets_the_same_answer(case: Case, asked: str) -> None:
    assert case.assess().why_not(asked).to_dict() == case.assess().why_not(asked).to_dict()
