"""Reads the content files of a folder and checks their form; everything keeps its place."""

from __future__ import annotations

import collections.abc
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import pydantic

from carepath.content import models
from carepath.errors import ContentError, Place, Problem, first_problems, nearest
from carepath.text_file import bytes_of, text_in
from carepath.yaml_reader import (
    MAX_BYTES,
    Mapping,
    Sequence,
    YamlNode,
    place_at,
    read_text,
    to_python,
    values_in,
)

MAX_FILES = 200
#: The size of all files of a guideline together, and the values in them.
MAX_TOTAL_BYTES = 10_000_000
MAX_TOTAL_VALUES = 400_000
#: Of more values of a wrong form than this none is named, only their number: to list them takes more room than to read.
MAX_LISTED = 20_000
_QUOTED = re.compile(r"'([^']*)'")

_Form = TypeVar("_Form", bound=pydantic.BaseModel)

#: The files with a fixed name under ``rules/``; every other file there holds rules.
FIXED: dict[str, type[models.FileForm]] = {
    "edition.yaml": models.EditionFile,
    "sources.yaml": models.SourcesFile,
    "findings.yaml": models.FindingsFile,
    "terms.yaml": models.TermsFile,
    "parameters.yaml": models.ParametersFile,
    "outputs.yaml": models.OutputsFile,
    "phrases.yaml": models.PhrasesFile,
    "information.yaml": models.InformationFile,
    "resolve.yaml": models.ResolveFile,
    "conflicts.yaml": models.ConflictsFile,
    "modules.yaml": models.ModulesFile,
    "entitlement.yaml": models.EntitlementFile,
    "unavailable.yaml": models.UnavailableFile,
    "coverage.yaml": models.CoverageFile,
    "fhir_codes.yaml": models.FhirCodesFile,
    "cards.yaml": models.CardsFile,
    "instruments.yaml": models.InstrumentsFile,
}
_OPTIONAL = frozenset({"unavailable.yaml", "coverage.yaml", "fhir_codes.yaml", "cards.yaml", "instruments.yaml"})
REQUIRED = tuple(name for name in FIXED if name not in _OPTIONAL)


@dataclass(frozen=True, slots=True)
class ContentFile:
    """A file that was read: its name, its checked form, and its nodes for the places."""

    name: str
    form: models.FileForm
    node: YamlNode


