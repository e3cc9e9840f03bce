from monitor.store import Store, audit, notes
from tests.store.build import HOUR, NOW


def test_a_note_is_replaced_by_the_next(store: Store) -> None:
    with store.begin() as tx:
        notes.put_note(tx, "digest", "2026-05-05")
        notes.put_note(tx, "digest", "2026-05-06")

    with store.read() as tx:
        assert notes.get_note(tx, "digest") == "2026-05-06"
        assert notes.get_note(tx, "nothing") is None


def test_notes_are_found_by_how_their_key_begins(store: Store) -> None:
    with store.begin() as tx:
        for key in ("pass_look", "pass_send", "passXsend", "digest"):
            notes.put_note(tx, key, key)

    with store.read() as tx:
        assert list(notes.notes(tx, "pass_")) == ["pass_look", "pass_send"]
        assert len(notes.notes(tx)) == 4


def test_the_audit_log_tells_what_was_done_latest_first(store: Store) -> None:
    acts = [
        audit.Act(at=NOW + number * HOUR, actor="王", action="message release", object=f"{number}")
        for number in range(3)
    ]
    with store.begin() as tx:
        for act in acts:
            audit.record_audit(tx, act)

    with store.read() as tx:
        assert audit.recent_audit(tx) == tuple(acts[::-1])
        assert audit.recent_audit(tx, limit=1) == (acts[2],)
        assert [act for act in audit.recent_audit(tx) if act.at < NOW + HOUR] == [acts[0]]
