"""The command line.

``carepath assess | why | why-not | report | test | check | show | lookup | schema | replay | serve``

Exit status: 0 done, 1 scenarios failed, problems found or coverage under a figure, 2 input that cannot be read.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from carepath.errors import CarepathError
from carepath.version import __version__

if TYPE_CHECKING:
    from carepath.commands.answer import Answer

UNREADABLE = 2
ENGINES = ("both", "direct")
LANGUAGES = ("en", "nl")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and prints what it gives.

    Args:
        argv: the arguments; those of the process by default.

    Returns:
        The exit status.
    """
    arguments = _parser().parse_args(argv)
    status, out, err = UNREADABLE, "", ""
    try:
        command = importlib.import_module(f"carepath.commands.{arguments.command}")
        answer: Answer = command.run(arguments)
    except CarepathError as error:
        err = f"{error}\n"
    else:
        status, out, err = answer.status, answer.out, answer.err
    try:
        _write(sys.stdout, out)
    except OSError as error:  # a full disk, say
        _to_nowhere(sys.stdout)
        status, err = UNREADABLE, f"{err}cannot write the output: {error.strerror or error}\n"
    _write(sys.stderr, err)
    return status


def _write(stream: TextIO, text: str) -> None:
    """Writes UTF-8 whatever the locale; a reader that went away is no error."""
    if not text:
        return
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        print(text, end="", file=stream, flush=True)
    except BrokenPipeError:
        _to_nowhere(stream)


