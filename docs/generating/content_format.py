"""The page on the content format: the files, and the keys of every form in them, from the models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import pydantic
import yaml

from carepath.content import models
from carepath.content.files import FIXED, REQUIRED
from docs.generating.markdown import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: What each key means; the models hold no words about it.
MEANINGS = Path(__file__).resolve().parent.parent / "fields.yaml"
FORMAT = "format"
NAMES: dict[object, str] = {
    bool: "true or false",
    int: "whole number",
    float: "decimal",
    Any: "[condition](conditions.md)",
}


def content_format() -> list[str]:
    """The files, and the keys of every form in them."""
    meanings = yaml.safe_load(MEANINGS.read_text(encoding="utf-8"))
    lines = [
        "# Content format",
        "",
        "A guideline is a folder with `rules/` and `pathways/`. All files are YAML, read strictly: only `true`,",
        "`false`, `null`, whole numbers and decimals are typed, everything else is text; duplicate keys, anchors,",
        "aliases, tags and unknown keys are errors. [Conditions](conditions.md) have a page of their own.",
        "A key is needed unless a default is given.",
        "",
        "## Files",
        "",
    ]
    files = [(f"rules/{name}", model, name in REQUIRED) for name, model in FIXED.items()]
    files += [("rules/", models.RulesFile, False), ("pathways/*.yaml", models.PathwayFile, True)]
    files += [("CODES.yaml", models.SiteCodesFile, False)]
    rows = []
    for name, model, needed in files:
        shown = f"`{name}`" if name.endswith(".yaml") else f"any other in `{name}`"
        rows.append((shown, f"[{_title(model)}](#{_slug(model)})", "yes" if needed else "no"))
    lines += table(("file", "its form", "needed"), rows)
    lines += ["`CODES.yaml` is a site's own table: it lies anywhere, and is named when the guideline is loaded.", ""]
    forms = _reachable(model for _, model, _ in files)
    _check_meanings(forms, meanings)
    lines += ["## Forms", "", f"Every file begins with `{FORMAT}: 1`.", ""]
    for form in forms:
        of_form = meanings[_title(form)]
        keys = [
            (f"`{key}`", _type(info.annotation, info.metadata), _default(info), of_form[key].replace("|", "\\|"))
            for key, info in _fields(form)
        ]
        lines += [f"### {_title(form)}", "", *table(("key", "value", "default", "meaning"), keys)]
    return lines


def _check_meanings(forms: Iterable[type[pydantic.BaseModel]], meanings: dict[str, dict[str, str]]) -> None:
    """Each key of each form has a meaning, and nothing else has one."""
    wanted = {f"{_title(form)}.{key}" for form in forms for key, _ in _fields(form)}
    given = {f"{form}.{key}" for form, keys in meanings.items() for key in keys}
    if wanted != given:
        message = f"docs/fields.yaml and the models differ: {', '.join(sorted(wanted ^ given))}"
        raise ValueError(message)


def _fields(form: type[pydantic.BaseModel]) -> Iterator[tuple[str, pydantic.fields.FieldInfo]]:
    """The keys of a form as they stand in a file."""
    named = ((info.alias or name, info) for name, info in form.model_fields.items())
    return ((key, info) for key, info in named if key != FORMAT)


def _reachable(start: Iterable[type[pydantic.BaseModel]]) -> list[type[pydantic.BaseModel]]:
    """The forms and those inside them, each once: files first."""
    found: dict[type[pydantic.BaseModel], None] = dict.fromkeys(start)
    todo = list(found)
    while todo:
        form = todo.pop(0)
        form.model_rebuild()
        for info in form.model_fields.values():
            for inner in _forms_in(info.annotation):
                if inner not in found:
                    found[inner] = None
                    todo.append(inner)
    return list(found)


def _forms_in(annotation: Any) -> Iterator[type[pydantic.BaseModel]]:  # noqa: ANN401 - annotations are not typed
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _forms_in(argument)


def _title(form: type[pydantic.BaseModel]) -> str:
    return form.__name__.removesuffix("Form")


def _slug(form: type[pydantic.BaseModel]) -> str:
    return _title(form).lower()


def _default(info: pydantic.fields.FieldInfo) -> str:
    if info.is_required():
        return ""
    value = info.default
    if value is None or value in ([], {}) or isinstance(value, pydantic.BaseModel):
        return "none"
    return f"`{str(value).lower()}`"


def _type(annotation: Any, metadata: Iterable[Any] = ()) -> str:  # noqa: ANN401 - annotations are not typed
    """What may stand under a key, in words."""
    origin, arguments = get_origin(annotation), [one for one in get_args(annotation) if one is not type(None)]
    if hasattr(annotation, "__metadata__"):
        return _type(arguments[0], annotation.__metadata__)
    if annotation is str:
        return _text_type(metadata)
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return f"[{_title(annotation)}](#{_slug(annotation)})"
    if origin is Literal:
        return " or ".join(f"`{one}`" for one in arguments)
    if origin is list:
        least = next((one.min_length for one in _constraints(metadata) if getattr(one, "min_length", None)), 0)
        return f"list of {_type(arguments[0])}" + (f", at least {least}" if least else "")
    if origin is tuple:
        return "[lowest, highest]"
    if origin is dict:
        return f"mapping of {_type(arguments[0])} to {_type(arguments[1])}"
    if arguments:
        return " or ".join(dict.fromkeys(_type(one, metadata) for one in arguments))
    return NAMES[annotation]


def _text_type(metadata: Iterable[Any]) -> str:
    """What sort of text it is, by its pattern."""
    found = {getattr(one, "pattern", None) for one in _constraints(metadata)}
    for name, kind in (("name", models.Name), ("id", models.Id), ("date", models.IsoDate)):
        if {one.pattern for one in _constraints(get_args(kind)[1:])} & found:
            return name
    return "text"


def _constraints(metadata: Iterable[Any]) -> Iterator[Any]:
    """The constraints, also those that stand inside a field."""
    for one in metadata:
        yield from one.metadata if isinstance(one, pydantic.fields.FieldInfo) else (one,)
