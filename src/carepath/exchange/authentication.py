"""Who may call: the signed token of a CDS Hooks client is verified as the specification asks.

A client is trusted by its issuer (``iss``), and by the address of its keys (``jku``) where it states one. Keys come
from a local JSON Web Key Set. Nothing is fetched unless the integrator gives a function that fetches; then only the
addresses that stand in the list of clients are asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pydantic

from carepath.errors import ArgumentError, MissingExtra, Problem, RecordError
from carepath.input_file import read_json

try:
    import jwt
except ModuleNotFoundError as error:
    message = "the service needs packages that are missing"
    advice = "pip install 'carepath[service]'"
    raise MissingExtra([Problem("CP092", message, None, advice)]) from error

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Asymmetric only: with a shared secret a client could not be told from the service.
ALGORITHMS = ("ES384", "RS384", "ES256", "RS256", "ES512", "RS512", "PS256", "PS384", "PS512", "EdDSA")
MAX_TOKEN = 8_192
MAX_KEY_ID = 200
MAX_NONCE = 200
#: Tokens that are remembered so that none is used twice.
MAX_REMEMBERED = 100_000
#: Keys are fetched again for an unknown key id, but not more often than this.
SECONDS_BETWEEN_FETCHES = 60

_Text = Annotated[str, pydantic.Field(min_length=1, max_length=500)]


class NotAuthenticated(Exception):
    """The caller is not who it must be; ``reason`` is for the log, never for the caller."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ClientForm(pydantic.BaseModel):
    """A client in the file of clients."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)

    iss: _Text
    jku: _Text | None = None
    keys: Mapping[str, Any] | None = None
    keys_file: _Text | None = None


class ClientsFile(pydantic.BaseModel):
    """The file of clients."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)

    clients: Annotated[list[ClientForm], pydantic.Field(min_length=1, max_length=1_000)]


@dataclass(frozen=True, slots=True)
class Client:
    """A client that may call: its issuer, the address of its keys if it states one, and the keys that are known."""

    iss: str
    jku: str | None
    keys: Mapping[str, jwt.PyJWK]


def read_clients(path: str | Path) -> tuple[Client, ...]:
    """The clients in a JSON file: ``{"clients": [{"iss": ..., "jku": ..., "keys": {...} or "keys_file": ...}]}``.

    Args:
        path: the file; ``keys_file`` in it is relative to its folder.

    Raises:
        ArgumentError: the file cannot be used; with every problem.
    """
    file = Path(path)
    try:
        form = ClientsFile.model_validate(read_json(file))
    except RecordError as error:
        raise ArgumentError(error.problems) from error
    except pydantic.ValidationError as error:
        raise ArgumentError(
            Problem("CP008", f"{file}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}", None, "correct it")
            for one in error.errors(include_url=False, include_input=False)
        ) from None
    return tuple(_client(one, file) for one in form.clients)


def _client(form: ClientForm, file: Path) -> Client:
    given: object = form.keys
    if form.keys_file is not None:
        try:
            given = read_json(file.parent / form.keys_file)
        except RecordError as error:
            raise ArgumentError(error.problems) from error
    if given is None and form.jku is None:
        text = f"{file}: the client {form.iss} has neither keys nor an address of keys"
        raise ArgumentError([Problem("CP007", text, None, "give `keys`, `keys_file` or `jku`")])
    return Client(form.iss, form.jku, key_set(given) if given is not None else {})


def key_set(given: object) -> dict[str, jwt.PyJWK]:
    """The keys of a JSON Web Key Set by their id.

    Raises:
        ArgumentError: it is no key set, or holds a key that is private, shared, or without an id.
    """
    listed = given.get("keys") if isinstance(given, Mapping) else None
    problems: list[Problem] = []
    found: dict[str, jwt.PyJWK] = {}
    for number, one in enumerate(listed if isinstance(listed, list) else []):
        where = f"key {number + 1} of the set"
        kid = one.get("kid") if isinstance(one, Mapping) else None
        if not isinstance(one, Mapping) or not isinstance(kid, str) or not kid:
            problems.append(Problem("CP007", f"{where} has no `kid`", None, "give each key its own id"))
        elif "d" in one or one.get("kty") == "oct":
            problems.append(Problem("CP008", f"{where} is private or shared", None, "give public keys only"))
        else:
            try:
                found[kid] = jwt.PyJWK(dict(one))
            except jwt.PyJWTError:
                problems.append(Problem("CP008", f"{where} cannot be read", None, "give a JSON Web Key"))
    if not isinstance(listed, list) or not listed:
        problems.append(Problem("CP008", "this is no JSON Web Key Set", None, 'give {"keys": [...]}'))
    if problems:
        raise ArgumentError(problems)
    return found


