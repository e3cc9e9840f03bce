"""随机抽查: a random sample of accounts that anybody can draw again from its recorded seed.

The method needs nothing but SHA-256: every account is ranked by the digest of `seed:account id` (UTF-8), and the first
ones are drawn. It depends on no order, machine or version of anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

METHOD = "对“种子:账号ID”（UTF-8）取SHA-256，按十六进制从小到大排列，取前若干个"
"""How it is drawn, for the document: in words by which it can be drawn again."""
SHARE = 10
"""One in so many accounts is drawn where nothing else is asked for."""

LONGEST_SEED = 60
"""Signs."""


def is_seed(text: str) -> bool:
    """True if samples can be drawn by this seed, and people can copy it from where it is recorded."""
    return text.isprintable() and 0 < len(text.strip()) <= LONGEST_SEED


def drawn(ids: Iterable[str], count: int, seed: str) -> tuple[str, ...]:
    """Return so many of the ids, in the order in which they are drawn; all of them where there are fewer."""
    return tuple(sorted(set(ids), key=lambda id_: (_rank(seed, id_), id_))[:count])


def reviewers(units: Sequence[str], seed: str) -> Mapping[str, str]:
    """Return for each unit the one that reviews it (交叉互评): another, and each reviews one; of one alone none.

    Units stand in a ring, ranked like accounts, and each is reviewed by the next.
    """
    ring = drawn(units, len(units), seed)
    return {unit: after for unit, after in zip(ring, (*ring[1:], *ring[:1]), strict=True) if unit != after}


def usual_count(accounts: int) -> int:
    """Return how many are drawn where nothing else is asked for: one in ten, and at least one."""
    return -(-accounts // SHARE)


def _rank(seed: str, id_: str) -> str:
    return sha256(f"{seed}:{id_}".encode("utf-8", "surrogatepass")).hexdigest()
