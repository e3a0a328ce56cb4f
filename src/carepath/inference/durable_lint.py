"""What durable_rules may be given: the safe subset of conditions, and every value as an integer.

durable_rules 2.0.28 takes an empty text for the number 5, compares texts past their end, takes NaN for null,
saturates integers of more than 64 bits, cannot read ``1e-05``, and reads the decimal 3.5 as 3 in a process whose
locale writes a decimal comma (it calls C's ``atof``). None of this can happen to an integer of 64 bits, so nothing
else reaches the engine:

========  =======================================================================================================
bool      0 or 1
int       itself; outside 64 bits it is refused
decimal   the bits of its double, put in order: ``a < b`` exactly when ``code(a) < code(b)``, for all finite numbers.
          An int is allowed where a double holds it exactly. NaN and infinity are refused
text      its number among the texts that the attribute is compared with; 0 for every other text
========  =======================================================================================================

An int attribute that some condition compares with a decimal is treated as a decimal.
"""

from __future__ import annotations

import itertools
import math
import struct
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from carepath.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from carepath.inference.normal_form import Branch, Literal

Known = bool | int | float | str

#: The attribute that every fact has: it stands for an empty branch and makes the last rule of each ruleset fire.
PRESENT = "present"

#: A fact of more than 252 attributes is refused by the engine.
MAX_ATTRIBUTES = 200

#: A condition on an attribute: the internal name, the operator and the code of the constant.
Comparison = tuple[str, str, int]

_ORDER = frozenset({"<", "<=", ">", ">="})
_OPERATORS = _ORDER | {"==", "!="}
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_DOUBLE, _INTEGER = struct.Struct("<d"), struct.Struct("<q")

