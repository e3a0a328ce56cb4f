"""The command that starts the service: what it refuses, and what it says; the server itself is a stand-in."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from carepath.cli import main
from carepath.commands import serve

Capture = pytest.CaptureFixture[str]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    for name in ("fastapi", "carepath.exchange.service"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "carepath.exchange.service")
    assert main(["serve", "--no-authentication"]) == 2
    assert "CP092" in (said := capsys.readouterr().err)
    assert "pip install 'carepath[service]'" in said


def test_without_uvicorn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    pytest.importorskip("fastapi", reason="the extra `service` is not installed")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve", "--no-authentication"]) == 2
    assert "pip install 'carepath[service]'" in capsys.readouterr().err


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The settings of each server that would have been started."""
    pytest.importorskip("fastapi", reason="the extra `service` is not installed")
    found: list[dict[str, Any]] = []
    server = types.SimpleNamespace(run=lambda app, **settings: found.append({"app": app, **settings}))
    monkeypatch.setattr(serve, "_uvicorn", lambda: server)
    monkeypatch.setattr(serve.logging.config, "dictConfig", lambda _: None)  # type: ignore[attr-defined]
    return found


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The events that were logged."""
    found: list[str] = []
    monkeypatch.setattr(serve, "log", lambda event, **_: found.append(event))
    return found


def test_it_listens_on_this_machine_only_and_says_that_everyone_may_call(
    started: list[dict[str, Any]], said: list[str]
) -> None:
    assert main(["serve", "--no-authentication"]) == 0
    ((settings),) = started
    assert (settings["host"], settings["port"]) == ("127.0.0.1", 8000)
    assert settings["access_log"] is False
    assert said[0].startswith("NO AUTHENTICATION")
    assert said[-1] == "serving"


def test_a_fixed_date_and_an_open_address_without_tls_are_said(started: list[dict[str, Any]], said: list[str]) -> None:
    assert main(["serve", "--no-authentication", "--at", "2026-03-02", "--host", "0.0.0.0"]) == 0  # noqa: S104 - the case
    assert [event.partition(":")[0] for event in said] == ["NO AUTHENTICATION", "FIXED DATE", "NO TLS", "serving"]
    assert started


def test_clients_with_their_keys_need_no_flag(started: list[dict[str, Any]], said: list[str], tmp_path: Path) -> None:
    pytest.importorskip("jwt", reason="the extra `service` is not installed")
    file = tmp_path / "clients.json"
    file.write_text(json.dumps({"clients": [{"iss": "https://e.example", "jku": "https://e.example/k"}]}), "utf-8")
    assert main(["serve", "--clients", str(file), "--base-url", "https://cds.example.org"]) == 0
    assert said == ["serving"]
    assert started


#: Options that cannot be used, and words of the problem.
REFUSED: list[tuple[list[str], str]] = [
    ([], "who may call is not said"),
    (["--clients", "nowhere.json"], "who may call is not said"),
    (["--clients", "nowhere.json", "--base-url", "https://x.example"], "CP001"),
    (["--no-authentication", "--at", "yesterday"], "CP081"),
    (["--no-authentication", "--time-zone", "Europe/Nowhere"], "there is no time zone"),
    (["--no-authentication", "--content-hash", "0"], "not the pinned one"),
    (["--no-authentication", "--report-url", "ehr"], "report_url"),
    (["--no-authentication", "--on-feedback", "nowhere:keep"], "--on-feedback: there is no"),
    (["--no-authentication", "--on-feedback", "json"], "--on-feedback: there is no"),
    (["--no-authentication", "--on-assessment", "json:nothing"], "--on-assessment: there is no"),
    (["--no-authentication", "--on-assessment", "json:__name__"], "cannot be called"),
    (["--no-authentication", "--guideline", "nowhere"], "CP001"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_used_is_refused_before_anything_listens(
    options: list[str], words: str, started: list[dict[str, Any]], capsys: Capture
) -> None:
    assert main(["serve", *options]) == 2
    assert words in capsys.readouterr().err
    assert not started


def test_functions_of_the_integrator_are_found_by_name(started: list[dict[str, Any]]) -> None:
    assert main(["serve", "--no-authentication", "--on-feedback", "json:dumps", "--on-assessment", "json:loads"]) == 0
    assert started
