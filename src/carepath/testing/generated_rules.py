"""The rules, the resolve table and the pathways of a generated guideline, over a vocabulary that was drawn before.

Every rule has its grounds, every step is reached, leads on and is reviewed, and the table keeps what no guideline may
break: red flags stand alone, screening comes first, and no step up stands beside a step down without a condition.
"""

from __future__ import annotations

from collections.abc import Sequence

from carepath.content.load import load_guideline
from carepath.testing.extra import st
from carepath.testing.generated_vocabulary import (
    GROUND,
    REVIEW,
    SOURCE,
    ConditionData,
    Form,
    Vocabulary,
    conditions,
    text,
)

#: The lines of care in the order of their ranks.
_LINES = ("0", "1", "1.5", "2", "3")
_GROUNDS: tuple[Form, ...] = (GROUND, {"kind": "source", "source": SOURCE}, {"kind": "inferred", "source": SOURCE})
_STARTS = ("2020-01-01", "2026-03-01")
_END = "2030-12-31"
_STEP_KINDS = ["escalate", "deescalate"]
_TOPIC = "topic_1"


def grounds(draw: st.DrawFn) -> list[Form]:
    """One ground or two."""
    return draw(st.lists(st.sampled_from(_GROUNDS), min_size=1, max_size=2, unique_by=str))


def make_terms(draw: st.DrawFn, made: Vocabulary) -> dict[str, Form]:
    """Draws terms, each over the findings and the terms before it; their names become lines of the vocabulary."""
    terms: dict[str, Form] = {}
    for name in ("term_1", "term_2")[: draw(st.integers(0, 2))]:
        when = draw(conditions(made.lines))
        terms[name] = {"text": text(name.replace("_", " ")), "when": when, "grounds": grounds(draw)}
        made.lines.append(name)
    return terms


# --- rules ------------------------------------------------------------------------------------------------------


class RuleMaker:
    """Draws the rules: one for each red flag, some that step up, some that step down, and others."""

    def __init__(self, draw: st.DrawFn, made: Vocabulary, pathways: Sequence[str], most: int) -> None:
        self.draw = draw
        self.pathways = pathways
        self.when = conditions(made.lines)
        words = load_guideline().vocabulary
        self.target = next(iter(words["target"]))
        self.topic = next(iter(words["topic"]))
        self.internal_step = next(iter(words["internal_step"]))
        self.rules: list[Form] = []
        self.conflicts: dict[str, Form] = {}
        for number, flag in enumerate(made.flags, 1):
            self._red_flag(number, flag)
        self.up = self._steps("UP", "escalate")
        self.down = self._steps("DOWN", "deescalate")
        for number in range(1, 1 + draw(st.integers(0, most))):
            self._other(number)

    def _rule(self, name: str, when: ConditionData, outputs: list[Form], **more: object) -> None:
        rule: Form = {"id": name, "text": text(f"rule {name}"), "when": when, "recommend": outputs}
        self.rules.append(rule | more | {"grounds": grounds(self.draw)})

    def _red_flag(self, number: int, flag: str) -> None:
        urgency = self.draw(st.sampled_from(("emergency", "urgent", "prompt_assessment")))
        when: ConditionData = flag
        if self.draw(st.booleans()):
            when = {"any": [flag, self.draw(self.when)]}
        output: Form = {"kind": "red_flag_exit", "urgency": urgency, "target": self.target}
        self._rule(f"FLAG-{number}", when, [output])

    def _steps(self, prefix: str, kind: str) -> list[str]:
        names = [f"{prefix}-{number}" for number in range(1, 1 + self.draw(st.integers(1, 2)))]
        for name in names:
            self._rule(name, self.draw(self.when), [{"kind": kind}], **self._in_force())
        return names

    def _in_force(self) -> Form:
        """Mostly always; else from a day on, or up to one too."""
        forms: tuple[Form, ...] = ({}, {}, {"from": _STARTS[0]}, {"from": _STARTS[1]}, {"until": _END})
        return dict(self.draw(st.sampled_from(forms)))

    def _other(self, number: int) -> None:
        outputs: tuple[Form, ...] = (
            {"kind": "coordination"},
            {"kind": "mdo", "level": "regional"},
            {"kind": "continue", "internal_step": self.internal_step},
            {"kind": "clinician_judgement", "topic": self.topic},
            {"kind": "guideline_conflict", "topic": _TOPIC},
        )
        output = self.draw(st.sampled_from(outputs))
        if output["kind"] == "guideline_conflict":
            self.conflicts = {_TOPIC: _conflict()}
        more = self._in_force()
        if self.draw(st.booleans()):
            more["pathways"] = [self.draw(st.sampled_from(self.pathways))]
        when = self.draw(self.when)
        if self.draw(st.booleans()):
            self._rule(f"RULE-{number}", when, [output], **more)
        else:
            rule: Form = {"id": f"RULE-{number}", "text": text(f"rule {number}"), **more}
            self.rules.append(rule | {"recommend": [{**output, "when": when}], "grounds": grounds(self.draw)})