def _to_nowhere(stream: TextIO) -> None:
    """What is left in the buffer goes nowhere, so that Python's own flush at exit does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="carepath",
        description="Care pathways for chronic pain as data: assess a patient, test and check a guideline.",
        epilog="Exit status: 0 done, 1 scenarios failed, problems found or coverage under a figure, "
        "2 input that cannot be read.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"carepath {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, allow_abbrev=False)

    assess = command("assess", "assess a patient from a file: YAML, JSON, scenarios or a FHIR bundle")
    _add_patients(assess)
    written = assess.add_mutually_exclusive_group()
    written.add_argument("--json", action="store_true", help="print canonical JSON")
    written.add_argument("--fhir", metavar="PATIENT", help="print a FHIR R4 bundle about this patient: Patient/ID")

    for name, text in (
        ("why", "say why something is in the advice"),
        ("why-not", "say why something is not in the advice: what is not met, not known, or above it"),
    ):
        why = command(name, text)
        why.set_defaults(command="why", question=name)
        _add_patients(why)
        why.add_argument("asked", metavar="X", help="a kind, a rule, a step, a topic, a target")
        why.add_argument("--json", action="store_true", help="print canonical JSON")

    report = command("report", "write the assessment of a patient as one page of HTML to read, print or send")
    _add_patients(report)
    report.add_argument("-o", "--output", metavar="FILE.html", help="the file that is written; printed by default")

    test = command("test", "run scenarios from files and folders")
    test.add_argument("paths", metavar="PATH", nargs="+")
    test.add_argument("--coverage", action="store_true", help="say what the scenarios exercised, and what is missing")
    test.add_argument(
        "--fail-under",
        type=_percent,
        metavar="FIGURE",
        help="measure coverage; status 1 when it is under so many percent",
    )
    test.add_argument("--unreachable", metavar="FILE", help="the points that no scenario can exercise, with reasons")
    test.add_argument("--json", action="store_true", help="print JSON")
    _add_engine(test)
    _add_guideline(test)

    check = command("check", "check a guideline and name every problem with its place")
    check.add_argument("path", metavar="PATH", nargs="?", help="the folder with rules/ and pathways/; the shipped one")
    _add_codes(check)

    show = command("show", "show a pathway: its steps and transitions")
    show.add_argument("pathway", metavar="PATHWAY")
    drawing = show.add_mutually_exclusive_group()
    drawing.add_argument("--mermaid", action="store_true", help="print a drawing in Mermaid")
    drawing.add_argument("--svg", action="store_true", help="print a drawing in SVG")
    drawing.add_argument("--fhir", metavar="DATE", help="print a FHIR R4 plan with the values of this date, YYYY-MM-DD")
    _add_language(show)
    _add_guideline(show)

    lookup = command("lookup", "say what the guideline holds under a name or words, or that it is not available")
    lookup.add_argument("words", metavar="WORD", nargs="+")
    _add_language(lookup)
    _add_guideline(lookup)

    schema = command("schema", "print the JSON Schema of input, assessment, audit or error")
    schema.add_argument("name", metavar="NAME", help="input, assessment, audit or error")
    _add_guideline(schema)

    replay = command("replay", "assess again from an audit record and print canonical JSON")
    replay.add_argument("file", metavar="AUDIT.json", help="an audit record, or an assessment that holds it")
    _add_guideline(replay)
    _add_codes(replay)

    _add_service(command("serve", "serve CDS Hooks over HTTP until it is stopped; needs carepath[service]"))
    return parser


def _add_service(serve: argparse.ArgumentParser) -> None:
    """What the service takes."""
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on; this machine only by default")
    serve.add_argument("--port", type=int, default=8000, help="the port to listen on (8000)")
    serve.add_argument("--certificate", metavar="FILE", help="the certificate for TLS, with --key")
    serve.add_argument("--key", metavar="FILE", help="the key of the certificate")
    who = serve.add_mutually_exclusive_group()
    who.add_argument("--clients", metavar="FILE", help="who may call: issuers with their public keys, as JSON")
    who.add_argument("--no-authentication", action="store_true", help="let everyone call; for trials on one machine")
    serve.add_argument("--base-url", metavar="URL", help="the address by which clients call, for which tokens are made")
    serve.add_argument("--origin", action="append", default=[], help="an origin of browsers that may call; repeatable")
    serve.add_argument("--report-url", metavar="URL", help="where the integrator shows full reports; cards link to it")
    serve.add_argument("--on-feedback", metavar="MODULE:FUNCTION", help="called with feedback, to keep it")
    serve.add_argument("--on-assessment", metavar="MODULE:FUNCTION", help="called with assessments, to keep the audit")
    serve.add_argument("--content-hash", metavar="HASH", help="serve only content with this hash")
    serve.add_argument("--time-zone", default="Europe/Amsterdam", help="where the day begins (Europe/Amsterdam)")
    serve.add_argument("--at", metavar="DATE", help="assess as of this day in place of today; for trials")
    _add_engine(serve)
    _add_language(serve)
    _add_guideline(serve)
    _add_codes(serve)


def _percent(text: str) -> float:
    """A figure from 0 to 100."""
    with contextlib.suppress(ValueError):
        figure = float(text)
        if 0 <= figure / 100 <= 1:
            return figure
    message = f"{text[:40]!r} is no figure from 0 to 100"
    raise argparse.ArgumentTypeError(message)


def _add_patients(parser: argparse.ArgumentParser) -> None:
    """What every command that assesses takes."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--pathway", help="the pathway; wins over the file's")
    parser.add_argument("--at", metavar="DATE", help="the evaluation date, YYYY-MM-DD; wins over the file's")
    parser.add_argument("--scenario", type=int, metavar="N", help="only scenario N of the file, counted from 1")
    _add_engine(parser)
    _add_language(parser)
    _add_guideline(parser)
    _add_codes(parser)


def _add_codes(parser: argparse.ArgumentParser) -> None:
    text = "a site's own table of FHIR codes; may be given again"
    parser.add_argument("--codes", metavar="CODES.yaml", action="append", default=[], help=text)


def _add_engine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", choices=ENGINES, default="both", help="how rules are evaluated (both must agree)")


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="the language of what is printed")


def _add_guideline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--guideline", metavar="PATH", help="the folder with rules/ and pathways/; the shipped one")


if __name__ == "__main__":
    sys.exit(main())
