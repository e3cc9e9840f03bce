"""Passwords at rest: argon2id hashes, made and compared off the event loop, at most two at once.

A hash carries its own salt and cost (the PHC form), so that the cost can rise: whoever logs in is hashed anew. Where
there is nobody of a name, a hash of nothing is compared, so that this takes as long as everything else.
"""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from monitor.core.password import plain_password

AT_ONCE = 2
"""Each takes memory and a core for a while: many at once must not take those of the looks."""
_SALT, _LENGTH = 16, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess costs."""

    memory: int = 64 * 1024
    """In KiB."""
    passes: int = 3
    lanes: int = 1

    @property
    def sign(self) -> str:
        """How a hash of this cost begins."""
        return f"$argon2id$v=19$m={self.memory},t={self.passes},p={self.lanes}$"


@dataclass(frozen=True)
class Passwords:
    """Makes hashes and compares with them."""

    cost: Cost = field(default_factory=Cost)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, "passwords")

    @cached_property
    def _of_nobody(self) -> str:
        return self.hash_of(secrets.token_urlsafe())

    def hash_of(self, password: str) -> str:
        """Return a new hash of a password; takes a quarter of a second."""
        cost = self.cost
        kind = Argon2id(
            salt=secrets.token_bytes(_SALT),
            length=_LENGTH,
            iterations=cost.passes,
            lanes=cost.lanes,
            memory_cost=cost.memory,
        )
        return kind.derive_phc_encoded(plain_password(password).encode("utf-8", "replace"))

    def is_right(self, password: str, kept: str | None) -> bool:
        """True if a password is the one of a hash; without a hash it takes as long to find that it is not."""
        of_nobody = self._of_nobody  # made at the first question, whoever that is about
        try:
            Argon2id.verify_phc_encoded(plain_password(password).encode("utf-8", "replace"), kept or of_nobody)
        except InvalidKey:
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """True if a hash is of another cost than new ones are."""
        return not kept.startswith(self.cost.sign)

    async def hashed(self, password: str) -> str:
        """Return what `hash_of` does, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.hash_of, password)

    async def checked(self, password: str, kept: str | None) -> bool:
        """Return what `is_right` does, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.is_right, password, kept)
