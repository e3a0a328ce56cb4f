"""Settings of all tests, and what makes them quick without changing what they see."""

import functools
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis.internal.conjecture import providers

from carepath.content import files
from carepath.content.location import shipped_content
from carepath.yaml_reader import YamlNode, read_text
from tests.examples import ORDINARY

#: The same examples in every run, whatever the machine and its load.
settings.register_profile("ordinary", max_examples=ORDINARY, deadline=None, derandomize=True, database=None)
settings.load_profile("ordinary")
#: For ``make slow``: twenty times the examples of each law that does not name its own number.
settings.register_profile("thorough", settings.get_profile("ordinary"), max_examples=20 * ORDINARY)
#: For ``make mutants``: that a test fails is enough there, the smallest example is not looked for.
settings.register_profile(
    "mutants", max_examples=25, phases=[Phase.explicit, Phase.generate], deadline=None, derandomize=True, database=None
)

# Hypothesis also draws numbers and words that stand in the modules of the project, as far as these are loaded by then:
# what a test tries would depend on which other tests were collected. Here it takes no module for one of the project.
if hasattr(providers, "is_local_module_file"):
    providers.is_local_module_file = lambda _path: False

# Thousands of tests, strategies and scenarios stay in memory to the end: to look through them for garbage again and
# again takes a sixth of the time.
gc.set_threshold(20_000, 20, 50)


def pytest_collection_finish() -> None:
    """What was collected stays: it is never looked through for garbage."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """At its end pytest looks through all memory many times, for errors that nobody saw: once is enough."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _shipped_files_are_read_once() -> Iterator[None]:
    """A file of a guideline of the checkout is turned into nodes once in a process, in whatever folder a copy lies.

    Tests load hundreds of copies of a guideline with a change in one file: that file is read, the others stand as
    they are. Nodes cannot be changed. The bytes are read each time; tests of the reader call it themselves.
    """
    roots = (shipped_content(), Path(__file__).parent / "broken" / "base")
    known = {
        path.read_text(encoding="utf-8")
        for root in roots
        for path in (*root.glob("rules/*.yaml"), *root.glob("pathways/*.yaml"))
    }
    remembered = functools.cache(read_text)

    def read(text: str, *, name: str) -> YamlNode:
        return remembered(text, name=name) if text in known else read_text(text, name=name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "read_text", read)
        yield
