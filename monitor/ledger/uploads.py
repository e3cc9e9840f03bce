"""Files that were sent and wait until somebody has looked at what they would change: for a day, for one visitor.

No name that somebody else chose is used on disk. What a person called the file, whose it is and what it is taken for
stands in a second file beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from monitor.ledger import bounds

LASTING = timedelta(hours=24)
"""How long a file waits."""
OWN = 10
"""Files of one visitor that wait; for one more the oldest goes."""
MOST = 40
"""Files of everybody that wait."""
_RECEIVING = timedelta(hours=1)
"""How long a file may take to come in as a whole; what is older was cut off."""
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_CONTENT, _ABOUT, _PARTIAL = ".file", ".json", ".part"


class TooLargeError(Exception):
    """A file has more bytes than any may have."""


class TooManyError(Exception):
    """Too many files wait already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file that waits, and what it is taken for."""

    id: str
    owner: str
    """The digest of its visitor's session."""
    name: str
    """How the visitor calls it; for people only."""
    digest: str
    """SHA-256 of its bytes."""
    at: datetime
    kind: str
    as_of: datetime
    """When what it says was true."""
    area: str | None = None
    complete: bool = False


class Uploads:
    """The folder of the files that wait; only its owner may look into it."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made when the first file comes."""
        self._folder = folder

    def receive(self) -> Incoming:
        """Return a new file to be written; raises OSError, and TooManyError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.is_symlink():
            raise OSError(f"{self._folder} leads elsewhere")
        self._folder.chmod(0o700)
        if sum(1 for _ in self._folder.glob(f"*{_CONTENT}")) >= MOST:
            raise TooManyError
        return Incoming(self._folder, secrets.token_urlsafe(16))

    def keep(self, upload: Upload) -> None:
        """Keep what a file is taken for, now or from now on; the visitor's oldest ones go where there are too many."""
        mine = sorted((kept for kept in self._all() if kept.owner == upload.owner), key=lambda one: one.at)
        for old in mine[: max(0, len([kept for kept in mine if kept.id != upload.id]) + 1 - OWN)]:
            self.drop(old)
        said = asdict(upload) | {"at": upload.at.isoformat(), "as_of": upload.as_of.isoformat()}
        place = self._folder / f"{upload.id}{_ABOUT}"
        partial = place.with_suffix(_PARTIAL)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(said, file)
        partial.replace(place)
        _stamp(place, upload.at)
        _stamp(self.path(upload), upload.at)

    def find(self, id_: str, owner: str, now: datetime) -> Upload | None:
        """Return a visitor's file; None for one that is gone, another visitor's, or was never there."""
        if not _ID.fullmatch(id_):
            return None
        upload = self._read(self._folder / f"{id_}{_ABOUT}")
        if upload is None or upload.owner != owner or now - upload.at >= LASTING or not self.path(upload).exists():
            return None
        return upload

    def path(self, upload: Upload) -> Path:
        """Return where its bytes are."""
        return self._folder / f"{upload.id}{_CONTENT}"

    def is_whole(self, upload: Upload) -> bool:
        """True if its bytes are those that came in."""
        try:
            with self.path(upload).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == upload.digest
        except OSError:
            return False

    def drop(self, upload: Upload) -> None:
        """Delete a file, at once."""
        for ending in (_CONTENT, _ABOUT):
            (self._folder / f"{upload.id}{ending}").unlink(missing_ok=True)

    def sweep(self, now: datetime, *, is_start: bool = False) -> int:
        """Delete what has waited for long, and what was cut off; return how many files that were."""
        gone = 0
        with suppress(FileNotFoundError):
            for entry in list(os.scandir(self._folder)):
                age = now.timestamp() - entry.stat().st_mtime
                limit = _RECEIVING if entry.name.endswith(_PARTIAL) else LASTING
                if age >= limit.total_seconds() or (is_start and entry.name.endswith(_PARTIAL)):
                    Path(entry.path).unlink(missing_ok=True)
                    gone += 1
        return gone

    def _all(self) -> Iterator[Upload]:
        for place in self._folder.glob(f"*{_ABOUT}"):
            if upload := self._read(place):
                yield upload

    @staticmethod
    def _read(place: Path) -> Upload | None:
        try:
            said = json.loads(place.read_text(encoding="utf-8"))
            at, as_of = (datetime.fromisoformat(said[name]) for name in ("at", "as_of"))
            return replace(Upload(**said), at=at, as_of=as_of)
        except (OSError, ValueError, TypeError, KeyError):
            return None


class Incoming:
    """A file that is coming in: it is there as a whole, or not at all."""

    def __init__(self, folder: Path, id_: str) -> None:
        """Begin it; nobody else may read it."""
        self.id = id_
        self.size = 0
        self._place = folder / f"{id_}{_CONTENT}"
        self._partial = self._place.with_suffix(_PARTIAL)
        self._digest = hashlib.sha256()
        self._file: IO[bytes] = os.fdopen(os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def take(self, piece: bytes) -> None:
        """Take a piece; raises TooLargeError, and OSError where the disk takes no more."""
        self.size += len(piece)
        if self.size > bounds.PACKED:
            raise TooLargeError
        self._digest.update(piece)
        self._file.write(piece)

    def finish(self) -> str:
        """Put it in its place, and return its SHA-256."""
        self._file.close()
        self._partial.replace(self._place)
        return self._digest.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Leave nothing of a file with which something went wrong."""
        if error is not None:
            self.discard()

    def discard(self) -> None:
        """Leave nothing of it."""
        with suppress(OSError):
            self._file.close()
        for place in (self._partial, self._place):
            place.unlink(missing_ok=True)


def _stamp(place: Path, at: datetime) -> None:
    """Have a file be as old as the moment it came in, by the service's own clock."""
    with suppress(FileNotFoundError):
        os.utime(place, (at.timestamp(), at.timestamp()))
