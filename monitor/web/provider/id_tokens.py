"""What an identity provider has signed: proved by its keys, and for us, for now and for this log-in alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""
LONGEST = 16 * 1024
"""Characters of a token."""
MOST_KEYS = 20
"""Keys that are looked at."""
OLDEST = 600
"""Seconds: an older token was not made for this log-in."""
ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA", "Ed25519"),
}
"""By kind of key. None of them takes a secret: what anybody may read, a public key, signs nothing."""
_KEYS: Mapping[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_LONGEST_MODULUS = 1400
"""Characters of an RSA key's modulus, 8,192 bits: larger ones only take time."""
_BROKEN = (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What the libraries raise over hostile tokens and keys."""


class IdTokenError(Exception):
    """A token proves nothing; `why` is a few words of ours."""

    def __init__(self, why: str, *, is_by_unknown_key: bool = False) -> None:
        """Say why, and whether newer keys might prove it."""
        self.why = why
        self.is_by_unknown_key = is_by_unknown_key
        super().__init__(why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a token must have been made for."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    now: int
    """Seconds since 1970."""


def claims_of(token: str, keys: Sequence[Mapping[str, Any]], wanted: Wanted) -> Mapping[str, Any]:
    """Return what a token says; raises IdTokenError unless all of it is as it must be. Takes a moment."""
    if not token or len(token) > LONGEST:
        raise IdTokenError("没有ID令牌")
    header, claims = _signed(token, keys)
    options: dict[str, Any] = {
        "iss": {"essential": True, "value": wanted.issuer},
        "aud": {"essential": True, "value": wanted.client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "sub": {"essential": True},
    }
    params = {"nonce": wanted.nonce, "client_id": wanted.client_id, "access_token": wanted.access_token}
    try:
        found = CodeIDToken(claims, header, options, params)
        found.validate(now=wanted.now, leeway=LEEWAY)
    except _BROKEN as error:
        raise IdTokenError(f"ID令牌不符（{type(error).__name__}）") from error
    if not isinstance(found["sub"], str) or not found["sub"] or wanted.now - found["iat"] > OLDEST + LEEWAY:
        raise IdTokenError("ID令牌不是这次登录的")
    return dict(found)


def _signed(token: str, keys: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a token that one of the keys has signed."""
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except _BROKEN as error:
        raise IdTokenError("不是ID令牌") from error
    kid, algorithm = header.get("kid"), str(header.get("alg"))
    if not any(algorithm in some for some in ALGORITHMS.values()):
        raise IdTokenError("签名算法不能使用")
    for key in _fitting(keys, kid, algorithm):
        try:
            proved = jwt.decode(token, key, algorithms=[algorithm])
        except _BROKEN:
            continue
        return dict(proved.header), dict(proved.claims)
    raise IdTokenError("签名不符", is_by_unknown_key=True)


def _fitting(keys: Sequence[Mapping[str, Any]], kid: object, algorithm: str) -> Iterator[RSAKey | ECKey | OKPKey]:
    """Yield the public keys that may have signed."""
    for written in keys[:MOST_KEYS]:
        kind = written.get("kty")
        if not isinstance(kind, str) or algorithm not in ALGORITHMS.get(kind, ()):
            continue
        if (kid is not None and written.get("kid") != kid) or written.get("use", "sig") != "sig":
            continue
        if len(str(written.get("n", ""))) > _LONGEST_MODULUS or len(str(written.get("e", ""))) > _LONGEST_EXPONENT:
            continue
        try:
            yield _KEYS[kind].import_key({name: written[name] for name in _PUBLIC if name in written})
        except _BROKEN:
            continue


_LONGEST_EXPONENT = 8
_PUBLIC = ("kty", "kid", "n", "e", "crv", "x", "y")
"""The parts of a key that are looked at: none of them is a secret."""
