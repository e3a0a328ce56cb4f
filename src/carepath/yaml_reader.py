"""A strict reader of YAML: every node keeps its place, and nothing is guessed.

PyYAML's own loaders turn ``NO`` into false and ``0123`` into 83, and keep the last of two duplicate keys. This
reader takes PyYAML's events and types plain scalars itself: only ``true``, ``false``, ``null``, integers and
decimals are typed; everything else is text. Anchors, aliases, tags and duplicate keys are problems. It works on
a stack of its own, so that depth is limited by ``MAX_DEPTH`` and not by Python's recursion limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from carepath.errors import MAX_PROBLEMS, ContentError, Place, Problem, excerpt, more_problems
from carepath.text_file import Lines, bytes_of, text_in

MAX_BYTES = 5_000_000
MAX_DEPTH = 60
MAX_NODES = 400_000
#: So many characters of a key, a tag or the name of an anchor are shown in a problem.
_SHOWN = 60

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,30})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,30})\.[0-9]{1,30}\Z")
#: What no YAML may hold: most control characters, and halves of characters.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIRST_OF_NUMBER = frozenset("-0123456789")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value with its place; ``plain`` tells an unquoted text from a quoted one."""

    value: str | int | float | bool | None
    plain: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, with the key's place, and what stands under it."""

    key: str
    place: Place
    node: YamlNode


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping in the order of the file."""

    entries: tuple[Entry, ...]
    place: Place
    _index: dict[str, Entry] = field(default_factory=dict, init=False, repr=False, compare=False)

    def entry(self, key: object) -> Entry | None:
        """The entry of ``key``, or None."""
        few = 20
        if len(self.entries) <= few:
            return next((entry for entry in self.entries if entry.key == key), None)
        if not self._index:
            self._index.update((entry.key, entry) for entry in self.entries)
        return self._index.get(key) if isinstance(key, str) else None

    def get(self, key: str) -> YamlNode | None:
        """The node under ``key``, or None."""
        entry = self.entry(key)
        return entry.node if entry is not None else None

    def keys(self) -> Iterator[str]:
        """The keys in the order of the file."""
        return (entry.key for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list in the order of the file."""

    items: tuple[YamlNode, ...]
    place: Place


YamlNode = Scalar | Mapping | Sequence


class _Open:
    """A mapping or list that is still being read."""

    def __init__(self, place: Place, *, mapping: bool) -> None:
        self.place = place
        self.mapping = mapping
        self.items: list[YamlNode] = []
        self.entries: list[Entry] = []
        self.keys: set[str] = set()
        self.key: Scalar | None = None


def read_file(path: Path, *, name: str | None = None, max_bytes: int = MAX_BYTES) -> YamlNode:
    """The content of a YAML or JSON file, with places.

    Args:
        path: the file.
        name: how the file is called in places; its path by default.
        max_bytes: the size above which the file is refused.

    Raises:
        ContentError: the file is missing, too large, not UTF-8, or not the YAML allowed here.
    """
    shown = name or str(path)
    return read_text(text_in(bytes_of(path, shown, max_bytes), shown), name=shown, max_bytes=max_bytes)


def read_text(text: str, *, name: str = "text", max_bytes: int = MAX_BYTES) -> YamlNode:
    """The content of a YAML or JSON text, with places.

    Raises:
        ContentError: with every problem found; reading goes on after a duplicate key, an anchor or a tag.
    """
    if len(text) > max_bytes:
        message = f"{len(text)} characters; the limit is {max_bytes}"
        raise ContentError([Problem("CP009", message, Place(name, 1, 1), "split the text")])
    return _Builder(name, text).build()


