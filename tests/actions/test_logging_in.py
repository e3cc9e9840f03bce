"""Logging in: who may, how long it takes to try again, and what ends it. The clock stands until it is moved."""

from __future__ import annotations

import asyncio
import base64
import hmac
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.actions import logins, users
from monitor.actions.actor import EVERYTHING, Actor, Origin, Right
from monitor.actions.logging_in import Client, Logins, NewSession, TooSoonError
from monitor.actions.passwords import Cost, Passwords
from monitor.actions.perform import perform
from monitor.actions.refused import RefusedError
from monitor.actions.second_factor import Vault, new_secret, number_of
from monitor.core.login import ABSOLUTE, FORGOTTEN, IDLE, IN_PERIOD, LINK, LONGEST, is_over, wait_after
from monitor.core.password import LEAST, MOST, password_problem
from monitor.core.user import User, UserRole
from monitor.store import Store, sessions, tables
from monitor.store import users as kept_users
from monitor.store.audit import recent_audit
from tests.fakes import Clock
from tests.store.build import NOW
from tests.totp import code_at

SECRET = "海棠依旧 lamp 71 橡皮"
OTHER = "另一盏灯 river 08 抽屉"
HOME = Client(address="192.0.2.1", home="192.0.2.1")
CHEAP = Cost(memory=64, passes=1)
ADMIN = Actor(name="管理员甲", origin=Origin.PAGE, rights=EVERYTHING)


def from_(address: str) -> Client:
    return Client(address=address, home=address)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def desk(store: Store, clock: Clock) -> Logins:
    return Logins(store=store, clock=clock, passwords=Passwords(CHEAP), vault=Vault(), idle=IDLE)


def user(desk: Logins, name: str = "甲", *roles: UserRole, password: str = SECRET) -> int:
    with desk.store.begin() as tx:
        made = kept_users.add_user(tx, name, roles or (UserRole.OPERATOR,), None, at=NOW)
        kept_users.set_password(tx, made, desk.passwords.hash_of(password))
    return made


async def refused(trying: Awaitable[object]) -> str:
    with pytest.raises(RefusedError) as error:
        await trying
    return str(error.value)


async def fail(desk: Logins, times: int, name: str = "甲", client: Client = HOME) -> None:
    for _ in range(times):
        assert await refused(desk.log_in(name, "不对的密码一二三四五六七", client)) == logins.WRONG


async def test_a_session_is_256_bits_of_which_the_store_has_the_hash_alone(desk: Logins) -> None:
    user(desk)
    begun = await desk.log_in("甲", SECRET, HOME)
    assert len(begun.id) >= 43  # 256 bits in base64
    with desk.store.read() as tx:
        (row,) = tx.execute(sa.select(tables.sessions)).all()
        everything = str([tx.execute(sa.select(table)).all() for table in tables.metadata.sorted_tables])
    assert row.digest == sessions.digest_of(begun.id)
    assert begun.id not in everything
    assert begun.id not in repr(begun)


async def test_a_wrong_name_a_wrong_password_and_a_disabled_user_are_refused_in_one_sentence(desk: Logins) -> None:
    user(desk)
    user(desk, "乙")
    perform(desk.store, users.disable_user, users.UserCommand(user=2), actor=ADMIN, now=NOW)
    said = {
        await refused(desk.log_in(name, password, from_(f"192.0.2.{number}")))
        for number, (name, password) in enumerate([("无此人", SECRET), ("甲", OTHER), ("乙", SECRET)])
    }
    assert said == {"用户名或密码不正确。"}


