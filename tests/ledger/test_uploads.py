"""Files that wait until somebody has looked at them: private, named by us, and gone after a day."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.ledger import bounds, uploads
from monitor.ledger.uploads import LASTING, MOST, OWN, TooLargeError, TooManyError, Upload, Uploads
from tests.store.build import NOW


def waiting(folder: Uploads, content: bytes = b"a", *, owner: str = "me", at: timedelta = timedelta()) -> Upload:
    incoming = folder.receive()
    incoming.take(content)
    kept = Upload(
        id=incoming.id, owner=owner, name="台账.xlsx", digest=incoming.finish(), at=NOW + at, kind="roster", as_of=NOW
    )
    folder.keep(kept)
    return kept


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def folder(place: Path) -> Uploads:
    return Uploads(place)


def test_a_file_is_found_again_by_its_visitor_and_by_nobody_else(folder: Uploads) -> None:
    kept = waiting(folder, b"abc")
    assert folder.find(kept.id, "me", NOW) == kept
    assert folder.path(kept).read_bytes() == b"abc"
    assert kept.digest == hashlib.sha256(b"abc").hexdigest()
    assert folder.find(kept.id, "another", NOW) is None
    for id_ in ("../" + kept.id, kept.id[:-1], "", "x" * 22, f"{kept.id}\n"):
        assert folder.find(id_, "me", NOW) is None


def test_only_the_service_may_read_what_was_sent_whatever_the_umask(folder: Uploads, place: Path) -> None:
    before = os.umask(0)
    try:
        waiting(folder)
    finally:
        os.umask(before)
    assert place.stat().st_mode & 0o777 == 0o700
    assert {entry.stat().st_mode & 0o777 for entry in place.iterdir()} == {0o600}


def test_after_a_day_a_file_is_not_shown_and_then_not_there(folder: Uploads, place: Path) -> None:
    kept, late = waiting(folder), waiting(folder, at=timedelta(minutes=1))
    assert folder.find(kept.id, "me", NOW + LASTING) is None
    assert folder.sweep(NOW + LASTING) == 2
    assert folder.find(late.id, "me", NOW + LASTING) == late
    assert folder.sweep(NOW + 2 * LASTING) == 2
    assert list(place.iterdir()) == []


def test_looking_again_as_another_kind_makes_no_file_younger(folder: Uploads, place: Path) -> None:
    kept = waiting(folder)
    folder.keep(replace(kept, kind="posts"))
    found = folder.find(kept.id, "me", NOW)
    assert found is not None
    assert found.kind == "posts"
    folder.sweep(NOW + LASTING)
    assert list(place.iterdir()) == []


def test_what_was_cut_off_goes_when_the_service_starts_and_while_it_runs_after_an_hour(
    folder: Uploads, place: Path
) -> None:
    incoming = folder.receive()
    incoming.take(b"half")
    (cut,) = place.iterdir()
    os.utime(cut, (NOW.timestamp(), NOW.timestamp()))
    assert folder.sweep(NOW + timedelta(minutes=59)) == 0
    assert folder.sweep(NOW + timedelta(minutes=1), is_start=True) == 1
    incoming.discard()
    assert Uploads(place.with_name("none")).sweep(NOW) == 0


def test_a_file_that_is_too_large_is_refused_at_the_first_byte_too_many(
    folder: Uploads, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "PACKED", 10)
    incoming = folder.receive()
    incoming.take(b"1234567890")
    with pytest.raises(TooLargeError):
        incoming.take(b"1")
    incoming.discard()
    assert list(place.iterdir()) == []


def test_a_visitors_oldest_file_makes_place_for_one_more(folder: Uploads) -> None:
    kept = [waiting(folder, at=timedelta(seconds=number)) for number in range(OWN + 1)]
    other = waiting(folder, owner="another")
    found = [one for one in kept if folder.find(one.id, "me", NOW)]
    assert found == kept[1:]
    assert folder.find(other.id, "another", NOW)


def test_no_more_files_wait_than_the_disk_is_to_bear(folder: Uploads) -> None:
    for number in range(MOST):
        waiting(folder, owner=f"{number}")
    with pytest.raises(TooManyError):
        folder.receive()


def test_a_file_that_was_changed_on_disk_is_not_taken_for_what_was_sent(folder: Uploads) -> None:
    kept = waiting(folder)
    assert folder.is_whole(kept)
    folder.path(kept).write_bytes(b"b")
    assert not folder.is_whole(kept)
    folder.drop(kept)
    assert not folder.is_whole(kept)


@pytest.mark.parametrize("said", ["", "{", "[]", "null", '{"id": 1}', '{"at": "x", "as_of": "y"}'])
def test_a_torn_description_is_no_file(folder: Uploads, place: Path, said: str) -> None:
    kept = waiting(folder)
    (place / f"{kept.id}.json").write_text(said)
    assert folder.find(kept.id, "me", NOW) is None
    assert uploads.Uploads(place).find(kept.id, "me", NOW) is None
