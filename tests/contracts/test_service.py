"""The service as the documentation starts it: discovery, prefetch filled from a bundle, cards, and cards on a screen.

Everything is on this machine: servers are started on free ports of the loopback and stopped again.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carepath.exchange.cds_hooks import discovery, respond
from tests.contracts import invariants
from tests.contracts.requests import AT, INSTANCE, ROOT, example

for needed in ("fastapi", "jwt", "uvicorn"):
    pytest.importorskip(needed, reason="the extra `service` is not installed")

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "how-to" / "integrate.md").read_text(encoding="utf-8")
BUNDLES = sorted((ROOT.parent / "shared" / "data" / "fhir").glob("*.json"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SECONDS = 60


def documented(begin: str) -> list[str]:
    """The words of the first line of the page that begins so."""
    line = next(line for line in PAGE.splitlines() if line.startswith(begin))
    return shlex.split(line)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """A program that listens on a port, until it is not needed; what it logs is in a file."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=file)
    try:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the program ended"
            time.sleep(0.05)  # nothing announces that the port is open
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """The address of the service, started as the page says, on a free port."""
    words = documented("venv/bin/carepath serve")
    assert words[:2] == ["venv/bin/carepath", "serve"]
    port = free_port()
    command = [sys.executable, "-m", "carepath.cli", *words[1:], "--port", str(port)]
    with running(command, port, tmp_path / "service.log"):
        yield f"http://127.0.0.1:{port}"


def asked(address: str, body: object = None) -> Any:  # noqa: ANN401 - parsed JSON
    data = json.dumps(body).encode() if body is not None else None
    call = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310 - the loopback
    with urllib.request.urlopen(call, timeout=SECONDS) as answer:  # noqa: S310 - likewise
        return json.load(answer)


def prefetched(templates: dict[str, str], bundle: dict[str, Any], patient: str) -> dict[str, Any]:
    """What a record system sends for the templates of discovery, from what it holds of a patient."""
    resources = [entry["resource"] for entry in bundle["entry"] if "resource" in entry]
    sent: dict[str, Any] = {}
    for key, template in templates.items():
        query = template.replace("{{context.patientId}}", patient)
        kind, _, identity = re.split(r"(/|\?patient=)", query)
        assert identity == patient
        fits = [one for one in resources if one.get("resourceType") == kind]
        if "/" in query:
            sent[key] = next((one for one in fits if one.get("id") == identity), None)
        else:
            sent[key] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in fits]}
    return sent


def test_a_record_system_discovers_prefetches_and_gets_its_cards(service: str, tmp_path: Path) -> None:
    offered = asked(f"{service}/cds-services")
    assert offered == discovery()
    for bundle, patient in [(in_one_bundle(example()), "p1"), *map(with_patient, BUNDLES)]:
        spine = next(one for one in offered["services"] if one["id"] == "carepath-spine")
        request = {
            "hook": spine["hook"],
            "hookInstance": INSTANCE,
            "context": {"userId": "Practitioner/gp1", "patientId": patient},
            "prefetch": prefetched(spine["prefetch"], bundle, patient),
        }
        answer = asked(f"{service}/cds-services/{spine['id']}", request)
        invariants.check_response(answer)
        assert answer == respond(request, at=AT)
    lines = [json.loads(line) for line in (tmp_path / "service.log").read_text(encoding="utf-8").splitlines()]
    assert lines[0]["event"].startswith("NO AUTHENTICATION")
    assert {line["status"] for line in lines if line["event"] == "call"} == {200}


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_lines_of_the_page_for_curl_give_discovery_and_the_cards(service: str) -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("curl ")]
    assert len(lines) == 2
    answers = []
    for line in lines:
        words = shlex.split(line.replace("http://127.0.0.1:8000", service))
        answers.append(
            json.loads(subprocess.run([*words, "--silent"], cwd=ROOT, capture_output=True, check=True).stdout)
        )
    assert answers == [discovery(), respond(example(), at=AT)]


@pytest.mark.skipif(CHROMIUM is None, reason="there is no browser")
def test_a_browser_shows_the_cards_of_the_example(service: str, tmp_path: Path) -> None:
    words = documented("python3 -m http.server")
    port = int(words[words.index("http.server") + 1])  # the origin that the service was told
    with socket.socket() as door:
        if door.connect_ex(("127.0.0.1", port)) == 0:
            pytest.skip(f"port {port} is taken")
    with running([sys.executable, *words[1:]], port, tmp_path / "page.log"):
        page = f"http://127.0.0.1:{port}/cds_client.html?service={service}"
        shown = subprocess.run(
            [
                str(CHROMIUM),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                f"--user-data-dir={tmp_path}",
                "--virtual-time-budget=20000",
                "--dump-dom",
                page,
            ],
            capture_output=True,
            text=True,
            timeout=SECONDS * 2,
            check=True,
        ).stdout
    cards = respond(example(), at=AT)["cards"]
    assert re.findall(r'<article class="(\w+)">', shown) == [card["indicator"] for card in cards]
    assert "Refer for assessment for interdisciplinary medical specialist rehabilitation (IMSR)" in shown
    assert "Draft a request: rehabilitation physician" in shown
    assert f"{len(cards)} cards from carepath: Spine-related pain" in shown


def in_one_bundle(request: dict[str, Any]) -> dict[str, Any]:
    """What a request prefetched, in one bundle as a record system may hold it."""
    sent = [one for one in request["prefetch"].values() if one is not None]
    lone = [{"resource": one} for one in sent if one["resourceType"] != "Bundle"]
    return {"resourceType": "Bundle", "entry": lone + [entry for one in sent for entry in one.get("entry", [])]}


def with_patient(path: Path) -> tuple[dict[str, Any], str]:
    """A real bundle, and the id of its patient."""
    bundle: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    entries = bundle.get("entry", [{"resource": bundle}])
    patients = (one["resource"]["id"] for one in entries if one["resource"].get("resourceType") == "Patient")
    return {**bundle, "entry": entries}, next(patients)
