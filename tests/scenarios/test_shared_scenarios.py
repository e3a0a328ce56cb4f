from pathlib import Path

import pytest

from carepath.testing.runner import run_paths

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1].parent / "shared" / "scenarios"


def assert_all_pass(path: Path) -> None:
    run = run_paths([path])
    shown = "\n".join([*map(str, run.problems), *map(str, run.failed)])
    if shown or not run.results:
        pytest.fail(shown or "there is no scenario in the file", pytrace=False)


@pytest.mark.skipif(not SHARED.is_dir(), reason="there is no ../shared/scenarios beside the checkout")
@pytest.mark.parametrize("path", sorted(SHARED.rglob("*.yaml")), ids=lambda path: path.name)
def test_every_scenario_beside_the_checkout_comes_out_as_expected(path: Path) -> None:
    assert_all_pass(path)


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.yaml")), ids=lambda path: str(path.relative_to(HERE)))
def test_every_scenario_of_the_repository_comes_out_as_expected(path: Path) -> None:
    assert_all_pass(path)
