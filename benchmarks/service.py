"""The service of CDS Hooks under load, beside a bare endpoint that echoes the same body: 8 clients on the loopback."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.options import Options
from benchmarks.tables import Table

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 8
#: Both servers take turns of so many seconds, so that what disturbs the machine disturbs both.
TURN = 5.0
START = 60.0
OK = 200
#: What is started, and the path that is called.
SERVERS = {
    "bare endpoint that echoes": (
        ("-m", "uvicorn", "benchmarks.echo:app", "--log-level", "warning", "--no-access-log"),
        "/echo",
    ),
    "carepath serve": (
        ("-m", "carepath.cli", "serve", "--no-authentication", "--at", "2026-03-02"),
        "/cds-services/carepath-spine",
    ),
}


@dataclass
class Load:
    """What the clients of one server saw: seconds of each call, and the calls that brought anything but an answer."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    worked: float = 0.0

    def at(self, share: float) -> float:
        """What this share of the calls stays below, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1e3


def service(options: Options) -> list[Table]:
    """p50 and p99 of the service as ratios to the bare endpoint, each with 8 clients that call without a pause."""
    table = Table(
        f"Service: {CLIENTS} clients, {options.service_seconds:g} s each",
        ("", "calls", "errors", "calls/s", "p50 ms", "p99 ms", "p50 x", "p99 x"),
    )
    if any(importlib.util.find_spec(name) is None for name in ("fastapi", "uvicorn", "jwt")):
        table.notes.append("The extra `service` is not installed: nothing was measured.")
        return [table]
    body = (ROOT / "examples" / "cds_request.json").read_bytes()
    loads = {name: Load() for name in SERVERS}
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(_running(arguments)) for name, (arguments, _) in SERVERS.items()}
        for name, (_, path) in SERVERS.items():
            _turn(ports[name], path, body, 1.0, Load())  # what is built on first use is there
        while min(load.worked for load in loads.values()) < options.service_seconds:
            for name, (_, path) in SERVERS.items():
                left = options.service_seconds - loads[name].worked
                _turn(ports[name], path, body, min(TURN, left), loads[name])
    unit = next(iter(loads.values()))
    for name, load in loads.items():
        p50, p99 = load.at(0.5), load.at(0.99)
        ratios = (f"{p50 / unit.at(0.5):.1f}", f"{p99 / unit.at(0.99):.1f}")
        speed = f"{len(load.seconds) / load.worked:,.0f}"
        table.add(name, f"{len(load.seconds):,}", str(len(load.errors)), speed, f"{p50:.1f}", f"{p99:.1f}", *ratios)
        table.notes += [f"{name}: {error}" for error in sorted(set(load.errors))[:5]]
    alone = statistics.median(_alone(body))
    table.notes.append(f"The answer made by the pure function, without a server: {alone * 1e3:.1f} ms, as JSON text.")
    return [table]


@contextlib.contextmanager
def _running(arguments: tuple[str, ...]) -> Iterator[int]:
    """A server on a free port of the loopback."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    command = [sys.executable, *arguments, "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        until = time.monotonic() + START
        while time.monotonic() < until:
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _turn(port: int, path: str, body: bytes, seconds: float, load: Load) -> None:
    """Lets all clients call for so long."""
    until = time.perf_counter() + seconds
    start = time.perf_counter()
    clients = [threading.Thread(target=_client, args=(port, path, body, until, load)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    load.worked += time.perf_counter() - start


def _client(port: int, path: str, body: bytes, until: float, load: Load) -> None:
    """Calls one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START)
    while time.perf_counter() < until:
        start = time.perf_counter()
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            found = answer.read()
            if answer.status != OK or not found:
                load.errors.append(f"status {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            load.errors.append(type(error).__name__)
            connection.close()
            continue
        load.seconds.append(time.perf_counter() - start)
    connection.close()


def _alone(body: bytes) -> Iterator[float]:
    from carepath.exchange.cds_hooks import respond  # noqa: PLC0415 - only this section needs it

    for _ in range(30):
        start = time.perf_counter()
        json.dumps(respond(body, at="2026-03-02"))
        yield time.perf_counter() - start
