"""The page on limits, with their values from the code."""

from __future__ import annotations

import importlib

from docs.generating.markdown import table

#: The limits: the module and constant, what is limited, and the code of the problem beyond it.
LIMITS = (
    ("carepath.yaml_reader", "MAX_BYTES", "size of a YAML file, of content or scenarios, in bytes", "CP009"),
    ("carepath.yaml_reader", "MAX_DEPTH", "levels of nesting in a YAML file", "CP009"),
    ("carepath.yaml_reader", "MAX_NODES", "values in one YAML file", "CP009"),
    ("carepath.errors", "MAX_PROBLEMS", "problems that are named of one file, one check or one record", "CP009"),
    ("carepath.content.files", "MAX_FILES", "files in `rules/`, and in `pathways/`", "CP009"),
    ("carepath.content.files", "MAX_TOTAL_BYTES", "size of all files of a guideline together, in bytes", "CP009"),
    ("carepath.content.files", "MAX_TOTAL_VALUES", "values in all files of a guideline together", "CP009"),
    ("carepath.content.code_tables", "MAX_TABLES", "tables of codes of a site's own", "CP009"),
    ("carepath.content.code_tables", "MAX_TABLE_BYTES", "size of all those tables together, in bytes", "CP009"),
    ("carepath.language.parse", "MAX_LEAF", "characters in one line of a condition", "CP020"),
    ("carepath.content.sizes", "MAX_LEVELS", "levels of a condition, those of the terms that it uses counted", "CP009"),
    ("carepath.content.sizes", "MAX_PARTS", "parts of a condition, those of the terms that it uses counted", "CP009"),
    ("carepath.content.sizes", "MAX_ALTERNATIVES", "alternatives of a condition when written out", "CP009"),
    ("carepath.content.sizes", "MAX_COMPARISONS", "comparisons in one alternative of a condition", "CP009"),
    ("carepath.content.sizes", "MAX_NUMBER", "size of a parameter or of an end of a range, either sign", "CP009"),
    ("carepath.inference.normal_form", "MAX_BRANCHES", "alternatives that the rule engine is given", "CP091"),
    ("carepath.inference.durable_lint", "MAX_ATTRIBUTES", "values that one alternative reads in the engine", "CP091"),
    ("carepath.input_file", "MAX_JSON_BYTES", "size of a patient's file on the command line, in bytes", "CP009"),
    ("carepath.input_file", "MAX_JSON_DEPTH", "levels of nesting in a JSON file", "CP009"),
    ("carepath.input_file", "MAX_JSON_VALUES", "commas and opening brackets in a JSON file, so its values", "CP009"),
    ("carepath.input_file", "MAX_DIGITS", "digits of a whole number in a JSON file", "CP065"),
    ("carepath.record.read", "MAX_NAMES", "findings that a record names, known or not", "CP066"),
    ("carepath.record.read", "MAX_VALUES", "values in a record, and items of its lists", "CP066"),
    ("carepath.record.read", "MAX_SERIES", "values of one finding in a record", "CP066"),
    ("carepath.record.read", "MAX_ITEMS", "items of one list value", "CP066"),
    ("carepath.record.read", "MAX_TEXT", "characters of one text in a record", "CP066"),
    ("carepath.record.read", "MAX_INTEGER", "size of a number in a record, either sign", "CP062"),
    ("carepath.record.fhir", "MAX_ENTRIES", "entries of a FHIR bundle, bundles inside it counted", "CP066"),
    ("carepath.record.fhir_limits", "MAX_DEPTH", "levels of nesting in FHIR", "CP009"),
    ("carepath.record.fhir_limits", "MAX_VALUES", "values in a FHIR bundle", "CP066"),
    ("carepath.record.fhir_report", "MAX_ROWS", "parts of a FHIR bundle that are used, or named as not used", "CP066"),
    (
        "carepath.exchange.request",
        "MAX_BYTES",
        "size of a call of CDS Hooks, in bytes (of a text: characters)",
        "CP009",
    ),
    ("carepath.exchange.request", "MAX_VALUES", "commas and opening brackets in a call of CDS Hooks", "CP009"),
    ("carepath.exchange.request", "MAX_KEYS", "keys of `prefetch` in a call of CDS Hooks", "CP009"),
    ("carepath.exchange.request", "MAX_INSTANCE", "characters of `hookInstance`", "CP009"),
    ("carepath.exchange.feedback", "MAX_FEEDBACK", "items of feedback in one call", "CP009"),
    ("carepath.exchange.feedback", "MAX_COMMENT", "characters of a comment in feedback", "CP008"),
    ("carepath.exchange.feedback", "MAX_CODE", "characters of a code or a system in feedback", "CP008"),
)
#: What a caller's token may be; beyond it the call is not authenticated, and is told no more.
TOKENS = (
    ("carepath.exchange.authentication", "MAX_TOKEN", "characters of a token"),
    ("carepath.exchange.authentication", "MAX_KEY_ID", "characters of the id of a key"),
    ("carepath.exchange.authentication", "MAX_NONCE", "characters of the id of a token"),
    ("carepath.exchange.authentication", "MAX_REMEMBERED", "tokens that are remembered so that none is used twice"),
)
#: Limits of work and of room: beyond them an answer says less, and says so where it matters.
WORK = (
    ("carepath.errors", "MAX_MESSAGE", "characters of a message or an advice of a problem; the rest is cut off"),
    (
        "carepath.errors",
        "MAX_COMPARED",
        "names that a wrong one is compared with; of more, those beside it when sorted",
    ),
    ("carepath.errors", "MAX_ALIKE", "names beside it when sorted that it is compared with then"),
    ("carepath.content.files", "MAX_LISTED", "values of a wrong form in one file; of more their number is told"),
    ("carepath.explain.change", "MAX_FINDINGS", "findings that are changed together to see what would change advice"),
    ("carepath.explain.change", "MAX_ASSESSED", "changes that are tried"),
    ("carepath.explain.smallest_sets", "MAX_VALUES", "values that are tried for what would settle an answer"),
    ("carepath.explain.smallest_sets", "MAX_SETS", "sets of findings that are named as settling it"),
    ("carepath.explain.smallest_sets", "MAX_REMEMBERED", "answers of that search that are remembered"),
    ("carepath.explain.fills_lists", "MAX_ITEMS", "items that are tried for a list that is not known"),
    ("carepath.explain.fills_lists", "MAX_FILLED", "lists or courses that are tried"),
)
#: Constants of the same kind of name that are no limits of input: a standard's own, and how much is shown where.
OTHERS = (
    ("carepath.display.drawing_state", "MAX_NAMES"),
    ("carepath.exchange.card_text", "MAX_SUMMARY"),
    ("carepath.exchange.plan_definition", "MAX_FHIR_INTEGER"),
    ("carepath.explain.text", "MAX_TREES"),
    ("carepath.testing.coverage_points", "MAX_SHOWN"),
    ("carepath.testing.runner", "MAX_LEAVES"),
    ("carepath.testing.runner", "MAX_RULES"),
)
#: By reader, the MiB that it takes at most beside what was held before, and what is read.
MEMORY: dict[str, tuple[int, str]] = {
    "yaml": (160, "a file or text of YAML"),
    "content": (400, "a guideline, with all its files"),
    "condition": (2, "one line of a condition"),
    "conditions": (300, "one condition of as many leaves as a file has room for"),
    "codes": (200, "all tables of codes of a site"),
    "record": (400, "a record that is handed over as a mapping"),
    "json": (900, "a file of JSON"),
    "patient": (600, "a file of one patient, taken into a record"),
    "audit": (1_500, "an audit record, with the new assessment"),
    "fhir": (600, "FHIR that is handed over parsed"),
    "scenarios": (300, "a file of scenarios"),
    "call": (500, "a call of CDS Hooks, with its cards"),
}
#: Limits of what is printed: beyond them the number of what was left out is shown.
SHOWN = (
    ("carepath.display.text", "MAX_QUESTIONS", "questions in a report"),
    ("carepath.display.text", "MAX_RECORD_LINES", "lines on the FHIR bundle in a report"),
    ("carepath.display.text", "MAX_NAMES", "findings named on one line of a report"),
    ("carepath.commands.lookup", "MAX_SHOWN", "entries that `carepath lookup` lists"),
)


