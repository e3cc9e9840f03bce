"""Secrecy of tokens at rest: authenticated encryption (AES-256-GCM) under a key from the environment.

Each sealing takes a nonce of its own. A sealed token opens only with the same key and beside the same words it was
sealed about, so a row moved to another grant, or left behind by a former one, is nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
"""Bytes; what GCM is made for. Drawn at random, none comes twice in some billion sealings, and there are few a day."""


class Seal:
    """Seals texts and opens them again, under one key."""

    def __init__(self, key: str) -> None:
        """Take a key of any form that nobody can guess: 32 random characters or more."""
        self._cipher = AESGCM(sha256(key.encode()).digest())

    def close(self, text: str, about: Sequence[str]) -> bytes:
        """Return the text, sealed; `about` says what it belongs to and is needed again, but is not in it."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), _bound(about))

    def open(self, sealed: bytes, about: Sequence[str]) -> str | None:
        """Return what was sealed about these words; None for anything else, and under another key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(about)).decode()
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            return None


def _bound(about: Sequence[str]) -> bytes:
    return json.dumps(list(about)).encode()
