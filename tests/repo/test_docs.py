"""The documentation: generated pages are current, every code has a section, every example runs, every link resolves."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import inspect
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import carepath
from carepath import cli
from carepath.content.load import load_guideline
from carepath.errors import CODES
from carepath.inference.durable import availability
from carepath.language.check import check
from carepath.language.parse import STRUCTURES, parse_node
from carepath.recommendation import FIELDS
from carepath.testing.scenario import scenarios_of
from carepath.yaml_reader import Mapping, Scalar, Sequence, YamlNode, read_file, read_text, to_python
from docs import generate
from tests.repo.pages import Block, blocks, compare

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
COPIED = ("rules", "pathways", "examples")
SCENARIOS = "tests/scenarios"
#: Every so many-th file of scenarios is there for a page in an ordinary run, and those that the page names.
APART = 5
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
GENERATED = sorted(generate.NAMES)
WRITTEN = [page for page in PAGES if page.relative_to(DOCS).as_posix() not in GENERATED]
EXAMPLES = [*WRITTEN, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
#: Programs that a block of shell may call beside carepath; others belong to a reader's machine and are passed over.
PROGRAMS = {"cp", "mkdir"}
DATE = "2026-03-02"

_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_TARGET = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def make_workplace(folder: Path, named: str, apart: int) -> None:
    """Puts what a reader has into a folder; of the scenarios those that a text names, and some of the rest."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, copy_function=shutil.copyfile)
    (folder / SCENARIOS).mkdir(parents=True)
    for number, path in enumerate(sorted((ROOT / SCENARIOS).glob("*.yaml"))):
        if number % apart == 0 or path.name in named:
            shutil.copyfile(path, folder / SCENARIOS / path.name)


# --- examples -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", EXAMPLES, ids=name_of)
def test_every_example_of_a_page_does_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try_page(page, APART, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in EXAMPLES if SCENARIOS in page.read_text("utf-8")], ids=name_of)
def test_every_example_does_so_with_all_scenarios(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try_page(page, 1, tmp_path, monkeypatch)


def try_page(page: Path, apart: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, object] = {"__name__": "page"}
    before = ""
    found = blocks(page)
    if any(block.kind in {"python", "sh"} or block.note for block in found):
        make_workplace(tmp_path, text_of(page), apart)
    monkeypatch.chdir(tmp_path)
    for block in found:
        where = f"{name_of(page)}:{block.line}"
        if block.kind == "python":
            try:
                compare(run_python(block, namespace, where), block.output, where)
            except carepath.MissingExtra as error:
                pytest.skip(str(error))
        elif block.kind == "sh":
            compare(run_shell(block, where), block.output, where)
        elif block.kind == "yaml":
            use_yaml(block, tmp_path, before, where)
            before = block.text
        else:
            assert block.kind in {"text", "mermaid"}, f"{where}: a block of kind {block.kind} is never tried"


def run_python(block: Block, namespace: dict[str, object], where: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(block.text, where, "exec", dont_inherit=True), namespace)  # noqa: S102 - our own examples
    return out.getvalue()


def run_shell(block: Block, where: str) -> str:
    out = io.StringIO()
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] in PROGRAMS:
            subprocess.run(words, check=True)  # in the copy: nothing else is the present folder
        elif words[:2] == ["carepath", "serve"]:
            assert not block.output, f"{where}: it runs until it is stopped; tests/contracts/test_service.py starts it"
        elif words and words[0] == "carepath":
            target = Path(words[-1]) if words[-2:-1] == [">"] else None
            text = run_carepath(words[1:-2] if target else words[1:])
            if target is None:
                out.write(text)
            else:
                target.write_text(text, encoding="utf-8")
        else:
            assert not block.output, f"{where}: the output of {line!r} is shown, but it is not run"
    return out.getvalue()


