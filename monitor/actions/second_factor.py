"""The second factor: codes of six digits that an app on the user's phone makes anew each half minute (RFC 6238)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

PERIOD = timedelta(seconds=30)
DIGITS = 6
_BYTES = 20
"""Of a secret; what every app takes."""
_LEEWAY = (0, -1, 1)
"""How many periods a phone's clock may be off."""
_ABOUT = "second factor"
_OPEN = b"open:"
"""How a secret begins that is kept as it is, for want of a key."""


def new_secret() -> str:
    """Return a secret, as people type it into their app."""
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode()


def is_secret(text: str) -> bool:
    """True if a text could have come from `new_secret`."""
    try:
        return len(base64.b32decode(text)) == _BYTES
    except (binascii.Error, ValueError):
        return False


def uri_of(secret: str, name: str, issuer: str) -> str:
    """Return the address that an authenticator app takes a secret from."""
    maker = TOTP(base64.b32decode(secret), DIGITS, SHA1(), int(PERIOD.total_seconds()))  # noqa: S303 - what apps know
    return maker.get_provisioning_uri(name, issuer)


def number_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the number of the period that a code is of, now or just before or after; None for a wrong one.

    It takes as long for every wrong code.
    """
    typed = "".join(code.split())
    maker = HOTP(base64.b32decode(secret), DIGITS, SHA1())  # noqa: S303 - as above
    present = int(now.timestamp() // PERIOD.total_seconds())
    numbers = [present + off for off in _LEEWAY]
    is_same = [hmac.compare_digest(maker.generate(number), typed.encode("utf-8", "replace")) for number in numbers]
    return next((number for number, same in zip(numbers, is_same, strict=True) if same), None)


class FactorSeal(Protocol):
    """What seals a text under a key, as `collectors.seal` does."""

    def close(self, text: str, about: Sequence[str]) -> bytes:
        """Return the text, sealed."""

    def open(self, sealed: bytes, about: Sequence[str]) -> str | None:
        """Return what was sealed about these words; None for anything else."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Makes of a secret what the database keeps: sealed, where the office has a key for that."""

    seal: FactorSeal | None = field(default=None, repr=False)

    def close(self, secret: str, user_id: int) -> bytes:
        """Return what is kept of a user's secret."""
        if self.seal is None:
            return _OPEN + secret.encode()
        return self.seal.close(secret, (_ABOUT, str(user_id)))

    def open(self, kept: bytes | None, user_id: int) -> str | None:
        """Return the secret of what was kept; None where there is none, or it was sealed under another key."""
        if kept is None:
            return None
        if kept.startswith(_OPEN):
            return kept.removeprefix(_OPEN).decode()
        return self.seal.open(kept, (_ABOUT, str(user_id))) if self.seal else None