@dataclass(slots=True)
class ContentFiles:
    """All files of a guideline, the problems of their form, and the hash of what was read."""

    fixed: dict[str, ContentFile] = field(default_factory=dict)
    rules: list[ContentFile] = field(default_factory=list)
    pathways: list[ContentFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    content_hash: str = ""
    values: int = 0

    def take(self, name: str, data: bytes) -> None:
        """Reads the bytes of one file, such as ``rules/terms.yaml``; what is wrong with its form is a problem."""
        folder, _, plain = name.partition("/")
        model: type[models.FileForm] = models.PathwayFile
        if folder == "rules":
            model = FIXED.get(plain, models.RulesFile)
        try:
            node = read_text(text_in(data, name), name=name)
        except ContentError as error:
            self.problems.extend(error.problems)
            return
        self.values += values_in(node)
        if self.values > MAX_TOTAL_VALUES:
            message = f"more than {MAX_TOTAL_VALUES} values in all files"
            self.problems.append(Problem("CP009", message, node.place, "leave out what is not needed"))
            return
        form = validate(model, node, self.problems)
        if form is None:
            return
        read = ContentFile(name, form, node)
        if folder == "pathways":
            self.pathways.append(read)
        elif plain in FIXED:
            self.fixed[plain] = read
        else:
            self.rules.append(read)


def read_files(root: Path) -> ContentFiles:
    """The files under ``root/rules`` and ``root/pathways``, in the order of their names.

    Problems of form do not stop the reading: they are collected in ``problems``.
    """
    files = ContentFiles()
    contents: dict[str, bytes] = {}
    size = 0
    for folder in ("rules", "pathways"):
        names = _names_in(root / folder, files)
        for plain in names:
            name = f"{folder}/{plain}"
            try:
                data = bytes_of(root / folder / plain, name, MAX_BYTES, in_folder=True)
            except ContentError as error:
                files.problems.extend(error.problems)
                continue
            size += len(data)
            if size > MAX_TOTAL_BYTES:
                message = f"more than {MAX_TOTAL_BYTES} bytes in all files"
                problem = Problem("CP009", message, Place(name, 1, 1), "leave out what is not needed")
                files.problems.append(problem)
                return files
            contents[name] = data
            files.take(name, data)
            if files.values > MAX_TOTAL_VALUES:
                return files
        missing = [one for one in REQUIRED if one not in names] if names and folder == "rules" else []
        files.problems += (
            Problem("CP001", "the file is missing", Place(f"rules/{one}", 1, 1), "copy it from the shipped content")
            for one in missing
        )
    files.content_hash = hash_of(contents)
    return files


def hash_of(contents: collections.abc.Mapping[str, bytes]) -> str:
    """The hash of a guideline's files: of their names and bytes in their order, whatever ends their lines."""
    digest = hashlib.sha256()
    for name, data in contents.items():
        digest.update(name.encode(errors="surrogateescape") + b"\0" + data.replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def _names_in(folder: Path, files: ContentFiles) -> list[str]:
    """The names of the YAML files in a folder, in order; none when they are too many."""
    place = Place(str(folder), 1, 1)
    try:
        names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml"))
    except FileNotFoundError:
        names = []
    except (OSError, ValueError) as error:  # a name with a null character is a ValueError
        reason = getattr(error, "strerror", None) or type(error).__name__
        advice = "give the folder above rules/ and pathways/"
        files.problems.append(Problem("CP001", f"cannot read the folder: {reason}", place, advice))
        return []
    if not names:
        files.problems.append(Problem("CP001", "there is no YAML file here", place, "give the folder above rules/"))
    if len(names) > MAX_FILES:
        files.problems.append(Problem("CP009", f"more than {MAX_FILES} files", place, "join some of them"))
        return []
    return names


def validate(model: type[_Form], node: YamlNode, problems: list[Problem]) -> _Form | None:
    """The node as ``model``, or None with the problems added."""
    try:
        return model.model_validate(to_python(node))
    except pydantic.ValidationError as error:
        if error.error_count() > MAX_LISTED:
            message = f"{error.error_count()} values are not as they must be"
            problems.append(Problem("CP008", message, node.place, "is this a file of another form?"))
            return None
        problems.extend(first_problems(_problems(model, node, error), node.place))
        return None


def _problems(model: type[pydantic.BaseModel], node: YamlNode, error: pydantic.ValidationError) -> Iterator[Problem]:
    seen: set[tuple[str, Place]] = set()
    for detail in error.errors(include_url=False, include_context=False):
        location = tuple(detail["loc"])
        key = str(location[-1]) if location else ""
        kind = detail["type"]
        place = place_at(node, location)
        if kind == "extra_forbidden":
            problem = Problem("CP006", f"unknown key {key!r}", place, nearest(key, _keys_at(model, location[:-1])))
        elif kind == "missing" and key in {"en", "nl"}:
            problem = Problem("CP032", f"the text in {key!r} is missing", place_at(node, location[:-1]), "write it")
        elif key == "grounds" and kind in {"missing", "too_short"}:
            advice = "name a source, or write `{kind: design_choice}`"
            problem = Problem("CP031", "a ground is missing", place_at(node, location[:-1]), advice)
        elif kind == "missing":
            problem = Problem("CP007", f"the key {key!r} is missing", place_at(node, location[:-1]), "add it")
        else:
            given = detail.get("input")
            one_of = _QUOTED.findall(detail["msg"]) if kind == "literal_error" else []
            advice = nearest(given, one_of) if isinstance(given, str) else ""
            message = f"{_last_key(node, location)}: {detail['msg']}; found {repr(given)[:60]}"
            problem = Problem("CP008", message, place, advice)
        if (problem.code, place) not in seen:
            seen.add((problem.code, place))
            yield problem


def _last_key(node: YamlNode, location: tuple[int | str, ...]) -> str:
    """The last key of a location that stands in the file; pydantic adds the names of its own alternatives."""
    key, here = "value", node
    for part in location:
        below = child(here, part)
        if below is not None:
            here = below
            key = part if isinstance(part, str) else key
    return key


def _keys_at(model: type[pydantic.BaseModel], location: tuple[object, ...]) -> list[str]:
    """The keys that are valid at a location, found by walking the annotations of the model."""
    kind: Any = model
    for part in location:
        if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
            named = {field.alias or name: field for name, field in kind.model_fields.items()}
            if part not in named:
                return []
            kind = named[str(part)].annotation
            continue
        kind = _element(kind)
    kind = _form_in(kind)
    return [field.alias or name for name, field in kind.model_fields.items()] if kind is not None else []


def _element(kind: Any) -> Any:  # noqa: ANN401 - annotations are not typed
    """What a list or mapping holds."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is list and arguments:
        return _strip(arguments[0])
    if origin is dict and arguments:
        return _strip(arguments[1])
    candidates = [_element(argument) for argument in arguments if get_origin(argument) in {list, dict}]
    return candidates[0] if candidates else _form_in(kind)


def _strip(kind: Any) -> Any:  # noqa: ANN401 - annotations are not typed
    return get_args(kind)[0] if hasattr(kind, "__metadata__") else kind


def _form_in(kind: Any) -> type[pydantic.BaseModel] | None:  # noqa: ANN401 - annotations are not typed
    for candidate in (kind, *get_args(kind)):
        if isinstance(candidate, type) and issubclass(candidate, pydantic.BaseModel):
            return candidate
    return None


def child(node: YamlNode | None, *path: str | int) -> YamlNode | None:
    """The node under a path of keys and indexes, or None."""
    for part in path:
        if isinstance(node, Mapping) and isinstance(part, str):
            node = node.get(part)
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        else:
            return None
    return node
