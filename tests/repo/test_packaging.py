"""What is shipped: the wheel, the source distribution and the editable install carry code and content."""

import shutil
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.repo.releases import ROOT, Built, fresh_environment, run

CONTENT_FOLDERS = ("pathways", "rules")


def content_of_checkout() -> set[str]:
    """The YAML files of rules/ and pathways/, relative to the checkout; each of the folders has some."""
    found = {folder: set((ROOT / folder).rglob("*.yaml")) for folder in CONTENT_FOLDERS}
    assert all(found.values()), f"a content folder is empty: {found}"
    return {path.relative_to(ROOT).as_posix() for paths in found.values() for path in paths}


def yaml_below(names: list[str], prefix: str) -> set[str]:
    """The YAML files of the content folders below `prefix`, relative to it."""
    below = {name.removeprefix(prefix) for name in names if name.startswith(prefix) and name.endswith(".yaml")}
    return {name for name in below if name.split("/")[0] in CONTENT_FOLDERS}


def imported_from(programs: Path, folder: Path) -> Path:
    """The folder that `import carepath` takes the package from."""
    return Path(run(programs / "python", "-c", "import carepath; print(carepath.__file__)", cwd=folder).strip()).parent


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_wheel_is_told_to_carry_each_content_folder(pyproject: dict[str, Any]) -> None:
    forced = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert forced == {folder: f"carepath/_content/{folder}" for folder in CONTENT_FOLDERS}


def test_the_source_distribution_is_told_to_carry_each_content_folder(pyproject: dict[str, Any]) -> None:
    included = pyproject["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {f"/{folder}" for folder in CONTENT_FOLDERS} <= set(included)


def test_no_content_lies_in_the_package_of_the_checkout() -> None:
    assert not (ROOT / "src" / "carepath" / "_content").exists(), "it would hide rules/ and pathways/"


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "src" / "carepath" / "py.typed").is_file()


@pytest.mark.slow
def test_the_source_distribution_carries_the_content_at_its_top_level(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = archive.getnames()
    assert yaml_below(names, built.sdist.name.removesuffix(".tar.gz") + "/") == content_of_checkout()


@pytest.mark.slow
def test_the_wheel_carries_the_content_and_the_type_marker_inside_the_package(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = archive.namelist()
    assert yaml_below(names, "carepath/_content/") == content_of_checkout()
    assert "carepath/py.typed" in names


@pytest.mark.slow
def test_the_wheel_puts_nothing_beside_the_package(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == {"carepath"}


@pytest.mark.slow
def test_an_installed_wheel_checks_its_own_content(built: Built, tmp_path: Path) -> None:
    programs = fresh_environment(tmp_path / "venv", built.wheel)
    package = imported_from(programs, tmp_path)
    assert package.is_relative_to(tmp_path / "venv")
    assert all((package / "_content" / folder).is_dir() for folder in CONTENT_FOLDERS)
    run(programs / "carepath", "check", cwd=tmp_path)


@pytest.mark.slow
def test_the_notebooks_need_nothing_but_the_wheel_and_its_extra(built: Built, tmp_path: Path) -> None:
    programs = fresh_environment(tmp_path / "venv", f"{built.wheel}[notebook]")
    for path in sorted((ROOT / "examples").glob("*.ipynb")):
        shutil.copy(path, tmp_path)
        run(programs / "jupyter-execute", path.name, cwd=tmp_path)


@pytest.mark.slow
def test_an_editable_install_checks_the_content_of_the_checkout(tmp_path: Path) -> None:
    programs = fresh_environment(tmp_path / "venv", "--editable", ROOT)
    assert imported_from(programs, tmp_path) == ROOT / "src" / "carepath"
    run(programs / "carepath", "check", cwd=tmp_path)