#: What the engine looks for among the keys of rules and facts; it knows a key by its hash only.
_KEYWORDS = (
    *("id", "sid", "m", "all", "any", "pri", "count", "cap", "dist", "name", PRESENT, "$s", "$m", "$i", "$l", "$r"),
    *("$lt", "$lte", "$gt", "$gte", "$eq", "$neq", "$mt", "$imt", "$iall", "$iany", "$ex", "$nex", "$or", "$and"),
    *("$add", "$sub", "$mul", "$div", "$forward", "$time", "$timerName", "$baseTime"),
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """How one attribute is known to the engine.

    ``code`` gives the integer that stands for a value. It raises ``ValueError`` for a value of another type, or one
    that cannot be held; the message says which and does not repeat the value.
    """

    name: str
    code: Callable[[object], int]


def _refuse_type(kind: str, value: object) -> NoReturn:
    message = f"a value of type {kind} is needed, not {type(value).__name__}"
    raise ValueError(message)


def _bool_code(value: object) -> int:
    if not isinstance(value, bool):
        _refuse_type("bool", value)
    return int(value)


def _int_code(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse_type("int", value)
    if not _SMALLEST <= value <= _LARGEST:
        message = "the number needs more than 64 bits"
        raise ValueError(message)
    return int(value)


def _decimal_code(value: object) -> int:
    if isinstance(value, float):
        number = float(value)
    elif isinstance(value, bool) or not isinstance(value, int):
        _refuse_type("decimal", value)
    else:
        number = float(_int_code(value))
        if number != value:
            message = "the number has more digits than a decimal holds"
            raise ValueError(message)
    if not math.isfinite(number):
        message = "the number is not finite"
        raise ValueError(message)
    # The bits of a positive double grow with it; those of -0.0 are the smallest integer, which becomes 0 like 0.0.
    bits: int = _INTEGER.unpack(_DOUBLE.pack(number))[0]
    return bits if bits >= 0 else _SMALLEST - bits


def _text_code(codes: Mapping[str, int], value: object) -> int:
    if not isinstance(value, str):
        _refuse_type("text", value)
    return codes.get(value, 0)


_CODES: dict[str, Callable[[object], int]] = {
    "bool": _bool_code,
    "int": _int_code,
    "decimal": _decimal_code,
    "text": partial(_text_code, {}),
}


def lint(clauses: Mapping[str, Sequence[Branch]], types: Mapping[str, str]) -> list[str]:
    """What in these clauses lies outside the subset that durable_rules evaluates correctly.

    Args:
        clauses: by the id of a clause its branches; a clause is true when all literals of some branch hold.
        types: by attribute ``bool``, ``int``, ``decimal`` or ``text``.

    Returns:
        A sentence for each fault, none repeated; nothing when all is well.
    """
    kinds = _kinds(clauses, types)
    found: dict[str, None] = {}
    for clause, branches in clauses.items():
        for branch in branches:
            found.update(dict.fromkeys(f"clause {clause!r}: {fault}" for fault in _faults(branch, kinds)))
    return list(found)


def _kinds(clauses: Mapping[str, Sequence[Branch]], types: Mapping[str, str]) -> dict[str, str]:
    """The types of the attributes, ``decimal`` for an int that is compared with a decimal."""
    kinds = dict(types)
    for literal in _literals(clauses):
        if kinds.get(literal.attribute) == "int" and isinstance(literal.constant, float):
            kinds[literal.attribute] = "decimal"
    return kinds


def _literals(clauses: Mapping[str, Sequence[Branch]]) -> Iterator[Literal]:
    return (literal for branches in clauses.values() for branch in branches for literal in branch)


def _faults(branch: Branch, kinds: Mapping[str, str]) -> Iterator[str]:
    if len({literal.attribute for literal in branch}) > MAX_ATTRIBUTES:
        yield f"one branch reads more than {MAX_ATTRIBUTES} attributes"
    for literal in branch:
        kind = kinds.get(literal.attribute)
        if kind is None:
            yield f"attribute {literal.attribute!r} has no type"
            continue
        if kind not in _CODES:
            yield f"attribute {literal.attribute!r} has the unknown type {kind!r}; {nearest(kind, _CODES)}"
            continue
        if literal.op not in _OPERATORS:
            yield f"operator {literal.op!r} of {literal.attribute!r} is none of {' '.join(sorted(_OPERATORS))}"
        elif literal.op in _ORDER and kind in {"bool", "text"}:
            yield f"{literal.attribute!r} is of type {kind} and has no order: {literal.op!r} cannot be used"
        try:
            _CODES[kind](literal.constant)
        except ValueError as error:
            yield f"the constant that {literal.attribute!r} is compared with: {error}"


def attributes_of(clauses: Mapping[str, Sequence[Branch]], types: Mapping[str, str]) -> dict[str, Attribute]:
    """The attributes that clauses without faults read, in the order of their names.

    Args:
        clauses: as for ``lint``.
        types: as for ``lint``.
    """
    kinds = _kinds(clauses, types)
    texts: dict[str, set[str]] = {}
    for literal in _literals(clauses):
        constants = texts.setdefault(literal.attribute, set())
        if isinstance(literal.constant, str):
            constants.add(literal.constant)
    names = internal_names()
    result: dict[str, Attribute] = {}
    for attribute, constants in sorted(texts.items()):
        codes = {text: code for code, text in enumerate(sorted(constants), start=1)}
        kind = kinds[attribute]
        result[attribute] = Attribute(next(names), partial(_text_code, codes) if kind == "text" else _CODES[kind])
    return result


def internal_names() -> Iterator[str]:
    """The names ``f1``, ``f2`` and so on, without those that the engine would take for another key."""
    taken = {key_hash(keyword) for keyword in _KEYWORDS}
    for number in itertools.count(1):
        name = f"f{number}"
        if key_hash(name) not in taken:
            taken.add(key_hash(name))
            yield name


def key_hash(key: str) -> int:
    """The 32-bit FNV-1a hash by which the engine knows a key."""
    result = 0x811C9DC5
    for byte in key.encode("ascii"):
        result = (result ^ byte) * 16777619 & 0xFFFFFFFF
    return result
