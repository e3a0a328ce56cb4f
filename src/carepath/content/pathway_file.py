"""Reads a pathway: its steps, and the transitions between them."""

from __future__ import annotations

from carepath.content import models
from carepath.content.build import Builder, form_of, grounds, optional_text, text
from carepath.content.files import ContentFile, child
from carepath.errors import Problem
from carepath.pathway import Described, Pathway, Step, Transition
from carepath.yaml_reader import place_at


def read_pathway(builder: Builder, file: ContentFile) -> Pathway:
    """The pathway of one file."""
    form = form_of(file, models.PathwayFile)
    steps = {}
    for index, one in enumerate(form.steps):
        step = _step(builder, file, form.pathway, index, one)
        if one.id in steps:
            builder.problems.append(Problem("CP030", f"step {one.id} stands twice", step.place))
        steps[one.id] = step
    more = form.screen_more
    return Pathway(
        form.pathway,
        text(form.text),
        text(form.scope),
        form.line_2_step,
        tuple(form.screen),
        tuple(more.findings) if more else (),
        builder.condition(child(file.node, "screen_more", "when")) if more else None,
        dict(sorted(steps.items(), key=lambda item: item[1].rank)),
        tuple(_transition(builder, file, i, one) for i, one in enumerate(form.transitions)),
        grounds(form.grounds),
        place_at(file.node, ("grounds",)),
    )


def _step(builder: Builder, file: ContentFile, pathway: str, index: int, form: models.StepForm) -> Step:
    path = ("steps", index)
    return Step(
        id=form.id,
        pathway=pathway,
        text=text(form.text),
        line=form.line,
        step=form.step,
        rank=float(form.rank),
        kind=form.kind,
        placed_when=builder.condition(child(file.node, *path, "placed_when")),
        disciplines=tuple(text(one) for one in form.disciplines),
        interventions=tuple(_described(one) for one in form.interventions),
        review=form.review.parameter,
        grounds=grounds(form.grounds),
        measurements=form.measurements,
        notes=tuple(_described(one) for one in form.notes),
        conflicts=tuple(form.conflicts),
        place=place_at(file.node, path),
    )


def _transition(builder: Builder, file: ContentFile, index: int, form: models.TransitionForm) -> Transition:
    path = ("transitions", index)
    return Transition(
        form.from_,
        form.to,
        form.kind,
        tuple(form.rules),
        builder.condition(child(file.node, *path, "when")),
        builder.condition(child(file.node, *path, "unless")),
        grounds(form.grounds),
        optional_text(form.text),
        place_at(file.node, path),
    )


def _described(form: models.DescribedForm) -> Described:
    return Described(text(form.text), grounds(form.grounds))
