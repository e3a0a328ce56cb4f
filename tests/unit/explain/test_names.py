from __future__ import annotations

import re
from pathlib import Path

import pytest

import carepath.explain as answers
from carepath.explain import Explanation
from carepath.explain.explanation import Explanation as Same

API = Path(__file__).resolve().parents[3] / "docs" / "reference" / "api.md"


def test_the_classes_of_answers_are_there_by_name() -> None:
    assert Explanation is Same
    assert set(dir(answers)) == set(answers.__all__)
    assert all(isinstance(getattr(answers, name), type) for name in answers.__all__)


def test_another_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = answers.nothing


def test_every_attribute_of_an_explanation_stands_on_the_page_of_the_api() -> None:
    page = API.read_text(encoding="utf-8")
    names = [name for name in vars(Explanation) if not name.startswith("_") and name not in {"say", "grow"}]
    missing = [name for name in names if not re.search(rf"\b{name}\b", page)]
    assert not missing
