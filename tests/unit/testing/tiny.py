"""A guideline of three steps and three rules, as texts by path, in which a test may plant a defect."""

from __future__ import annotations

from carepath.testing.content_texts import GuidelineFiles, shipped_words

GROUNDS = "grounds: [{kind: design_choice}]"


def both(words: str) -> str:
    return f'{{en: "{words}", nl: "{words}"}}'


def finding(name: str, more: str) -> str:
    return f"  {name}: {{{more}, label: {both(name)}, question: {both(name + '?')}, {GROUNDS}}}"


def rule(name: str, when: str, output: str) -> str:
    return f"- {{id: {name}, text: {both(name)}, when: {when}, recommend: [{{{output}}}], {GROUNDS}}}"


def entry(name: str, what: str) -> str:
    return f"- {{id: {name}, {what}, text: {both(name)}, {GROUNDS}}}"


def step(name: str, rank: int) -> str:
    what = f"line: '{rank}', step: {rank + 1}, rank: {rank}, kind: step, review: {{parameter: review}}"
    done = f"disciplines: [{both('nurse')}], interventions: [{{text: {both('talk')}, {GROUNDS}}}]"
    return f"- {{id: {name}, text: {both('step ' + name)}, {what}, {done}, {GROUNDS}}}"


def way(source: str, target: str, kind: str, opened_by: str) -> str:
    return f"- {{from: {source}, to: {target}, kind: {kind}, rules: [{opened_by}], {GROUNDS}}}"


WAYS = (
    way("A0", "A1", "escalate", "UP"),
    way("A1", "A2", "escalate", "UP"),
    way("A2", "A1", "deescalate", "DOWN"),
    way("A1", "A0", "deescalate", "DOWN"),
)
TABLE = (
    entry(
        "ALONE",
        "operation: removes, selects: {not_kinds: [red_flag_exit]}, "
        "given: [{kinds: [red_flag_exit], urgencies: [emergency, urgent]}]",
    ),
    entry("FIRST", "operation: suspends_while_missing"),
)
#: Down again from the last step while the score is high: with ``UP`` a ping-pong, though both never stand at once.
DOWN_AGAIN = '{all: [score >= high, "present_step == A2"]}'


def tiny(*, down: str = "score < low", ways: tuple[str, ...] = WAYS, table: tuple[str, ...] = TABLE) -> GuidelineFiles:
    """The files: step up while the score is high, step down while it is low, and a red flag before all else."""
    steps = ", ".join(f"{name}: {both(name)}" for name in ("A0", "A1", "A2"))
    files = {
        "rules/edition.yaml": ["edition: tiny", "date: 2026-01-01", f"text: {both('tiny')}"],
        "rules/sources.yaml": ["sources: {}"],
        "rules/findings.yaml": [
            "findings:",
            finding("pathway", f"type: enum, values: {{path: {both('path')}}}, group: identity"),
            finding("current_node", f"type: enum, values: {{{steps}}}, group: identity"),
            finding("flag", "type: bool, red_flag: true, group: red_flags"),
            finding("score", "type: int, range: [0, 10], group: pain"),
        ],
        "rules/terms.yaml": ["terms: {}"],
        "rules/parameters.yaml": [
            "parameters:",
            f"  review: {{text: {both('review')}, unit: wk, values: [{{from: null, value: 6}}], {GROUNDS}}}",
            f"  high: {{text: {both('high')}, values: [{{from: null, value: 7}}], {GROUNDS}}}",
            f"  low: {{text: {both('low')}, values: [{{from: null, value: 3}}], {GROUNDS}}}",
        ],
        "rules/information.yaml": [
            "asks:",
            entry("ASK", "screening: true, asked: always, suspends: {kinds: [escalate, deescalate]}"),
        ],
        "rules/resolve.yaml": [
            "resolve:",
            *table,
        ],
        "rules/conflicts.yaml": ["conflicts: {}"],
        "rules/modules.yaml": ["modules: {}", "schedules: {}"],
        "rules/entitlement.yaml": ["entitlement: []"],
        "rules/rules.yaml": [
            "rules:",
            rule("FLAG", "flag", "kind: red_flag_exit, urgency: emergency"),
            rule("UP", "score >= high", "kind: escalate"),
            rule("DOWN", down, "kind: deescalate"),
        ],
        "pathways/path.yaml": [
            "pathway: path",
            f"text: {both('path')}",
            f"scope: {both('all')}",
            "line_2_step: A2",
            "screen: [flag]",
            GROUNDS,
            "steps:",
            step("A0", 0),
            step("A1", 1),
            step("A2", 2),
            "transitions:",
            *ways,
        ],
    }
    return {name: "\n".join(["format: 1", *lines, ""]) for name, lines in files.items()} | shipped_words()