def limits() -> list[str]:
    """Every limit, with its value in the code."""
    refused = []
    for module, name, text, beyond in LIMITS:
        error = f"[{beyond}](errors/{beyond}.md)"
        refused.append((text, _constant(module, name), error, f"`{module}.{name}`"))
    tokens = ((text, _constant(module, name), f"`{module}.{name}`") for module, name, text in TOKENS)
    work = ((text, _constant(module, name), f"`{module}.{name}`") for module, name, text in WORK)
    memory = ((text, f"{most:,}") for most, text in MEMORY.values())
    shown = ((text, _constant(module, name), f"`{module}.{name}`") for module, name, text in SHOWN)
    return [
        "# Limits",
        "",
        "At the limit the input is read; beyond it, it is refused as a whole. Nothing is cut off.",
        "",
        *table(("what", "at most", "beyond it", "in the code"), refused),
        "A condition is written out to be counted: a term stands for its condition, `all` of `any` for every way to",
        "satisfy it, `in` for each of its values. `carepath check` refuses beyond these limits, so that the rule",
        "engine, which has them too, is never given more by content that was checked.",
        "",
        "A number in YAML has at most 31 digits before and 30 after the point; with more it is text. A name or id in",
        "content has at most 61 characters, a text in content 2,000. Dates lie from 0001-01-01 to 9999-12-31 and are",
        "written YYYY-MM-DD: other forms of ISO 8601, such as 20260302 and 2026-W10-1, are refused.",
        "",
        "An error names the red flags that a record holds all the same. What is refused before it is read (a file or",
        "a FHIR bundle beyond a limit) is not searched for them.",
        "",
        "`tests/broken/test_limits.py` gives each of these limits input at it, which is not refused for that limit,",
        "and one beyond, which is: `test_input_is_read_at_a_limit_and_refused_one_beyond_it` has a case for each row.",
        "Others fail where a row has no case, or a constant no row. Where input would be very large the limit is",
        "made smaller for it.",
        "",
        "## Tokens of the service",
        "",
        "Beyond these the answer is 401; the log has the reason. Both sides of each are tried by",
        "`tests/unit/exchange/test_authentication.py`.",
        "",
        *table(("what", "at most", "in the code"), tokens),
        "A body of more than 5,000,000 bytes is answered with 413, unless the service is given other `Limits`.",
        "",
        "## Memory",
        "",
        "What a reader holds at most beside what was held before, for any input: what is within the limits is read in",
        "no more, and what is beyond them is refused in no more. It grows with what is read, from almost nothing. On",
        "64-bit Linux with CPython 3.11; what a caller hands over parsed is not counted.",
        "",
        *table(("what is read", "MiB at most"), memory),
        "`tests/fuzz/test_memory.py` reads the worst inputs that the limits let in, each in a process of its own:",
        "[Reliability](../explanation/reliability.md#memory) says how.",
        "",
        "## What is tried and named",
        "",
        *table(("what", "at most", "in the code"), work),
        "Of one file, record or check no more than 500 problems are named. Content has several checks and many files:",
        "of a guideline with 400 files that are all wrong 500 are named of each.",
        "",
        "## What is printed",
        "",
        "Beyond these limits a report says how many more there are. JSON holds everything.",
        "",
        *table(("what", "shown", "in the code"), shown),
    ]


def _constant(module: str, name: str) -> str:
    """The value of a constant, with commas between the thousands."""
    return f"{int(getattr(importlib.import_module(module), name)):,}"