def run_carepath(words: list[str]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.suppress(SystemExit):
        cli.main(words)
    return out.getvalue()


def use_yaml(block: Block, workplace: Path, before: str, where: str) -> None:
    """Does with a block of YAML what the note above it says; without one, reads it as what it is."""
    edited = workplace / "edited"
    if block.note == "file":
        (workplace / block.file).write_text(block.text, encoding="utf-8")
    elif block.note == "in":
        assert text_of(workplace / block.file).count(block.text) == 1, f"{where}: not once in {block.file}"
        edited.write_text(block.file, encoding="utf-8")
    elif block.note == "becomes":
        path = workplace / text_of(edited)
        path.write_text(text_of(path).replace(before, block.text), encoding="utf-8")
    else:
        read_yaml(read_text(block.text, name=where), where)


def read_yaml(node: YamlNode, where: str) -> None:
    """Reads a condition, scenarios, rules or a patient as the library does."""
    guideline = load_guideline()
    first = node.items[0] if isinstance(node, Sequence) else node
    keys = set(first.keys()) if isinstance(first, Mapping) else set()
    if isinstance(node, Scalar) or keys <= set(STRUCTURES):
        assert not check(parse_node(node), guideline.symbols), where
    elif "scenario" in keys:
        scenarios_of(node, guideline)
    elif "recommend" in keys:
        assert isinstance(node, Sequence)
        assert all(is_shipped(to_python(rule)) for rule in node.items), f"{where}: not as it stands in rules/"
    else:
        patient = to_python(node)
        assert isinstance(patient, dict)
        at, pathway = patient.get("at", DATE), patient.get("pathway")
        carepath.assess(patient.get("patient", patient), pathway=pathway, at=at, engine="direct")


def is_shipped(shown: object) -> bool:
    """Whether the guideline has this rule, so that it does the same; a page may leave out grounds."""
    nodes = (read_file(path) for path in sorted((ROOT / "rules").glob("*.yaml")))
    lists = (node.get("rules") for node in nodes if isinstance(node, Mapping))
    rules = [to_python(rule) for one in lists if isinstance(one, Sequence) for rule in one.items]
    return any(
        isinstance(shown, dict)
        and isinstance(rule, dict)
        and all(shown.get(key) == rule.get(key) for key in ("id", "pathways", "when", "recommend"))
        and all(ground in rule["grounds"] for ground in shown["grounds"])
        for rule in rules
    )


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.skipif(availability() is not None, reason="the report says so when there is one evaluation only")
def test_the_readme_shows_the_report_that_make_assess_prints() -> None:
    (shown,) = (block.text for block in blocks(ROOT / "README.md") if "advice on" in block.text)
    assert run_carepath(["assess", str(ROOT / "examples" / "low_back_pain_wpn4.yaml")]).startswith(shown)


# --- generated pages ----------------------------------------------------------------------------------------------


def test_the_generated_pages_are_what_code_and_content_give_now() -> None:
    stale = [name for name, text in generate.pages(load_guideline()).items() if text_of(DOCS / name) != text]
    assert not stale, f"run `make docs` and commit: {', '.join(stale)}"


@pytest.mark.parametrize("name", GENERATED)
def test_every_condition_of_a_generated_page_reads_back(name: str) -> None:
    for block in blocks(DOCS / name):
        assert block.kind == "yaml"
        read_yaml(read_text(block.text), f"{name}:{block.line}")


# --- what must be said --------------------------------------------------------------------------------------------


def sections(page: Path, level: int) -> dict[str, str]:
    """The text below each heading of a level."""
    parts = re.split(rf"^#{{{level}}} (.+)$", text_of(page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_code_of_error_has_a_page_with_its_meaning_cause_and_cure() -> None:
    pages = {path.stem: text_of(path) for path in (DOCS / "reference" / "errors").glob("CP*.md")}
    assert sorted(pages) == sorted(CODES)
    for code, meaning in CODES.items():
        assert pages[code].startswith(f"# {code}: {meaning}\n")
        assert "**Cause.** " in pages[code]
        assert "**Cure.** " in pages[code]
    index = text_of(DOCS / "reference" / "errors" / "index.md")
    assert all(f"* [{code}]({code}.md): {meaning}\n" in index for code, meaning in CODES.items())


def test_every_command_and_option_stands_on_the_page_of_the_command_line() -> None:
    (commands,) = (one.choices for one in cli._parser()._actions if isinstance(one.choices, dict))  # noqa: SLF001
    found = sections(DOCS / "reference" / "cli.md", 2)
    assert set(found) == {f"carepath {name}" for name in commands}
    for name, parser in commands.items():
        for action in parser._actions:  # noqa: SLF001 - argparse tells its options in no other way
            for option in action.option_strings:
                assert option in {"-h", "--help"} or option in found[f"carepath {name}"], f"{name} {option}"


def test_every_public_name_field_and_attribute_stands_on_the_page_of_the_api() -> None:
    page = text_of(DOCS / "reference" / "api.md")
    fields = text_of(DOCS / "reference" / "records-and-scenarios.md")
    public = [name for name in vars(carepath.Assessment) if not name.startswith("_")]
    own = [one.name for one in dataclasses.fields(carepath.Recommendation) if one.name not in FIELDS]
    guideline = [one.name for one in dataclasses.fields(carepath.Guideline) if one.name != "symbols"]
    missing = [name for name in (*carepath.__all__, *public, *own, *guideline) if not re.search(rf"\b{name}\b", page)]
    assert not missing
    assert all(f"| `{name}` |" in fields for name in FIELDS)
    for function in (carepath.assess, carepath.assess_many, carepath.load_guideline):
        for name, parameter in inspect.signature(function).parameters.items():
            default = "" if parameter.default is parameter.empty else f"={parameter.default!r}".replace("'", '"')
            assert re.search(rf"carepath\.{function.__name__}\(.*\b{name}{re.escape(default)}[,)]", page), name


# --- links and build ----------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """What a link may point to: targets, and headings as GitHub and MyST name them."""
    text = text_of(page)
    headings = (
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(text)
    )
    return {*headings, *_TARGET.findall(text)}


@pytest.mark.parametrize("page", [*PAGES, *EXAMPLES[-2:], ROOT / "SECURITY.md"], ids=name_of)
def test_every_link_of_a_page_resolves(page: Path) -> None:
    for link in _LINK.findall(text_of(page)):
        file, _, anchor = link.partition("#")
        if not link.startswith("https://"):
            target = (page.parent / file).resolve() if file else page
            assert target.exists(), f"{name_of(page)}: {link}"
            assert not anchor or anchor in anchors(target), f"{name_of(page)}: {link}"


def test_every_page_stands_in_the_contents() -> None:
    listed = set(re.findall(r"^([\w/-]+)$", text_of(DOCS / "index.md"), re.MULTILINE))
    errors = re.findall(r"^(CP\d+)$", text_of(DOCS / "reference" / "errors" / "index.md"), re.MULTILINE)
    listed |= {f"reference/errors/{code}" for code in errors}
    assert {page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES} - {"index"} == listed


@pytest.mark.slow
def test_the_pages_build_without_a_warning(tmp_path: Path) -> None:
    python = Path(sys.executable)
    if any(importlib.util.find_spec(name) is None for name in ("sphinx", "myst_parser", "furo")):
        subprocess.run([python, "-m", "venv", tmp_path / "venv"], check=True)
        python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"{ROOT}[docs]"], check=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    build: list[str | Path] = [
        python,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-d",
        tmp_path / "trees",
        DOCS,
        tmp_path / "html",
    ]
    done = subprocess.run(build, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fonts.googleapis" not in text_of(tmp_path / "html" / "index.html")