def _conflict() -> Form:
    positions = [{"owner": text(f"party {n}"), "text": text(f"position {n}"), "grounds": [GROUND]} for n in (1, 2)]
    return {"text": text("conflict 1"), "shown": "patient", "positions": positions}


# --- what is asked, and the table -------------------------------------------------------------------------------


def asks() -> list[Form]:
    """Screening comes before any step change."""
    ask: Form = {"id": "ASK-1", "screening": True, "asked": "always", "suspends": {"kinds": _STEP_KINDS}}
    return [ask | {"text": text("not yet known: {missing}"), "grounds": [GROUND]}]


def make_table(draw: st.DrawFn, when: st.SearchStrategy[ConditionData]) -> list[Form]:
    """Draws the resolve table: what no guideline may break, and perhaps an entry with a condition of its own."""
    alone: Form = {
        "operation": "removes",
        "selects": {"not_kinds": ["red_flag_exit"]},
        "given": [{"kinds": ["red_flag_exit"], "urgencies": ["emergency", "urgent"]}],
    }
    up_and_down: Form = {
        "operation": draw(st.sampled_from(("makes_conditional", "removes"))),
        "selects": {"kinds": ["deescalate"]},
        "given": [{"kinds": ["escalate"]}],
    }
    own: Form = {
        "operation": draw(st.sampled_from(("makes_conditional", "removes", "suspends"))),
        "selects": {"kinds": [draw(st.sampled_from(("escalate", "deescalate", "mdo", "coordination")))]},
        "when": draw(when),
    }
    stays: Form = {
        "operation": "continues",
        "absent": [
            {"kinds": _STEP_KINDS, "conditional": False},
            {"kinds": ["red_flag_exit"], "urgencies": ["emergency", "urgent"]},
        ],
    }
    first: list[tuple[str, Form]] = [("ALONE", alone)]
    last: list[tuple[str, Form]] = [("SCREEN-FIRST", {"operation": "suspends_while_missing"}), ("STAY", stays)]
    middle = draw(st.sampled_from(([], [("OWN", own)])))
    entries = [*first, *middle, ("UP-AND-DOWN", up_and_down), *last]
    return [{"id": name, **entry, "text": text(f"entry {name}"), "grounds": [GROUND]} for name, entry in entries]


# --- pathways ---------------------------------------------------------------------------------------------------


def make_pathway(draw: st.DrawFn, name: str, flags: list[str], rules: RuleMaker, most_steps: int) -> Form:
    """Draws a pathway: steps from low to high, each reached from below, and ways back down."""
    number = draw(st.integers(2, most_steps))
    steps = [f"{name.upper()}{rank}" for rank in range(number)]
    ways = [_way(draw, rules, steps[at], steps[at + 1], "escalate") for at in range(number - 1)]
    ways.append(_way(draw, rules, steps[-1], steps[-2], "deescalate"))
    for at in range(number - 2):
        if draw(st.booleans()):
            ways.append(_way(draw, rules, steps[at], steps[at + 2], "escalate"))
        if draw(st.booleans()):
            ways.append(_way(draw, rules, steps[at + 1], steps[at], "deescalate"))
    return {
        "format": 1,
        "pathway": name,
        "text": text(f"pathway {name}"),
        "scope": text(f"scope of {name}"),
        "line_2_step": steps[-1],
        "screen": flags[: draw(st.integers(0, len(flags)))],
        "grounds": [GROUND],
        "steps": [_step(step, rank) for rank, step in enumerate(steps)],
        "transitions": ways,
    }


def _step(name: str, rank: int) -> Form:
    return {
        "id": name,
        "text": text(f"step {name}"),
        "line": _LINES[rank % len(_LINES)],
        "step": rank + 1,
        "rank": rank,
        "kind": "step",
        "disciplines": [text("discipline 1")],
        "interventions": [{"text": text("intervention 1"), "grounds": [GROUND]}],
        "review": {"parameter": REVIEW},
        "grounds": [GROUND],
    }


def _way(draw: st.DrawFn, rules: RuleMaker, source: str, target: str, kind: str) -> Form:
    opened_by = rules.up if kind == "escalate" else rules.down
    way: Form = {"from": source, "to": target, "kind": kind, "rules": opened_by, "grounds": [GROUND]}
    if draw(st.integers(0, 3)) == 1:
        way[draw(st.sampled_from(("when", "unless")))] = draw(rules.when)
    return way
