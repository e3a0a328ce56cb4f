"""Generated conditions: any tree that the grammar knows, and those that can be evaluated over a small vocabulary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from hypothesis import strategies as st

from carepath.language.evaluate import Known, Scope
from carepath.language.nodes import (
    COMPARISONS,
    All,
    Among,
    AnyOf,
    Change,
    Compare,
    Condition,
    Constant,
    Count,
    Day,
    DaysSince,
    Every,
    FindingRef,
    IsKnown,
    Named,
    Not,
    Number,
    Operand,
    Quoted,
    Some,
    Value,
    Word,
)
from carepath.language.parse import MOMENTS
from carepath.language.symbols import ParameterType, Symbols, ValueType
from carepath.language.truth import Truth

RESERVED = {"not", "true", "false", "unknown", "in", "is", "days", "percent", "improvement", "worsening"}

# --- any tree -----------------------------------------------------------------------------------------------------

names = st.one_of(
    st.sampled_from(["adult", "wpn_class", "of", "since", "known", "all", "x", "step"]),
    st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True),
).filter(lambda name: name not in RESERVED)
ops = st.sampled_from(COMPARISONS)
numbers = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(-1e20, 1e20).filter(lambda number: number == 0 or abs(number) > 1e-30),
    st.sampled_from([1e-05, -1e-07, 1e16, 1e22, 0.1]),
)
quoted = st.text(st.characters(exclude_characters="'", exclude_categories=["Cs"]), max_size=20)
words = st.from_regex(r"[A-Za-z][A-Za-z0-9_.+\-]{0,12}", fullmatch=True)
values: st.SearchStrategy[Value] = st.one_of(
    numbers.map(Number),
    st.dates(dt.date(1000, 1, 1)).map(Day),
    words.map(Word),
    quoted.map(Quoted),
)
operands: st.SearchStrategy[Operand] = st.one_of(
    names.map(FindingRef),
    names.map(DaysSince),
    st.builds(Change, st.sampled_from(["improvement", "worsening"]), st.booleans(), names, st.sampled_from(MOMENTS)),
)
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(Truth).map(Constant),
    names.map(Named),
    names.map(IsKnown),
    st.builds(Compare, operands, ops, values),
    st.builds(Among, names.map(FindingRef), st.lists(values, min_size=1, max_size=4).map(tuple)),
)


def _structures(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        several.map(All),
        several.map(AnyOf),
        inner.map(Not),
        st.builds(Some, names, inner),
        st.builds(Every, names, inner),
        st.builds(Count, names, st.none() | names, st.none() | inner, ops, values),
    )


#: Any condition that the grammar can write, whatever its names mean.
conditions = st.recursive(leaves, _structures, max_leaves=8)

# --- trees over a small vocabulary --------------------------------------------------------------------------------

TYPES: dict[str, ValueType] = {
    "flag": ValueType("bool"),
    "other_flag": ValueType("bool"),
    "age": ValueType("int", minimum=0, maximum=120, unit="a"),
    "months": ValueType("decimal", minimum=0, unit="mo"),
    "wpn_class": ValueType("int", minimum=1, maximum=4, enumerated=True),
    "line": ValueType("enum", values=("0", "1", "1.5")),
    "last_date": ValueType("date"),
    "drugs": ValueType("list", parts={"class": ValueType("enum", values=("TCA", "SNRI"))}),
    "rmdq_total": ValueType("int", minimum=0, maximum=24, is_instrument=True),
}
PARAMETERS: dict[str, float] = {
    "adult_age": 18,
    "chronic_months": 3,
    "half": 0.5,
    "window": 92,
    "two": 2,
    "percent": 30,
}
PARAMETER_TYPES: dict[str, ParameterType] = {
    "adult_age": ParameterType("number", "a", 18, 18),
    "chronic_months": ParameterType("number", "mo", 3, 3),
    "half": ParameterType("number", "mo", 0.5, 0.5),
    "window": ParameterType("number", "d", 92, 92),
    "two": ParameterType("number", None, 2, 2),
    "percent": ParameterType("number", "%", 30, 30),
}
TERMS: dict[str, Condition] = {
    "adult": Compare(FindingRef("age"), ">=", Word("adult_age")),
    "grown_or_flagged": AnyOf((Named("adult"), Named("flag"))),
}
#: Leaves that the record settles; engines see them under their own text.
DERIVED: dict[str, Condition] = {
    "age is known": IsKnown("age"),
    "days since last_date < window": Compare(DaysSince("last_date"), "<", Word("window")),
    "some of drugs where class == TCA": Some("drugs", Compare(FindingRef("class"), "==", Word("TCA"))),
    "every of drugs where class == TCA": Every("drugs", Compare(FindingRef("class"), "==", Word("TCA"))),
    "count of drugs >= two": Count("drugs", None, None, ">=", Word("two")),
    "percent improvement of rmdq_total since step start >= percent": Compare(
        Change("improvement", True, "rmdq_total", "step start"),  # noqa: FBT003 - the node's own order
        ">=",
        Word("percent"),
    ),
}
SCOPE = Scope(TERMS, TYPES, PARAMETERS)
SYMBOLS = Symbols(TYPES, TERMS, PARAMETER_TYPES)

_evaluable_leaves: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(Truth).map(Constant),
    st.sampled_from(["flag", "other_flag", "adult", "grown_or_flagged"]).map(Named),
    st.builds(Compare, st.just(FindingRef("age")), ops, st.just(Word("adult_age"))),
    st.builds(Compare, st.just(FindingRef("months")), ops, st.sampled_from([Word("chronic_months"), Word("half")])),
    st.builds(Compare, st.just(FindingRef("wpn_class")), ops, st.integers(1, 4).map(Number)),
    st.builds(
        Compare,
        st.just(FindingRef("line")),
        st.sampled_from(["==", "!="]),
        st.sampled_from([Quoted("0"), Quoted("1.5")]),
    ),
    st.builds(
        Compare,
        st.just(FindingRef("flag")),
        st.sampled_from(["==", "!="]),
        st.sampled_from([Word("true"), Word("false")]),
    ),
    st.builds(
        Compare,
        st.just(FindingRef("last_date")),
        ops,
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 5)).map(Day),
    ),
    st.builds(
        Among,
        st.just(FindingRef("wpn_class")),
        st.lists(st.integers(1, 4).map(Number), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Among, st.just(FindingRef("line")), st.just((Quoted("0"), Quoted("1")))),
    st.sampled_from(sorted(DERIVED)).map(DERIVED.__getitem__),
)


def _logic(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(several.map(All), several.map(AnyOf), inner.map(Not))


#: Conditions over ``TYPES``, ``TERMS`` and ``PARAMETERS`` that load without problems and can be evaluated.
evaluable = st.recursive(_evaluable_leaves, _logic, max_leaves=8)

_BOUNDARY: dict[str, st.SearchStrategy[Known]] = {
    "flag": st.booleans(),
    "other_flag": st.booleans(),
    "age": st.sampled_from([0, 17, 18, 19, 120]),
    "months": st.sampled_from([0, 0.4, 0.5, 0.6, 2.9, 3, 3.0, 3.1]),
    "wpn_class": st.integers(1, 4),
    "line": st.sampled_from(["0", "1", "1.5"]),
    "last_date": st.integers(dt.date(2026, 1, 1).toordinal(), dt.date(2026, 1, 5).toordinal()),
    **dict.fromkeys(DERIVED, st.booleans()),
}
#: Known values around the thresholds; what is unknown is absent.
known_values: st.SearchStrategy[Mapping[str, Known]] = st.fixed_dictionaries({}, optional=_BOUNDARY)
