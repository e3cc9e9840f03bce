from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.account import Role
from monitor.core.message import LEASE, Attempt, Lease, Message, MessageState, Outcome
from monitor.core.notice import Notice
from monitor.store import Store, outbox, retrying
from monitor.store.outbox import Draft, NoticeState
from tests.often import often
from tests.store.build import DAY, HOUR, NOW, account, enrol, judge, notice, open_with, step

OURS = "host:1:0a"
THEIRS = "host:1:0b"
SENT = Attempt(outcome=Outcome.SENT, code="0")
LOST = Attempt(outcome=Outcome.UNANSWERED)
BUSY = Attempt(outcome=Outcome.TEMPORARY, code="310000", detail="busy", retry_after=timedelta(seconds=90))


@pytest.fixture(autouse=True)
def two_notices(store: Store) -> None:
    enrol(store, account(), at=NOW - DAY)
    judge(store, open_with(step(), notice(), notice(person="13800000002")))


def waiting(store: Store) -> tuple[Notice, ...]:
    with store.read() as tx:
        return outbox.waiting_notices(tx)


def ids(store: Store, person: str = "13800000001") -> tuple[int, ...]:
    return tuple(notice.id for notice in waiting(store) if notice.person == person and notice.id is not None)


def draft(*notices: int, **changes: object) -> Draft:
    base = Draft(
        channel="dingtalk",
        address="ding-1",
        mentions=("13800000001",),
        role=Role.LIAISON,
        person="13800000001",
        subject="更新提醒",
        body="**正文**",
        notices=notices,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # checked by the tests that use it


def save(
    store: Store, entry: Draft, *, held: bool = False, wait: timedelta = timedelta(), at: timedelta = timedelta()
) -> str:
    with store.begin() as tx:
        return outbox.save_draft(tx, entry, at=NOW + at, not_before=NOW + at + wait, held=held)


def both(store: Store) -> tuple[int, ...]:
    return ids(store) + ids(store, "13800000002")


def kept(store: Store, id_: str) -> outbox.KeptMessage:
    with store.read() as tx:
        (found,) = outbox.messages(tx, ids=[id_])
    return found


def due(store: Store, after: timedelta = timedelta()) -> list[str]:
    with store.read() as tx:
        return [kept.message.id for kept in outbox.due_messages(tx, NOW + after, 9)]


def take(store: Store, id_: str, holder: str = OURS) -> Lease | None:
    with store.begin(durable=True) as tx:
        return outbox.take(tx, id_, holder, at=NOW)


def freeze(store: Store, id_: str, body: str = "定稿") -> Message:
    lease = take(store, id_)
    assert lease is not None
    with store.begin(durable=True) as tx:
        return outbox.freeze(tx, lease, subject="更新提醒", body=body, at=NOW)


def attempt(store: Store, id_: str, tried: Attempt, again: timedelta | None = None, holder: str = OURS) -> bool:
    lease = Lease(message=id_, holder=holder, until=NOW + LEASE)
    with store.begin(durable=True) as tx:
        return outbox.record_attempt(tx, lease, tried, at=NOW, next_try=None if again is None else NOW + again)


def test_a_draft_waits_for_its_hour(store: Store) -> None:
    id_ = save(store, draft(*ids(store)), wait=HOUR)

    assert due(store) == []
    assert due(store, HOUR) == [id_]
    assert kept(store, id_).state is MessageState.QUEUED
    with store.read() as tx:
        assert [notice.person for notice in outbox.notices_of(tx, id_)] == ["13800000001"]


def test_a_draft_is_replaced_until_it_is_frozen(store: Store) -> None:
    first = save(store, draft(*ids(store)))
    assert save(store, draft(*ids(store), body="新"), at=HOUR) == first
    assert kept(store, first).message.body == "新"

    freeze(store, first)
    assert save(store, draft(body="another"), at=2 * HOUR) != first
    assert kept(store, first).message.body == "定稿"


@pytest.mark.parametrize(
    "other", [{"channel": "mail"}, {"address": None}, {"person": ""}, {"topic": "digest:2026-05-06"}]
)
def test_other_people_ways_and_topics_have_their_own_message(store: Store, other: dict[str, object]) -> None:
    assert save(store, draft()) != save(store, draft(**other))


def test_notices_wait_until_their_message_is_settled(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    assert [notice.person for notice in waiting(store)] == ["13800000001", "13800000002"]

    freeze(store, id_)
    assert [notice.person for notice in waiting(store)] == ["13800000002"]


def test_a_notice_no_longer_in_the_draft_waits_for_another(store: Store) -> None:
    before = ids(store)
    id_ = save(store, draft(*before))
    save(store, draft())

    assert ids(store) == before
    assert kept(store, id_).state is MessageState.QUEUED
    with store.read() as tx:
        assert outbox.notices_of(tx, id_) == ()


def test_a_draft_of_an_hour_by_which_the_clock_was_put_back_waits_no_hour(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    assert due(store, -HOUR) == [id_]

    freeze(store, id_)
    attempt(store, id_, LOST, again=HOUR)
    assert due(store, -HOUR) == []


def test_a_held_message_waits_for_a_person(store: Store) -> None:
    id_ = save(store, draft(*ids(store)), held=True, wait=HOUR)
    assert due(store, 9 * DAY) == []

    with store.begin() as tx:
        assert outbox.release(tx, [id_], at=NOW) == {id_}
        assert outbox.release(tx, None, at=NOW) == frozenset()
    assert due(store) == []
    assert due(store, HOUR) == [id_]
    assert kept(store, id_).is_released


def test_a_released_message_stays_so_until_something_is_added(store: Store) -> None:
    (one,) = ids(store)
    (other,) = ids(store, "13800000002")
    id_ = save(store, draft(one), held=True)
    with store.begin() as tx:
        outbox.release(tx, None, at=NOW)

    save(store, draft(one, body="新"), held=True)
    assert kept(store, id_).state is MessageState.QUEUED

    save(store, draft(one, other), held=True)
    assert (kept(store, id_).state, kept(store, id_).is_released) == (MessageState.HELD, False)


def test_the_words_are_settled_before_the_first_try_and_stay(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    first = freeze(store, id_)
    attempt(store, id_, LOST, HOUR)

    assert first == Message(
        id=id_, channel="dingtalk", subject="更新提醒", body="定稿", address="ding-1", mentions=("13800000001",)
    )
    assert freeze(store, id_, "something else") == first


def test_words_that_surely_nobody_has_read_may_change_and_the_number_stays(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    freeze(store, id_)
    attempt(store, id_, BUSY, HOUR)
    again = freeze(store, id_, "something else")
    assert (again.id, again.body) == (id_, "something else")


@pytest.mark.parametrize("first", [LOST, replace(BUSY, code="HTTP 502")])
def test_words_that_may_have_been_read_stay_whatever_is_answered_later(store: Store, first: Attempt) -> None:
    id_ = save(store, draft(*ids(store)))
    freeze(store, id_)
    for tried in (first, BUSY):
        attempt(store, id_, tried, HOUR)
        assert freeze(store, id_, "something else").body == "定稿"


@pytest.mark.parametrize("topic", ["", "outage:1"])
def test_of_two_drafts_to_one_person_the_older_takes_in_the_newer_unless_that_says_what_is_so_now(
    store: Store, topic: str
) -> None:
    one, other = both(store)
    old = save(store, draft(*([one] if not topic else []), topic=topic))
    freeze(store, old)
    new = save(store, draft(*([other] if not topic else []), topic=topic))
    attempt(store, old, BUSY, HOUR)
    states = {id_: kept(store, id_).state for id_ in (old, new)}
    gone, stays = (old, new) if topic else (new, old)
    assert states == {gone: MessageState.CANCELLED, stays: MessageState.QUEUED}
    assert both(store) == (one, other), "nothing that is to be said is lost"


def test_what_was_tried_in_vain_waits_for_its_next_try_unless_something_is_added(store: Store) -> None:
    one, other = both(store)
    id_ = save(store, draft(one))
    freeze(store, id_)
    attempt(store, id_, BUSY, HOUR)
    assert save(store, draft(one)) == id_
    assert due(store) == []
    assert save(store, draft(one, other)) == id_
    assert due(store) == [id_]


def test_a_sent_message_has_told_its_notices(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    freeze(store, id_)
    attempt(store, id_, SENT)

    assert ids(store) == ()
    assert due(store, 9 * DAY) == []
    sent = kept(store, id_)
    assert (sent.state, sent.attempts, sent.finished_at, sent.last) == (MessageState.SENT, 1, NOW, SENT)


def test_a_failed_try_is_repeated_later_with_the_same_id(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    freeze(store, id_)
    attempt(store, id_, BUSY, HOUR)

    assert due(store) == []
    assert due(store, HOUR) == [id_]
    with store.read() as tx:
        assert outbox.attempts_of(tx, id_) == (outbox.Tried(message=id_, at=NOW, attempt=BUSY),)


def test_when_no_try_is_left_the_notices_look_for_another_way(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    freeze(store, id_)
    attempt(store, id_, Attempt(outcome=Outcome.PERMANENT, code="400"))

    assert kept(store, id_).state is MessageState.FAILED
    assert [notice.route for notice in waiting(store) if notice.person == "13800000001"] == [1]


def test_a_failed_message_can_be_tried_once_more(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    before = freeze(store, id_)
    attempt(store, id_, BUSY)
    with store.begin() as tx:
        assert retrying.retry(tx, [id_], at=NOW + HOUR) == {id_}

    assert due(store, HOUR) == [id_]
    assert freeze(store, id_, "other words") == before
    assert ids(store) == ()


def test_a_failed_message_whose_notices_are_over_has_nothing_left_to_say(store: Store) -> None:
    told = ids(store)
    id_ = save(store, draft(*told))
    freeze(store, id_)
    attempt(store, id_, BUSY)
    with store.begin() as tx:
        outbox.end_notices(tx, told, outbox.NoticeState.SUPERSEDED, at=NOW)
        assert retrying.retry(tx, [id_], at=NOW + HOUR) == frozenset()

    assert kept(store, id_).state is MessageState.FAILED


def test_a_message_with_nothing_left_to_say_is_cancelled(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    with store.begin() as tx:
        outbox.settle(tx, id_, MessageState.CANCELLED, at=NOW)

    assert ids(store) == ()
    assert kept(store, id_).state is MessageState.CANCELLED
    assert save(store, draft(), at=HOUR) != id_


def test_no_message_ends_as_queued(store: Store) -> None:
    id_ = save(store, draft())
    with pytest.raises(ValueError, match="queued"), store.begin() as tx:
        outbox.settle(tx, id_, MessageState.QUEUED, at=NOW)


def test_a_message_given_back_waits_and_was_not_tried(store: Store) -> None:
    id_ = save(store, draft())
    lease = take(store, id_)
    assert lease is not None
    with store.begin() as tx:
        outbox.give_back(tx, lease, NOW + HOUR)

    assert due(store, HOUR) == [id_]
    assert kept(store, id_).attempts == 0


def test_only_one_can_take_a_message(store: Store) -> None:
    id_ = save(store, draft())

    assert take(store, id_) == Lease(message=id_, holder=OURS, until=NOW + LEASE)
    assert take(store, id_, THEIRS) is None


@pytest.mark.parametrize("end", [MessageState.CANCELLED, MessageState.SENT, MessageState.FAILED])
def test_what_was_ended_meanwhile_cannot_be_taken(store: Store, end: MessageState) -> None:
    id_ = save(store, draft())
    with store.begin() as tx:
        outbox.settle(tx, id_, end, at=NOW)

    assert take(store, id_) is None
    assert kept(store, id_).state is end


def test_what_is_held_cannot_be_taken(store: Store) -> None:
    assert take(store, save(store, draft(), held=True)) is None


def left_behind(store: Store, after: timedelta) -> list[str]:
    with store.read() as tx:
        return [lease.message for lease in outbox.left_behind(tx, NOW + after)]


def test_a_message_whose_answer_a_crash_kept_from_us_is_found_when_its_lease_is_over(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    freeze(store, id_)

    assert due(store, 9 * DAY) == []
    assert left_behind(store, LEASE - timedelta(seconds=1)) == []
    assert left_behind(store, LEASE) == [id_]
    attempt(store, id_, SENT)
    assert left_behind(store, LEASE) == []


def test_a_lease_given_before_the_clock_was_put_back_is_over(store: Store) -> None:
    id_ = save(store, draft())
    freeze(store, id_)

    assert left_behind(store, -timedelta(seconds=1)) == [id_]


def test_who_has_a_message_no_more_writes_nothing_about_it(store: Store) -> None:
    id_ = save(store, draft(*ids(store)))
    freeze(store, id_)
    assert not attempt(store, id_, SENT, holder=THEIRS)
    assert kept(store, id_).state is MessageState.SENDING

    assert attempt(store, id_, BUSY, timedelta())
    assert not attempt(store, id_, SENT)
    taken = take(store, id_, THEIRS)
    assert not attempt(store, id_, SENT)
    with store.begin() as tx:
        outbox.give_back(tx, Lease(message=id_, holder=OURS, until=NOW + LEASE), NOW)
        assert [tried.attempt for tried in outbox.attempts_of(tx, id_)] == [BUSY]
    assert taken is not None
    assert (kept(store, id_).state, kept(store, id_).attempts) == (MessageState.SENDING, 1)


def test_ended_notices_leave_no_empty_draft_behind(store: Store) -> None:
    (one,) = ids(store)
    id_ = save(store, draft(one))
    with store.begin() as tx:
        outbox.end_notices(tx, [one], NoticeState.SUPERSEDED, at=NOW)

    assert ids(store) == ()
    assert kept(store, id_).state is MessageState.CANCELLED


def test_what_a_settled_message_carries_cannot_be_ended(store: Store) -> None:
    (one,) = ids(store)
    id_ = save(store, draft(one))
    freeze(store, id_)
    with store.begin() as tx:
        outbox.end_notices(tx, [one], NoticeState.CANCELLED, at=NOW)
    attempt(store, id_, BUSY)

    assert ids(store) == (one,)


def test_a_notice_taken_out_of_its_draft_waits_for_another(store: Store) -> None:
    (one,) = ids(store)
    id_ = save(store, draft(one))
    with store.begin() as tx:
        outbox.reopen_notices(tx, [one])
        outbox.settle(tx, id_, MessageState.CANCELLED, at=NOW)

    assert ids(store) == (one,)


def test_the_queue_is_counted(store: Store) -> None:
    save(store, draft(), held=True)
    save(store, draft(topic="1"), wait=HOUR)
    save(store, draft(topic="2"))
    with store.read() as tx:
        counted = outbox.counts(tx)
        assert (counted[MessageState.HELD], counted[MessageState.QUEUED], counted[MessageState.SENT]) == (1, 2, 0)
        assert set(counted) == set(MessageState)
        assert outbox.oldest_age(tx, NOW + 3 * HOUR) == 3 * HOUR
        assert outbox.oldest_age(tx, NOW - HOUR) is None


def test_messages_are_listed_latest_first(store: Store) -> None:
    listed = [save(store, draft(topic=f"{number}"), at=number * HOUR, held=number == 1) for number in range(3)]
    with store.read() as tx:
        assert [kept.message.id for kept in outbox.messages(tx)] == listed[::-1]
        assert [kept.message.id for kept in outbox.messages(tx, limit=1)] == [listed[2]]
        assert [kept.message.id for kept in outbox.messages(tx, states=[MessageState.HELD])] == [listed[1]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(30))
@given(pauses=st.lists(st.integers(0, 40_000), min_size=1, max_size=40), per_minute=st.integers(1, 5))
def test_no_minute_ever_sees_more_tokens_than_allowed(store: Store, pauses: list[int], per_minute: int) -> None:
    channel = f"robot-{abs(hash((*pauses, per_minute)))}"
    now, taken = NOW, []
    for pause in pauses:
        now += timedelta(milliseconds=pause)
        with store.begin() as tx:
            wait = outbox.take_token(tx, channel, per_minute, now)
        if wait is None:
            taken.append(now)
        else:
            assert now < wait <= now + timedelta(minutes=1)
            assert len([moment for moment in taken if moment > now - timedelta(minutes=1)]) == per_minute

    for start in taken:
        assert len([moment for moment in taken if start <= moment < start + timedelta(minutes=1)]) <= per_minute


def test_a_token_is_to_be_had_at_the_moment_that_was_named(store: Store) -> None:
    with store.begin() as tx:
        assert outbox.take_token(tx, "robot", 1, NOW) is None
        wait = outbox.take_token(tx, "robot", 1, NOW + HOUR / 120)
        assert wait == NOW + timedelta(minutes=1)
        assert outbox.take_token(tx, "robot", 1, wait) is None
        assert outbox.take_token(tx, "other", 1, NOW) is None


def test_two_messages_of_one_moment_about_the_same_have_numbers_of_their_own(store: Store) -> None:
    first = save(store, draft(*ids(store)))
    freeze(store, first)
    attempt(store, first, BUSY)
    assert kept(store, first).state is MessageState.FAILED
    second = save(store, draft(*ids(store)))
    assert second != first


def test_a_number_is_of_the_day_in_beijing(store: Store) -> None:
    with store.begin() as tx:
        night = NOW.replace(hour=17)  # one o'clock of the next day
        id_ = outbox.save_draft(tx, draft(*ids(store)), at=night, not_before=night, held=False)
    assert id_[:8] == f"{NOW + DAY:%Y%m%d}"