@dataclass(slots=True)
class Authentication:
    """Verifies tokens. Each is taken once.

    Args:
        clients: who may call.
        base_url: the address below which clients call the service: a token is for one address below it.
        fetch_keys: gives the key set at an address, as parsed JSON; only for ``jku`` addresses of the clients.
        longest: seconds between issue and expiry that a token may have at most.
        leeway: seconds by which clocks may differ.
        now: the clock, in seconds.
    """

    clients: Iterable[Client]
    base_url: str
    fetch_keys: Callable[[str], object] | None = None
    longest: int = 3_600
    leeway: int = 30
    now: Callable[[], float] = time.time
    _by_issuer: dict[str, Client] = field(init=False)
    _fetched: dict[str, tuple[float, dict[str, jwt.PyJWK]]] = field(init=False, default_factory=dict)
    _seen: dict[tuple[str, str], float] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        self._by_issuer = {client.iss: client for client in self.clients}

    def verify(self, header: str | None, path: str) -> str:
        """The issuer of a valid token for an address.

        Args:
            header: the ``Authorization`` header.
            path: the path of the endpoint that is called.

        Raises:
            NotAuthenticated: there is no token, or it is not valid here and now.
        """
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            reason = "no bearer token"
            raise NotAuthenticated(reason)
        if len(token) > MAX_TOKEN:
            reason = "token too long"
            raise NotAuthenticated(reason)
        try:
            client, key, algorithm = self._key_for(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=f"{self.base_url}{path}",
                issuer=client.iss,
                options={
                    "require": ["iss", "aud", "exp", "iat", "jti"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise NotAuthenticated(type(error).__name__) from None
        self._check_times(claims)
        self._take_once(client.iss, claims)
        return client.iss

    def _key_for(self, token: str) -> tuple[Client, jwt.PyJWK, str]:
        head = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
        algorithm, kid = head.get("alg"), head.get("kid")
        if algorithm not in ALGORITHMS:
            reason = "algorithm not allowed"
            raise NotAuthenticated(reason)
        if str(head.get("typ", "")).upper() != "JWT":
            reason = "typ is not JWT"
            raise NotAuthenticated(reason)
        issuer = claims.get("iss")
        client = self._by_issuer.get(issuer) if isinstance(issuer, str) else None
        if client is None:
            reason = "unknown issuer"
            raise NotAuthenticated(reason)
        if "jku" in head and head["jku"] != client.jku:
            reason = "unknown address of keys"
            raise NotAuthenticated(reason)
        if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KEY_ID:
            reason = "no key id"
            raise NotAuthenticated(reason)
        key = client.keys.get(kid) or self._fetched_key(client, kid)
        if key is None:
            reason = "unknown key id"
            raise NotAuthenticated(reason)
        return client, key, str(algorithm)

    def _fetched_key(self, client: Client, kid: str) -> jwt.PyJWK | None:
        """A key from the client's own address, where the integrator fetches keys."""
        if self.fetch_keys is None or client.jku is None:
            return None
        with self._lock:
            when, keys = self._fetched.get(client.jku, (float("-inf"), {}))
            due = kid not in keys and self.now() - when >= SECONDS_BETWEEN_FETCHES
            if due:
                self._fetched[client.jku] = (self.now(), keys)
        if due:
            try:
                keys = key_set(self.fetch_keys(client.jku))
            except Exception as error:  # noqa: BLE001 - the integrator's function may raise anything
                reason = f"keys could not be fetched: {type(error).__name__}"
                raise NotAuthenticated(reason) from None
            with self._lock:
                self._fetched[client.jku] = (self.now(), keys)
        return keys.get(kid)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        issued, expires = claims["iat"], claims["exp"]
        if not _is_number(issued) or not _is_number(expires):
            reason = "times are no numbers"
        elif expires <= self.now() - self.leeway:
            reason = "expired"
        elif issued > self.now() + self.leeway:
            reason = "issued in the future"
        elif expires - issued > self.longest:
            reason = "valid for too long"
        else:
            return
        raise NotAuthenticated(reason)

    def _take_once(self, issuer: str, claims: Mapping[str, Any]) -> None:
        nonce = claims["jti"]
        if not isinstance(nonce, str) or not 0 < len(nonce) <= MAX_NONCE:
            reason = "no nonce"
            raise NotAuthenticated(reason)
        with self._lock:
            if len(self._seen) >= MAX_REMEMBERED:
                past = self.now() - self.leeway
                self._seen = {one: until for one, until in self._seen.items() if until > past}
            if (issuer, nonce) in self._seen:
                reason = "used before"
                raise NotAuthenticated(reason)
            if len(self._seen) >= MAX_REMEMBERED:
                reason = "too many tokens to remember"
                raise NotAuthenticated(reason)
            self._seen[issuer, nonce] = float(claims["exp"])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
