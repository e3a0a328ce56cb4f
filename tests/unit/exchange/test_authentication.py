from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

jwt = pytest.importorskip("jwt", reason="the extra `service` is not installed")

from carepath import ArgumentError  # noqa: E402 - after the check that the extra is there
from carepath.exchange import authentication as module  # noqa: E402 - likewise
from carepath.exchange.authentication import Authentication, NotAuthenticated, key_set, read_clients  # noqa: E402
from tests.unit.exchange.tokens import BASE, ISSUER, JKU, NOW, PRIVATE, PUBLIC, client, token  # noqa: E402

PATH = "/cds-services/carepath-spine"


def checked(**options: Any) -> Authentication:  # noqa: ANN401 - options of every kind
    given: dict[str, Any] = {"clients": [client()], "base_url": BASE, "now": lambda: NOW, **options}
    return Authentication(**given)


def reason(header: str | None, verifier: Authentication | None = None) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        (verifier or checked()).verify(header, PATH)
    return caught.value.reason


def test_a_token_of_a_known_client_for_this_address_names_the_client() -> None:
    assert checked().verify(f"Bearer {token()}", PATH) == ISSUER
    assert checked().verify(f"bearer {token(aud=[BASE + PATH, 'https://other.example'])}", PATH) == ISSUER
    assert checked(base_url=f"{BASE}/").verify(f"Bearer {token(head={'jku': JKU})}", PATH) == ISSUER


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", token()])
def test_without_a_bearer_token_nobody_calls(header: str | None) -> None:
    assert reason(header) == "no bearer token"


#: Claims that differ from a valid token's, and the reason.
CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://other.example"}, "unknown issuer"),
    ({"iss": None}, "unknown issuer"),
    ({"aud": BASE}, "InvalidAudienceError"),
    ({"aud": f"{BASE}/cds-services/carepath-neuropathic"}, "InvalidAudienceError"),
    ({"aud": "https://attacker.example" + PATH}, "InvalidAudienceError"),
    ({"aud": None}, "MissingRequiredClaimError"),
    ({"exp": None}, "MissingRequiredClaimError"),
    ({"iat": None}, "MissingRequiredClaimError"),
    ({"jti": None}, "MissingRequiredClaimError"),
    ({"exp": NOW - 31}, "expired"),
    ({"iat": NOW + 31, "exp": NOW + 60}, "issued in the future"),
    ({"iat": NOW, "exp": NOW + 3_601}, "valid for too long"),
    ({"exp": True}, "times are no numbers"),
    ({"jti": ""}, "no nonce"),
    ({"jti": "x" * 201}, "no nonce"),
]


@pytest.mark.parametrize(("claims", "expected"), CLAIMS, ids=range(len(CLAIMS)))
def test_a_token_with_another_claim_is_refused(claims: dict[str, Any], expected: str) -> None:
    assert reason(f"Bearer {token(**claims)}") == expected


#: Header fields that differ, and the reason.
HEADS: list[tuple[dict[str, Any], str]] = [
    ({"kid": "other"}, "unknown key id"),
    ({"kid": None}, "no key id"),
    ({"jku": "https://attacker.example/keys"}, "unknown address of keys"),
    ({"typ": "at+jwt"}, "typ is not JWT"),
]


@pytest.mark.parametrize(("head", "expected"), HEADS, ids=range(len(HEADS)))
def test_a_token_with_another_header_is_refused(head: dict[str, Any], expected: str) -> None:
    assert reason(f"Bearer {token(head=head)}") in {expected, "InvalidTokenError"}


def test_tokens_without_a_signature_or_with_a_shared_secret_are_refused() -> None:
    claims = {"iss": ISSUER, "aud": BASE + PATH, "iat": NOW, "exp": NOW + 60, "jti": "1"}
    unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"})
    shared = jwt.encode(claims, "0" * 64, algorithm="HS256", headers={"kid": "k1"})
    assert reason(f"Bearer {unsigned}") == "algorithm not allowed"
    assert reason(f"Bearer {shared}") == "algorithm not allowed"


def test_a_token_that_another_key_signed_is_refused() -> None:
    assert reason(f"Bearer {token(key=PRIVATE['stranger'])}") == "InvalidSignatureError"


def test_a_token_that_was_changed_cut_or_is_endless_is_refused() -> None:
    whole = token()
    assert reason(f"Bearer {whole[:-8]}AAAAAAAA") in {"InvalidSignatureError", "DecodeError"}
    assert reason(f"Bearer {whole[:40]}") == "DecodeError"
    assert reason("Bearer " + "x" * 9_000) == "token too long"