class _Builder:
    """Turns the events of one document into nodes."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.lines = Lines(text)
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.root: YamlNode | None = None
        self.count = 0
        self.documents = 0

    def build(self) -> YamlNode:
        try:
            for event in yaml.parse(self.text, Loader=_Loader):
                self._take(event)
        except yaml.YAMLError as error:
            self.problems.append(self._syntax_problem(error))
        except ValueError as error:  # PyYAML passes on what its scanner cannot decode
            what = error.reason if isinstance(error, UnicodeEncodeError) else str(error)[:200]
            self.problems.append(Problem("CP002", f"not well-formed: {what}", self._forbidden(), "correct it there"))
        if self.problems:
            raise ContentError(self.problems)
        if self.root is None:
            raise ContentError([Problem("CP002", "the file is empty", Place(self.name, 1, 1))])
        return self.root

    def _problem(self, code: str, message: str, place: Place, advice: str = "") -> None:
        line = self.lines.line(place.line)
        self.problems.append(Problem(code, message, place, advice, excerpt(line, place.column)))

    def _syntax_problem(self, error: yaml.YAMLError) -> Problem:
        mark = getattr(error, "problem_mark", None)
        place = Place(self.name, mark.line + 1, mark.column + 1) if mark else self._forbidden()
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not well-formed"
        line = self.lines.line(place.line)
        advice = "indent with spaces, not with tabs" if "\t" in line else "check the indentation and the quotes"
        return Problem("CP002", str(what)[:200], place, advice, excerpt(line, place.column))

    def _forbidden(self) -> Place:
        """Where the first character stands that no YAML may hold, or the beginning."""
        found = _FORBIDDEN.search(self.text)
        before = self.text[: found.start()] if found is not None else ""
        return Place(self.name, before.count("\n") + 1, len(before) - before.rfind("\n"))

    def _take(self, event: yaml.Event) -> None:
        if len(self.problems) > MAX_PROBLEMS:
            place = self.problems.pop().place
            raise ContentError([*self.problems, more_problems(place)])
        # A guideline has tens of thousands of events: what is frequent is asked for first, and an end needs no place.
        if isinstance(event, yaml.CollectionEndEvent):
            done = self.stack.pop()
            if done.mapping:
                done.keys.clear()
                self._put(Mapping(tuple(done.entries), done.place))
            else:
                self._put(Sequence(tuple(done.items), done.place))
            return
        mark = event.start_mark
        place = Place(self.name, mark.line + 1, mark.column + 1) if mark else Place(self.name, 1, 1)
        if isinstance(event, yaml.ScalarEvent):
            self._check_node(event, place)
            self._put(self._scalar(event, place))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._check_node(event, place)
            if len(self.stack) >= MAX_DEPTH:
                self._fatal("CP009", f"nested deeper than {MAX_DEPTH} levels", place, "nest less deeply")
            self.stack.append(_Open(place, mapping=isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, yaml.AliasEvent):
            self._problem("CP004", f"alias *{str(event.anchor)[:_SHOWN]} is not allowed", place, "write the value out")
            self._put(Scalar(None, plain=True, place=place))
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._fatal("CP002", "more than one document in the file", place, "give each its own file")

    def _fatal(self, code: str, message: str, place: Place, advice: str) -> None:
        self._problem(code, message, place, advice)
        raise ContentError(self.problems)

    def _check_node(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, place: Place) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            self._fatal("CP009", f"more than {MAX_NODES} values in one file", place, "split the file")
        if event.anchor:
            self._problem("CP004", f"anchor &{event.anchor[:_SHOWN]} is not allowed", place, "write the value out")
        if event.tag:
            self._problem("CP005", f"tag {event.tag[:_SHOWN]} is not allowed", place, "remove the tag")

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        text = event.value
        if event.style:
            return Scalar(text, plain=False, place=place)
        if text in _CONSTANTS:
            return Scalar(_CONSTANTS[text], plain=True, place=place)
        if text[0] in _FIRST_OF_NUMBER:
            if _INTEGER.match(text):
                return Scalar(int(text), plain=True, place=place)
            if _DECIMAL.match(text):
                return Scalar(float(text), plain=True, place=place)
        return Scalar(text, plain=True, place=place)

    def _put(self, node: YamlNode) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if not top.mapping:
            top.items.append(node)
        elif top.key is None:
            top.key = self._key(node)
        else:
            key = str(top.key.value)
            if key in top.keys:
                self._problem("CP003", f"key {key[:_SHOWN]!r} stands twice", top.key.place, "keep one of the two")
            top.keys.add(key)
            top.entries.append(Entry(key, top.key.place, node))
            top.key = None

    def _key(self, node: YamlNode) -> Scalar:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node
        if isinstance(node, Scalar):
            self._problem("CP008", f"the key {node.value!r} is not text", node.place, "put the key in quotes")
            return Scalar(str(node.value), plain=False, place=node.place)
        self._problem("CP008", "a key must be text", node.place)
        return Scalar(f"<key at {node.place}>", plain=False, place=node.place)


def values_in(node: YamlNode) -> int:
    """How many values a node holds, itself and its keys counted."""
    count, todo = 0, [node]
    while todo:
        one = todo.pop()
        count += 1
        if isinstance(one, Sequence):
            todo.extend(one.items)
        elif isinstance(one, Mapping):
            count += len(one.entries)
            todo.extend(entry.node for entry in one.entries)
    return count


def to_python(node: YamlNode) -> object:
    """The node as dicts, lists and values, without places."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [to_python(item) for item in node.items]
    return {entry.key: to_python(entry.node) for entry in node.entries}


def place_at(node: YamlNode, path: tuple[object, ...]) -> Place:
    """The place that is nearest to ``path``: of a key, an index, or of the last node on the way."""
    place = node.place
    for part in path:
        if isinstance(node, Mapping):
            found = node.entry(part)
            if found is None:
                continue
            place, node = found.place, found.node
        elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
            node = node.items[part]
            place = node.place
    return place