async def test_a_hash_is_compared_whoever_is_named(desk: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    user(desk)
    asked: list[bool] = []
    right = Passwords.is_right

    def noting(self: Passwords, typed: str, kept: str | None) -> bool:
        asked.append(kept is None)
        return right(self, typed, kept)

    monkeypatch.setattr(Passwords, "is_right", noting)
    await refused(desk.log_in("甲", OTHER, HOME))
    await refused(desk.log_in("无此人", OTHER, HOME))
    assert asked == [False, True]


def test_no_hash_of_nobody_is_anybody_s_password(desk: Logins) -> None:
    for typed in ("", "x", SECRET):
        assert not desk.passwords.is_right(typed, None)


async def test_refused_and_good_logins_are_on_the_audit_log_and_what_was_typed_is_not(desk: Logins) -> None:
    user(desk)
    await refused(desk.log_in("SecretTypedAsName", OTHER, HOME))
    await refused(desk.log_in("甲", OTHER, HOME))
    await desk.log_in("甲", SECRET, HOME)
    with desk.store.read() as tx:
        acts = recent_audit(tx)
    assert [(act.action, act.object, act.detail, act.actor) for act in acts] == [
        ("login begin", "", "", "甲"),
        ("login refuse", "甲", "密码不正确", "未登录"),
        ("login refuse", "", "没有这个用户", "未登录"),
    ]
    assert {act.address for act in acts} == {"192.0.2.1"}
    assert "SecretTypedAsName" not in str(acts)
    assert OTHER not in str(acts)


def test_the_wait_doubles_from_a_second_to_a_quarter_of_an_hour_and_never_ends_for_good() -> None:
    waits = [wait_after(failures) for failures in range(30)]
    assert waits[:5] == [timedelta()] * 5
    assert [wait.total_seconds() for wait in waits[5:15]] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert set(waits[15:]) == {timedelta(minutes=15)} == {LONGEST}
    assert wait_after(10**9) == LONGEST


async def test_twenty_wrong_passwords_a_minute_are_not_tried(desk: Logins, clock: Clock) -> None:
    user(desk)
    tried = 0
    for _ in range(20):
        try:
            await desk.log_in("甲", OTHER, HOME)
        except TooSoonError:
            pass
        except RefusedError:
            tried += 1
        clock.forward(timedelta(seconds=3))
    assert tried == 10  # five as they come, then after 1, 2, 4, 8, 16 seconds
    with pytest.raises(TooSoonError, match=r"^请在\d+秒后再试。$"):
        await desk.log_in("甲", SECRET, HOME)
    clock.forward(LONGEST)
    assert (await desk.log_in("甲", SECRET, HOME)).session.user == 1


async def test_failures_count_per_account_from_wherever_they_come(desk: Logins) -> None:
    user(desk)
    for number in range(5):
        await fail(desk, 1, client=from_(f"198.51.100.{number}"))
    with pytest.raises(TooSoonError):
        await desk.log_in(" 甲", SECRET, from_("203.0.113.9"))


async def test_failures_count_per_address_whatever_the_name(desk: Logins) -> None:
    user(desk)
    for number in range(5):
        await fail(desk, 1, name=f"别人{number}")
    with pytest.raises(TooSoonError):
        await desk.log_in("甲", SECRET, HOME)
    await desk.log_in("甲", SECRET, from_("203.0.113.9"))


async def test_failures_are_capped_altogether_and_the_next_minute_is_open_again(desk: Logins, clock: Clock) -> None:
    user(desk)
    for number in range(IN_PERIOD):
        await fail(desk, 1, name=f"别人{number}", client=from_(f"198.51.100.{number}"))
    with pytest.raises(TooSoonError):
        await desk.log_in("甲", SECRET, HOME)
    clock.forward(timedelta(minutes=1))
    await desk.log_in("甲", SECRET, HOME)


async def test_many_tries_at_once_gain_nothing(desk: Logins) -> None:
    user(desk)
    came = await asyncio.gather(*(desk.log_in("甲", OTHER, HOME) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(error, TooSoonError) for error in came) == 15


async def test_failures_are_kept_in_the_store_and_forgotten_in_an_hour(desk: Logins, clock: Clock) -> None:
    user(desk)
    await fail(desk, 5)
    another = Logins(store=desk.store, clock=clock, passwords=desk.passwords, vault=Vault(), idle=IDLE)
    with pytest.raises(TooSoonError):
        await another.log_in("甲", SECRET, HOME)
    clock.forward(FORGOTTEN)
    await fail(desk, 4)
    await desk.log_in("甲", SECRET, HOME)


async def test_a_right_password_is_no_failure(desk: Logins) -> None:
    user(desk)
    for _ in range(12):
        await desk.log_in("甲", SECRET, HOME)


async def test_what_stands_in_the_store_of_failures_names_nobody(desk: Logins) -> None:
    await fail(desk, 1, name="SecretTypedAsName")
    with desk.store.read() as tx:
        kept = str(tx.execute(sa.select(tables.login_failures)).all())
    assert "Secret" not in kept
    assert "secrettypedasname" not in kept


async def test_passwords_are_hashed_off_the_event_loop_at_most_two_at_once(
    desk: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most, here = 0, 0, threading.get_ident()
    lock, begun = threading.Lock(), threading.Barrier(2)

    def slow(_: Passwords, typed: str, kept: str | None) -> bool:
        nonlocal at_once, most
        assert threading.get_ident() != here
        with lock:
            at_once += 1
            most = max(most, at_once)
        begun.wait(10)
        with lock:
            at_once -= 1
        return bool(typed and kept)

    monkeypatch.setattr(Passwords, "is_right", slow)
    await asyncio.gather(*(desk.passwords.checked("x", "y") for _ in range(8)))
    assert most == 2


def test_a_hash_is_argon2id_at_the_cost_that_was_settled_with_a_salt_of_its_own() -> None:
    first, second = (Passwords().hash_of(SECRET) for _ in range(2))
    for made in (first, second):
        assert made.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert first.split("$")[4] != second.split("$")[4]
    assert len(first.split("$")[4]) == 22  # 16 bytes
    assert Passwords().is_right(SECRET, first)


async def test_a_hash_of_another_cost_is_made_anew_at_login(desk: Logins) -> None:
    user(desk)
    dearer = Logins(
        store=desk.store,
        clock=desk.clock,
        passwords=Passwords(Cost(memory=128, passes=2)),
        vault=Vault(),
        idle=IDLE,
    )
    await dearer.log_in("甲", SECRET, HOME)
    with desk.store.read() as tx:
        kept = kept_users.password_of(tx, 1)
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=128,t=2,p=1$")
    await dearer.log_in("甲", SECRET, HOME)


@pytest.mark.parametrize(
    "password",
    [
        "a" * 20,
        "123456789012345",
        "abcdefghijklmnop",
        "Password123456",
        "P@ssw0rd2026!",
        "admin@admin@admin",
        "qwertyuiop1234",
        "1qaz2wsx3edc4rfv",
        "woaini5201314520",
        "王某某王某某王某某王某某",
        "abcabcabcabcabc",
        "Xuncha@20262026",
    ],
)
def test_what_everybody_tries_first_is_no_password(password: str) -> None:
    assert "太容易猜到" in (password_problem(password, "王某某") or "")


@pytest.mark.parametrize(
    "password", [SECRET, OTHER, "correct horse battery", "tR9#vLq27mZx", "床前明月光疑是地上霜举头"]
)
def test_a_long_password_of_any_characters_is_good(password: str) -> None:
    assert password_problem(password, "王某某") is None


def test_a_password_has_12_to_128_characters_however_they_are_composed() -> None:
    assert "12" in (password_problem("k7#Qx!p2Lm9") or "")
    assert password_problem("k7#Qx!p2Lm9w") is None
    assert (LEAST, MOST) == (12, 128)
    assert "128" in (password_problem("k7#Qx!p2Lm9w" * 11) or "")
    composed, apart = "é" * 3 + "k7#Qx!p2Lm9", "e\u0301" * 3 + "k7#Qx!p2Lm9"
    passwords = Passwords(CHEAP)
    assert passwords.is_right(apart, passwords.hash_of(composed))


async def test_a_login_changes_the_id_so_that_nobody_can_give_somebody_a_session(desk: Logins) -> None:
    user(desk)
    first, second = await desk.log_in("甲", SECRET, HOME), await desk.log_in("甲", SECRET, HOME)
    assert first.id != second.id


def test_a_login_ends_when_it_is_idle_or_old() -> None:
    hour = timedelta(hours=1)
    assert not is_over(NOW, NOW, NOW + 8 * hour - timedelta(seconds=1), IDLE)
    assert is_over(NOW, NOW, NOW + 8 * hour, IDLE)
    assert is_over(NOW, NOW + ABSOLUTE - hour, NOW + ABSOLUTE, IDLE)
    assert not is_over(NOW, NOW + ABSOLUTE - hour, NOW + ABSOLUTE - timedelta(seconds=1), IDLE)
    assert is_over(NOW, NOW, NOW + hour / 2, hour / 2)


async def test_sessions_that_are_over_leave_the_store(desk: Logins, clock: Clock) -> None:
    user(desk)
    await desk.log_in("甲", SECRET, HOME)
    clock.forward(IDLE)
    await desk.log_in("甲", SECRET, HOME)
    with desk.store.read() as tx:
        assert len(sessions.sessions_of(tx, 1)) == 1


async def test_nobody_fills_the_store_with_sessions(desk: Logins, clock: Clock) -> None:
    user(desk)
    for _ in range(sessions.MOST + 5):
        last = await desk.log_in("甲", SECRET, HOME)
        clock.forward(timedelta(minutes=1))
    with desk.store.read() as tx:
        kept = sessions.sessions_of(tx, 1)
    assert len(kept) == sessions.MOST
    assert kept[0] == last.session


def digests(desk: Logins, user_id: int = 1) -> set[str]:
    with desk.store.read() as tx:
        return {one.digest for one in sessions.sessions_of(tx, user_id)}


async def test_a_new_password_ends_all_other_sessions_and_renews_the_own(desk: Logins) -> None:
    user(desk)
    elsewhere, here = await desk.log_in("甲", SECRET, HOME), await desk.log_in("甲", SECRET, HOME)
    new = await desk.change_password(here.session, await who(desk), SECRET, (OTHER, OTHER), HOME, actor=ADMIN)
    assert new.id not in {elsewhere.id, here.id}
    assert digests(desk) == {sessions.digest_of(new.id)}
    assert await refused(desk.log_in("甲", SECRET, HOME)) == logins.WRONG
    await desk.log_in("甲", OTHER, HOME)


async def who(desk: Logins, user_id: int = 1) -> User:
    found = await desk.store.query(lambda tx: kept_users.user(tx, user_id))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (("短", "短"), "密码至少要有12个字符。"),
        ((OTHER, SECRET), "两次输入的密码不一样，请再输一次。"),
        (("甲" * 30, "甲" * 30), "密码太容易猜到，请不要用常见的词、连续或重复的字符和自己的用户名。"),
    ],
)
async def test_a_password_that_cannot_be_is_refused_before_anything_is_done(
    desk: Logins, new: tuple[str, str], said: str
) -> None:
    user(desk)
    here = await desk.log_in("甲", SECRET, HOME)
    assert await refused(desk.change_password(here.session, await who(desk), SECRET, new, HOME, actor=ADMIN)) == said
    assert digests(desk) == {here.session.digest}


async def test_the_own_password_cannot_be_guessed_with_somebody_s_session(desk: Logins) -> None:
    user(desk)
    here = await desk.log_in("甲", SECRET, HOME)
    for _ in range(5):
        trying = desk.change_password(here.session, await who(desk), OTHER, (OTHER, OTHER), HOME, actor=ADMIN)
        assert await refused(trying) == "现在的密码不正确。"
    with pytest.raises(TooSoonError):
        await desk.change_password(here.session, await who(desk), SECRET, (OTHER, OTHER), HOME, actor=ADMIN)


@pytest.mark.parametrize(
    "change",
    [
        lambda: (users.change_roles, users.ChangeRolesCommand(user=1, roles=frozenset({UserRole.READER}))),
        lambda: (users.disable_user, users.UserCommand(user=1)),
        lambda: (users.set_password, users.SetPasswordCommand(user=1, password="$argon2id$1")),
        lambda: (users.end_sessions, users.UserCommand(user=1)),
    ],
    ids=["role", "disabled", "password", "log out everywhere"],
)
async def test_a_change_of_role_or_password_and_a_disabled_user_end_every_session(
    desk: Logins, change: Callable[[], tuple[Callable[..., object], object]]
) -> None:
    user(desk)
    user(desk, "乙", UserRole.ADMINISTRATOR)
    await desk.log_in("甲", SECRET, HOME)
    kept = await desk.log_in("乙", SECRET, HOME)
    action, command = change()
    perform(desk.store, action, command, actor=ADMIN, now=NOW)
    assert digests(desk) == set()
    assert digests(desk, 2) == {kept.session.digest}


@pytest.mark.parametrize(
    "change",
    [
        (users.disable_user, users.UserCommand(user=1)),
        (users.change_roles, users.ChangeRolesCommand(user=1, roles=frozenset({UserRole.OPERATOR}))),
    ],
    ids=["disabled", "role"],
)
def test_the_last_administrator_who_can_log_in_stays(
    desk: Logins, change: tuple[Callable[..., object], object]
) -> None:
    user(desk, "甲", UserRole.ADMINISTRATOR)
    user(desk, "乙", UserRole.ADMINISTRATOR)
    with desk.store.begin() as tx:
        kept_users.add_user(tx, "丙", [UserRole.ADMINISTRATOR], None, at=NOW)  # without a password
    perform(desk.store, users.disable_user, users.UserCommand(user=2), actor=ADMIN, now=NOW)
    with pytest.raises(RefusedError, match="“甲”是最后一名管理员，不能"):
        perform(desk.store, change[0], change[1], actor=ADMIN, now=NOW)
    perform(desk.store, users.enable_user, users.UserCommand(user=2), actor=ADMIN, now=NOW)
    perform(desk.store, change[0], change[1], actor=ADMIN, now=NOW)


def link_of(desk: Logins, user_id: int) -> str:
    made = perform(desk.store, users.issue_link, users.UserCommand(user=user_id), actor=ADMIN, now=desk.clock())
    assert made.secret not in repr(made)
    return made.secret


async def test_a_one_time_link_sets_a_password_once(desk: Logins) -> None:
    user(desk)
    await desk.log_in("甲", SECRET, HOME)
    secret = link_of(desk, 1)
    assert (await desk.use_link(secret, "", OTHER, OTHER, HOME)).name == "甲"
    assert digests(desk) == set()
    assert await refused(desk.use_link(secret, "", SECRET, SECRET, HOME)) == logins.LINK_OVER
    await desk.log_in("甲", OTHER, HOME)


async def test_a_one_time_link_holds_for_30_minutes(desk: Logins, clock: Clock) -> None:
    user(desk)
    secret = link_of(desk, 1)
    clock.forward(LINK)
    assert await refused(desk.use_link(secret, "", OTHER, OTHER, HOME)) == logins.LINK_OVER
    assert timedelta(minutes=30) == LINK


async def test_a_new_link_and_a_disabled_user_make_the_one_before_worthless(desk: Logins) -> None:
    user(desk)
    user(desk, "乙", UserRole.ADMINISTRATOR)
    first, second = link_of(desk, 1), link_of(desk, 1)
    assert await refused(desk.use_link(first, "", OTHER, OTHER, HOME)) == logins.LINK_OVER
    perform(desk.store, users.disable_user, users.UserCommand(user=1), actor=ADMIN, now=NOW)
    assert await refused(desk.use_link(second, "", OTHER, OTHER, HOME)) == logins.LINK_OVER


async def test_the_first_link_makes_one_administrator_who_is_an_operator_too(desk: Logins) -> None:
    first = perform(desk.store, users.issue_first_link, users.FirstLinkCommand(), actor=ADMIN, now=NOW)
    assert await refused(desk.use_link(first.secret, "", SECRET, SECRET, HOME)) == "用户名不能为空。"
    made = await desk.use_link(first.secret, "甲", SECRET, SECRET, HOME)
    assert made.roles == {UserRole.ADMINISTRATOR, UserRole.OPERATOR}
    assert await refused(desk.use_link(first.secret, "乙", SECRET, SECRET, HOME)) == logins.LINK_OVER
    with pytest.raises(RefusedError, match="已有管理员"):
        perform(desk.store, users.issue_first_link, users.FirstLinkCommand(), actor=ADMIN, now=NOW)


async def test_the_first_link_is_good_while_there_are_users_and_no_administrator(desk: Logins) -> None:
    user(desk, "乙", UserRole.OPERATOR)
    first = perform(desk.store, users.issue_first_link, users.FirstLinkCommand(), actor=ADMIN, now=NOW)
    made = await desk.use_link(first.secret, "丙", SECRET, SECRET, HOME)
    assert UserRole.ADMINISTRATOR in made.roles


async def test_a_first_link_is_worthless_once_there_is_an_administrator(desk: Logins) -> None:
    first = perform(desk.store, users.issue_first_link, users.FirstLinkCommand(), actor=ADMIN, now=NOW)
    user(desk, "甲", UserRole.ADMINISTRATOR)
    assert await refused(desk.use_link(first.secret, "乙", SECRET, SECRET, HOME)) == logins.LINK_OVER


async def with_factor(desk: Logins) -> str:
    secret = new_secret()
    here = await desk.log_in("甲", SECRET, HOME)
    offered = (secret, code_at(secret, desk.clock()))
    await desk.set_second_factor(here.session, await who(desk), SECRET, offered, HOME, actor=ADMIN)
    return secret


async def test_with_a_second_factor_a_login_is_half_until_its_code_is_given(desk: Logins, clock: Clock) -> None:
    user(desk)
    secret = await with_factor(desk)
    clock.forward(timedelta(minutes=1))
    half = await desk.log_in("甲", SECRET, HOME)
    assert half.session.is_half
    whole = await desk.give_code(half.session, await who(desk), code_at(secret, clock()), HOME)
    assert not whole.session.is_half
    assert whole.id != half.id
    assert sessions.digest_of(half.id) not in digests(desk)


async def test_a_code_is_good_once_and_for_a_minute_at_most(desk: Logins, clock: Clock) -> None:
    user(desk)
    secret = await with_factor(desk)
    clock.forward(timedelta(minutes=1))
    code = code_at(secret, clock())

    async def give(typed: str) -> NewSession:
        half = await desk.log_in("甲", SECRET, HOME)
        return await desk.give_code(half.session, await who(desk), typed, HOME)

    await give(f" {code[:3]} {code[3:]}")
    assert await refused(give(code)) == logins.WRONG_CODE
    clock.forward(timedelta(minutes=5))
    assert await refused(give(code)) == logins.WRONG_CODE
    clock.forward(FORGOTTEN)
    assert await refused(give("")) == logins.WRONG_CODE
    await give(code_at(secret, clock() - timedelta(seconds=30)))


async def test_codes_cannot_be_guessed(desk: Logins, clock: Clock) -> None:
    user(desk)
    await with_factor(desk)
    clock.forward(FORGOTTEN)
    half = await desk.log_in("甲", SECRET, HOME)
    about = await who(desk)
    for _ in range(4):  # the right password before counts as a try until the code is right
        await refused(desk.give_code(half.session, about, "000000", HOME))
    with pytest.raises(TooSoonError):
        await desk.give_code(half.session, about, "000001", HOME)


async def test_a_second_factor_that_is_demanded_cannot_be_left_off(desk: Logins, clock: Clock) -> None:
    user(desk)
    await with_factor(desk)
    perform(desk.store, users.demand_second_factor, users.DemandSecondFactorCommand(user=1), actor=ADMIN, now=NOW)
    (digest,) = digests(desk)
    with desk.store.read() as tx:
        here = sessions.session(tx, digest)
    assert here
    trying = desk.remove_second_factor(here, await who(desk), SECRET, HOME, actor=ADMIN)
    assert "管理员要求您使用动态口令" in await refused(trying)
    clock.forward(timedelta(minutes=1))


class Swapping:
    """A seal whose work can be seen through by tests alone."""

    def close(self, text: str, about: Sequence[str]) -> bytes:
        return "/".join((*about, text[::-1])).encode()

    def open(self, sealed: bytes, about: Sequence[str]) -> str | None:
        start = "/".join((*about, "")).encode()
        return sealed.removeprefix(start).decode()[::-1] if sealed.startswith(start) else None


def test_a_second_factor_is_sealed_for_its_user_where_there_is_a_key_and_read_where_there_was_none() -> None:
    secret, sealing, plain = new_secret(), Vault(Swapping()), Vault()
    kept = sealing.close(secret, 1)
    assert secret.encode() not in kept
    assert sealing.open(kept, 1) == secret
    assert sealing.open(kept, 2) is None
    assert plain.open(kept, 1) is None
    assert sealing.open(plain.close(secret, 1), 1) == secret
    assert sealing.open(None, 1) is None


def test_no_value_of_a_login_shows_a_secret(desk: Logins) -> None:
    shown = [
        logins.LogInCommand(user=1, checked=SECRET, digest=SECRET, keys=(SECRET, SECRET), idle=IDLE, renewed=SECRET),
        logins.UseLinkCommand(link=SECRET, password=SECRET),
        logins.ChangePasswordCommand(session=SECRET, digest=SECRET, checked=SECRET, password=SECRET),
        logins.SetSecondFactorCommand(session=SECRET, digest=SECRET, checked=SECRET, secret=SECRET.encode(), number=1),
        users.SetPasswordCommand(user=1, password=SECRET),
        desk.passwords,
    ]
    assert SECRET not in repr(shown)


@pytest.mark.parametrize("typed", ["", "0", "287082", "28708\uff12", "12345678901234567890", "\ud800"])
def test_every_code_is_compared_whole_with_all_that_would_be_right(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    same = hmac.compare_digest

    def noting(right: bytes, given: bytes) -> bool:
        compared.append(right)
        return same(right, given)

    monkeypatch.setattr(hmac, "compare_digest", noting)
    number_of(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC))
    assert len(compared) == 3


RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")])
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert number_of(RFC_SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


async def test_somebody_who_logs_in_has_no_other_right() -> None:
    assert HOME.actor.rights == {Right.LOG_IN}
