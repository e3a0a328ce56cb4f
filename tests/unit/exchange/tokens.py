"""Keys and tokens of a made-up client."""

from __future__ import annotations

import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from carepath.exchange.authentication import Client, key_set

NOW = 1_772_440_000
BASE = "https://cds.example.org"
ISSUER = "https://ehr.example.org"
JKU = "https://ehr.example.org/keys"
PATH = "/cds-services/carepath-spine"

PRIVATE = {name: ec.generate_private_key(ec.SECP384R1()) for name in ("k1", "stranger")}
PUBLIC: dict[str, dict[str, Any]] = {
    name: {**json.loads(ECAlgorithm.to_jwk(key.public_key())), "kid": name, "alg": "ES384", "use": "sig"}
    for name, key in PRIVATE.items()
}


def client(keys: dict[str, Any] | None = None) -> Client:
    """The client, with its public key."""
    return Client(ISSUER, JKU, key_set({"keys": [PUBLIC["k1"]]}) if keys is None else keys)


def token(head: dict[str, Any] | None = None, *, key: Any = PRIVATE["k1"], **claims: Any) -> str:  # noqa: ANN401 - any claim
    """A valid token but for what is given; None leaves a claim or a field of the header out."""
    body = {"iss": ISSUER, "aud": BASE + PATH, "iat": NOW, "exp": NOW + 300, "jti": "nonce-1", **claims}
    header = {"kid": "k1", **(head or {})}
    return jwt.encode(
        {name: value for name, value in body.items() if value is not None},
        key,
        algorithm="ES384",
        headers={name: value for name, value in header.items() if value is not None},
    )
