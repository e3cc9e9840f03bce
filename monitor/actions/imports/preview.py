"""What an import would change, as values that a page shows and that the import itself is held to."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.ledger.diff import ChangeKind, FieldChange
from monitor.ledger.fault import Hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one thing of a file: an account, a paper, a decision, a record, the posts of an account."""

    kind: ChangeKind
    name: str
    """What people call it."""
    fields: tuple[FieldChange, ...] = ()
    """The cells that say something else than before."""
    parts: tuple[str, ...] = ()
    """What else becomes of it, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Everything that an import would change."""

    total: int
    """How many things the file says."""
    measure: str
    """What they are counted in, e.g. 个账号."""
    changes: Sequence[Change]
    same: int = 0
    """How many things are as they are known already."""
    going: Sequence[Change] = ()
    """What would be removed besides, if that is asked for: what the file does not name."""
    hints: Sequence[Hint] = ()
    notes: Sequence[str] = ()
    """Sentences about the file as a whole."""

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """How many of each change there are."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in ChangeKind}

    @property
    def digest(self) -> str:
        """A word that is another one where anything else would be changed."""
        said = repr((self.total, tuple(self.changes), tuple(self.going)))
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
