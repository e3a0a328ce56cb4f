"""The pages on the rules, on what must be known, and on the resolve table."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, get_args

from carepath.content import models
from docs.generating.markdown import code, condition_block, grounds_list, table, two

if TYPE_CHECKING:
    from carepath.content.guideline import Guideline, Output, ResolveEntry, Rule, Selector


def rules(guideline: Guideline) -> list[str]:
    """Every rule by its file, and what must be known."""
    lines = [
        "# Rules",
        "",
        "Every rule of the shipped guideline, by file. A rule applies when its condition is true, does not apply when",
        "it is false, and is undetermined while it is unknown. Names in conditions are [findings](findings.md),",
        "[terms](terms.md) and [parameters](parameters.md).",
        "",
    ]
    files: dict[str, list[Rule]] = defaultdict(list)
    for rule in guideline.rules.values():
        files[rule.place.file if rule.place is not None else ""].append(rule)
    for file, members in sorted(files.items()):
        lines += [f"## {file}", ""]
        for rule in members:
            lines += _rule(rule, guideline)
    lines += ["## rules/information.yaml", "", "What must be known. Entries with one id become one recommendation.", ""]
    for ask in guideline.asks:
        asked = ask.asked.replace("_", " ")
        for_kinds = f", for {code(ask.kinds)}" if ask.kinds else ""
        lines += [f"### {ask.id} (entry {ask.index + 1})", "", *two(ask.text), f"Asked: {asked}{for_kinds}.", ""]
        screening = ["the red flags that the pathway screens"] if ask.screening else []
        lines += [f"Findings: {', '.join([*(f'`{name}`' for name in ask.findings), *screening])}.", ""]
        lines += ["Until the answer is true.", ""] if ask.until_true else []
        lines += ["When:", "", *condition_block(ask.when)] if ask.when is not None else []
        lines += [f"Suspends: {_selector(ask.suspends)}.", ""] if ask.suspends is not None else []
        lines += grounds_list(ask.grounds)
    return lines


def _rule(rule: Rule, guideline: Guideline) -> list[str]:
    lines = [f"### {rule.id}", "", *two(rule.text)]
    every = set(rule.pathways) == set(guideline.pathways)
    lines += [f"Pathways: {'all' if every else code(rule.pathways)}.", ""]
    if rule.start is not None or rule.end is not None:
        lines += [f"In force: {rule.start or 'from ever'} to {rule.end or 'further notice'}.", ""]
    if not rule.by_output:
        lines += ["When:", "", *condition_block(rule.when)]
    for output in rule.outputs:
        lines += _output(output)
    opened = [
        f"{transition.source} to {transition.target} ({transition.kind})"
        for pathway in guideline.pathways.values()
        for transition in pathway.transitions
        if rule.id in transition.rules
    ]
    lines += [f"Opens: {'; '.join(opened)}.", ""] if opened else []
    for argument in rule.against:
        lines += ["Against it:", "", *two(argument.text), *grounds_list(argument.grounds, "Said by:")]
    return [*lines, *grounds_list(rule.grounds)]


def _output(output: Output) -> list[str]:
    named = ("target", "urgency", "urgency_by", "level", "group", "topic", "internal_step", "settle", "names_step")
    fields = [f"{name.replace('_', ' ')} `{value}`" for name in named if (value := getattr(output, name)) is not None]
    fields += [f"measurements `{output.measurements}`"] if output.measurements is not None else []
    fields += ["conditional"] if output.conditional else []
    lines = [f"Gives `{output.kind}`{': ' if fields else ''}{', '.join(fields)}.", ""]
    lines += two(output.text) if output.text is not None else []
    lines += ["To be settled first:", "", *two(output.only_if)] if output.only_if is not None else []
    lines += ["Only when:", "", *condition_block(output.when)] if output.when is not None else []
    return [*lines, *grounds_list(output.grounds)]


#: What each operation of the resolve table does.
OPERATIONS = {
    "removes": "what is selected is set aside",
    "suspends": "what is selected is set aside, to wait",
    "suspends_while_missing": "what `rules/information.yaml` suspends waits, as long as something is missing",
    "makes_conditional": "what is selected holds only if the entry's text is settled first",
    "adds_attention": "findings are added that the reader must weigh",
    "only_with": "what is selected is given only beside one of `given`",
    "only_without": "what is selected is given only where none of `absent` is, and the condition is not true",
    "adds_judgement": "a question to the clinician is added",
    "continues": "the present step is continued, with the changes inside it that rules give",
}


def resolve_table(guideline: Guideline) -> list[str]:
    """The resolve table in its order.

    Raises:
        ValueError: the operations of the models are not those that have a meaning here.
    """
    operations = get_args(models.ResolveForm.model_fields["operation"].annotation)
    if set(operations) != set(OPERATIONS):
        message = f"operations without a meaning, or gone: {sorted(set(operations) ^ set(OPERATIONS))}"
        raise ValueError(message)
    lines = [
        "# The resolve table",
        "",
        "What happens when recommendations meet, from `rules/resolve.yaml`, in the order in which the entries act.",
        "Why it is so: [Resolve](../explanation/resolve.md).",
        "",
        "## Operations",
        "",
        *table(("operation", "what it does"), ((f"`{name}`", text) for name, text in OPERATIONS.items())),
        "## Entries",
        "",
    ]
    for entry in guideline.resolve:
        lines += [f"### {entry.id}", "", *two(entry.text), f"`{entry.operation}`: {_acts_on(entry)}.", ""]
        lines += ["When:", "", *condition_block(entry.when)] if entry.when is not None else []
        lines += grounds_list(entry.grounds)
    return lines


def _acts_on(entry: ResolveEntry) -> str:
    parts = [_selector(entry.selects)]
    parts += [f"beside {' or '.join(_selector(one) for one in entry.given)}"] if entry.given else []
    parts += [f"without {' and without '.join(_selector(one) for one in entry.absent)}"] if entry.absent else []
    parts += [f"adds {code(entry.attention)}"] if entry.attention else []
    parts += [f"adds the topic `{entry.adds_topic}`"] if entry.adds_topic is not None else []
    return "; ".join(parts)


def _selector(selector: Selector) -> str:
    fields = ("kinds", "rules", "urgencies", "groups", "levels", "topics", "internal_steps", "target_lines")
    parts = [f"{name.replace('_', ' ')} {code(value)}" for name in fields if (value := getattr(selector, name))]
    parts += [f"outputs {code(map(str, selector.outputs))}"] if selector.outputs else []
    parts += [f"every kind but {code(selector.not_kinds)}"] if selector.not_kinds else []
    parts += [f"every topic but {code(selector.not_topics)}"] if selector.not_topics else []
    parts += ["conditional" if selector.conditional else "not conditional"] if selector.conditional is not None else []
    return ", ".join(parts) or "all"
