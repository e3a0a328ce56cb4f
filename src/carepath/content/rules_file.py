"""Reads rules with their outputs, what is asked first, and the resolve table."""

from __future__ import annotations

from collections.abc import Iterable

from carepath.content import models
from carepath.content.build import NEVER, Builder, form_of, grounds, optional_text, text
from carepath.content.files import ContentFile, child
from carepath.content.rules import Argument, Ask, Output, ResolveEntry, Rule, Selector
from carepath.errors import Place, Problem
from carepath.language.nodes import AnyOf, Condition
from carepath.yaml_reader import YamlNode, place_at


def read_rules(builder: Builder, file: ContentFile, pathways: Iterable[str]) -> list[Rule]:
    """The rules of one file."""
    form = form_of(file, models.RulesFile)
    every = tuple(pathways)
    found = []
    for index, one in enumerate(form.rules):
        path = ("rules", index)
        place = place_at(file.node, path)
        outputs = tuple(_output(builder, file, (*path, "recommend", i), o, i) for i, o in enumerate(one.recommend))
        found.append(
            Rule(
                one.id,
                text(one.text),
                every if isinstance(one.pathways, str) else tuple(one.pathways),
                _rule_condition(builder, one.id, outputs, child(file.node, *path, "when"), place),
                outputs,
                grounds(one.grounds),
                tuple(Argument(text(a.text), grounds(a.grounds)) for a in one.against),
                builder.date(one.from_, place),
                builder.date(one.until, place),
                child(file.node, *path, "when") is None,
                place,
            )
        )
    return found


def _rule_condition(
    builder: Builder, name: str, outputs: tuple[Output, ...], node: YamlNode | None, place: Place
) -> Condition:
    if node is not None:
        return builder.required_condition(node)
    own = tuple(output.when for output in outputs if output.when is not None)
    if len(own) < len(outputs):
        message = f"{name} has no `when:`, so each of its outputs needs one"
        builder.problems.append(Problem("CP007", message, place, "add `when:` to the rule or to every output"))
    return AnyOf(own) if own else NEVER


def _output(
    builder: Builder, file: ContentFile, path: tuple[str | int, ...], form: models.OutputForm, index: int
) -> Output:
    return Output(
        kind=form.kind,
        index=index,
        target=form.target,
        urgency=form.urgency,
        urgency_by=form.urgency_by,
        level=form.level,
        group=form.group,
        topic=form.topic,
        internal_step=form.internal_step,
        conditional=form.conditional,
        only_if=optional_text(form.only_if),
        when=builder.condition(child(file.node, *path, "when")),
        settle=form.settle,
        measurements=form.measurements,
        names_step=form.names_step,
        text=optional_text(form.text),
        grounds=grounds(form.grounds),
        place=place_at(file.node, path),
    )


def read_asks(builder: Builder, file: ContentFile) -> tuple[Ask, ...]:
    """What must be known, and what it holds up."""
    form = form_of(file, models.InformationFile)
    found = []
    for index, one in enumerate(form.asks):
        when = builder.condition(child(file.node, "asks", index, "when"))
        found.append(
            Ask(
                one.id,
                index,
                tuple(one.findings),
                one.screening,
                one.asked,
                tuple(one.kinds),
                when,
                one.until_true,
                _selector(one.suspends) if one.suspends else None,
                text(one.text),
                grounds(one.grounds),
                place_at(file.node, ("asks", index)),
            )
        )
    return tuple(found)


def read_resolve(builder: Builder, file: ContentFile) -> tuple[ResolveEntry, ...]:
    """The resolve table in its order."""
    form = form_of(file, models.ResolveFile)
    return tuple(
        ResolveEntry(
            one.id,
            index,
            one.operation,
            _selector(one.selects),
            builder.condition(child(file.node, "resolve", index, "when")),
            tuple(_selector(other) for other in one.given),
            tuple(_selector(other) for other in one.absent),
            text(one.text),
            grounds(one.grounds),
            tuple(one.attention),
            one.adds_topic,
            place_at(file.node, ("resolve", index)),
        )
        for index, one in enumerate(form.resolve)
    )


def _selector(form: models.SelectorForm) -> Selector:
    return Selector(
        tuple(form.kinds),
        tuple(form.rules),
        tuple(form.urgencies),
        tuple(form.groups),
        tuple(form.levels),
        tuple(form.topics),
        tuple(form.internal_steps),
        tuple(form.target_lines),
        tuple(form.outputs),
        tuple(form.not_kinds),
        tuple(form.not_topics),
        form.conditional,
    )