def test_a_token_is_read_at_its_limits_and_not_beyond_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, most in enumerate((module.MAX_NONCE, module.MAX_NONCE + 1)):
        header = f"Bearer {token(jti='x' * most)}"
        if number == 0:
            assert checked().verify(header, PATH) == ISSUER
        else:
            assert reason(header) == "no nonce"
    assert reason(f"Bearer {token(head={'kid': 'x' * module.MAX_KEY_ID})}") == "unknown key id"
    assert reason(f"Bearer {token(head={'kid': 'x' * (module.MAX_KEY_ID + 1)})}") == "no key id"
    whole = token()
    monkeypatch.setattr(module, "MAX_TOKEN", len(whole))
    assert checked().verify(f"Bearer {whole}", PATH) == ISSUER
    assert reason(f"Bearer {whole}x") == "token too long"


def test_a_token_is_taken_once() -> None:
    verifier, header = checked(), f"Bearer {token()}"
    assert verifier.verify(header, PATH) == ISSUER
    assert reason(header, verifier) == "used before"


def test_what_is_remembered_is_bounded_and_what_expired_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 2)
    clock = [float(NOW)]
    verifier = checked(now=lambda: clock[0])
    for nonce in ("a", "b"):
        verifier.verify(f"Bearer {token(jti=nonce)}", PATH)
    assert reason(f"Bearer {token(jti='c')}", verifier) == "too many tokens to remember"
    clock[0] += 1_000
    assert verifier.verify(f"Bearer {token(jti='d', iat=NOW + 1_000, exp=NOW + 1_060)}", PATH) == ISSUER


# --- keys ----------------------------------------------------------------------------------------------------------


def test_keys_are_fetched_only_from_the_address_of_a_client_and_not_again_within_a_minute() -> None:
    asked: list[str] = []
    clock = [float(NOW)]

    def fetch(address: str) -> object:
        asked.append(address)
        return {"keys": [PUBLIC["k1"]]}

    verifier = checked(clients=[client(keys={})], fetch_keys=fetch, now=lambda: clock[0])
    assert verifier.verify(f"Bearer {token()}", PATH) == ISSUER
    assert reason(f"Bearer {token(head={'kid': 'k9'}, jti='2')}", verifier) == "unknown key id"
    assert asked == [JKU]
    clock[0] += 61
    assert reason(f"Bearer {token(head={'kid': 'k9'}, jti='3')}", verifier) == "unknown key id"
    assert asked == [JKU, JKU]


def test_a_fetch_that_fails_refuses_the_call() -> None:
    def fetch(_: str) -> object:
        raise OSError

    verifier = checked(clients=[client(keys={})], fetch_keys=fetch)
    assert reason(f"Bearer {token()}", verifier) == "keys could not be fetched: OSError"


def test_without_a_function_that_fetches_unknown_keys_stay_unknown() -> None:
    assert reason(f"Bearer {token()}", checked(clients=[client(keys={})])) == "unknown key id"


def test_clients_are_read_from_a_file_with_their_keys_or_those_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [PUBLIC["k1"]]}), encoding="utf-8")
    listed = [
        {"iss": ISSUER, "jku": JKU, "keys_file": "keys.json"},
        {"iss": "https://two.example", "keys": {"keys": [PUBLIC["stranger"]]}},
        {"iss": "https://three.example", "jku": "https://three.example/keys"},
    ]
    file = tmp_path / "clients.json"
    file.write_text(json.dumps({"clients": listed}), encoding="utf-8")
    first, second, third = read_clients(file)
    assert set(first.keys) == {"k1"}
    assert (second.jku, set(second.keys)) == (None, {"stranger"})
    assert not third.keys


#: Files of clients that cannot be used, and words of the problem.
BAD: list[tuple[object, str]] = [
    ({}, "clients"),
    ({"clients": []}, "clients"),
    ({"clients": [{"iss": ISSUER}]}, "neither keys nor an address"),
    ({"clients": [{"iss": ISSUER, "keys": {}}]}, "no JSON Web Key Set"),
    ({"clients": [{"iss": ISSUER, "keys": {"keys": [{}]}}]}, "has no `kid`"),
    ({"clients": [{"iss": ISSUER, "keys": {"keys": [{"kid": "x", "kty": "oct", "k": "AA"}]}}]}, "private or shared"),
    ({"clients": [{"iss": ISSUER, "keys": {"keys": [{"kid": "x", "kty": "EC"}]}}]}, "cannot be read"),
    ({"clients": [{"iss": ISSUER, "keys_file": "nowhere.json"}]}, "cannot read the file"),
    ({"clients": [{"iss": ISSUER, "secret": "x"}]}, "secret"),
]


@pytest.mark.parametrize(("content", "words"), BAD, ids=range(len(BAD)))
def test_a_file_of_clients_that_cannot_be_used_says_why(content: object, words: str, tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ArgumentError, match=words):
        read_clients(file)


def test_a_private_key_is_refused_wherever_it_stands() -> None:
    with pytest.raises(ArgumentError, match="private or shared"):
        key_set({"keys": [PUBLIC["k1"] | {"d": "AA"}]})
