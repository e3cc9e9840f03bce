"""Far sides are told of every case, in order, signed, under a name that lasts, and nobody waits for them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from alerts import web_hook
from alerts.web_hook import Guards, WebHookPoster
from collectors.guard import AddressGuard
from monitor.actions import web_hooks as acts
from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.perform import perform
from monitor.actions.refused import RefusedError
from monitor.actions.web_hooks import AddHookCommand, HookCommand, HookOffice, RotateHookCommand, try_hook
from monitor.app.hooks import hook_office
from monitor.core.case import Close, Closing, Plan, StepKind
from monitor.core.message import Attempt, Outcome
from monitor.core.shapes import case_shape
from monitor.core.web_hook import BACKLOG, FORMER, GIVE_UP, DeliveryState, HookEvent
from monitor.pipeline.faults import Faults
from monitor.pipeline.hook_vault import HookVault
from monitor.pipeline.hooks import HookSender
from monitor.pipeline.prune import Pruner
from monitor.settings import Settings
from monitor.settings.kinds import Secret
from monitor.store import Store, StoreError, cases, open_store, tables, web_hooks
from monitor.store.audit import recent_audit
from monitor.store.cases import Judgement
from monitor.store.prune import Keeping
from monitor.web.api.schema import CaseEvent
from tests.databases import migrated
from tests.pipeline.build import Clock
from tests.pipeline.build import settings as office_settings
from tests.pipeline.far_hook import FarHook, far_hook
from tests.store.build import account, enrol, finding, judge, open_with, step

ME = Actor(name="管理员甲", origin=Origin.PAGE, rights=EVERYTHING)
LOOPBACK = AddressGuard([ip_network("127.0.0.0/8")])
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Side:
    """A county, its clock, and what tells far sides of it."""

    store: Store
    clock: Clock
    office: HookOffice
    outcomes: list[Outcome]
    sender: HookSender

    def add(self, far: FarHook, name: str = "省级平台", area: str | None = None) -> str:
        """Name a far side and return its secret."""
        command = AddHookCommand(name=name, url=far.address, area=area, office=self.office)
        perform(self.store, acts.add_hook, command, actor=ME, now=self.clock())
        return command.secret

    def open_case(self, id_: str = "A01") -> int:
        """Open a case about an account."""
        enrol(self.store, account(id_), at=self.clock())
        about = replace(
            open_with(step(at=self.clock())), finding=finding(account=id_, area="示例县", unit="示例县教育局")
        )
        return judge(self.store, about, at=self.clock(), account_id=id_)[0]

    def change(self, number: int, plan: Plan) -> None:
        with self.store.read() as tx:
            found = cases.case(tx, number)
        assert found is not None
        said = finding(account=found.account, area="示例县", unit="示例县教育局")
        judge(
            self.store, Judgement(finding=said, case=found, plan=plan), at=self.clock(), account_id=found.account or ""
        )

    def step(self, number: int, day: int = 12) -> None:
        self.change(number, Plan(step=step(StepKind.WARN, day, self.clock())))

    def end(self, number: int) -> None:
        self.change(number, Plan(close=Close(closing=Closing.UPDATED)))

    def hook(self, number: int = 1) -> web_hooks.WebHook:
        with self.store.read() as tx:
            found = web_hooks.web_hook(tx, number)
        assert found is not None
        return found

    def states(self) -> list[DeliveryState]:
        with self.store.read() as tx:
            return list(tx.scalars(tables.hook_deliveries.select().with_only_columns(tables.hook_deliveries.c.state)))


def office_of(clock: Clock, guard: AddressGuard = LOOPBACK) -> HookOffice:
    guards = Guards(allows=lambda host: guard.allows(ip_address(host)), allows_host=guard.allows_host)
    return HookOffice(vault=HookVault(), fault_of=lambda _: "", post=WebHookPoster(guards, clock).post)


def set_up(key: str = "") -> Settings:
    """Return settings that open the loopback, with a key if there is one."""
    given = office_settings()
    network = given.network.model_copy(update={"allow": (ip_network("127.0.0.0/8"),)})
    sealing = Secret("env:XUNCHA_KEY", SecretStr(key)) if key else None
    return given.model_copy(update={"network": network, "key": sealing})


def side_of(store: Store, office: HookOffice | None = None) -> Side:
    clock, outcomes = Clock(), list[Outcome]()
    chosen = office or office_of(clock)
    sender = HookSender(
        store=store,
        vault=chosen.vault,
        post=chosen.post,
        clock=clock,
        delivered=outcomes.append,
        faults=Faults(lambda _: None),
    )
    return Side(store, clock, chosen, outcomes, sender)


@pytest.fixture
def side(store: Store) -> Side:
    return side_of(store)


@pytest.fixture
def far() -> Iterator[FarHook]:
    with far_hook() as server:
        yield server


async def test_a_far_side_hears_that_a_case_was_opened_went_on_and_ended(side: Side, far: FarHook) -> None:
    secret = side.add(far)
    number = side.open_case()
    side.step(number)
    side.end(number)
    assert await side.sender.send_due() == 3
    assert far.events == [(event.value, number) for event in HookEvent]
    assert all(heard.is_signed_with(secret) for heard in far.heard)
    assert all(heard.path == "/in?key=abc" for heard in far.heard)
    assert {heard.headers["Content-Type"] for heard in far.heard} == {"application/json"}
    assert len({heard.key for heard in far.heard}) == 3
    assert side.states() == [DeliveryState.SENT] * 3
    assert await side.sender.send_due() == 0


async def test_the_body_is_the_case_as_the_interface_gives_it(side: Side, far: FarHook) -> None:
    side.add(far)
    number = side.open_case()
    await side.sender.send_due()
    with side.store.read() as tx:
        case = cases.case(tx, number)
    assert case is not None
    event = far.heard[0].event
    assert event["data"] == case_shape(case)
    assert CaseEvent.model_validate_json(far.heard[0].body).data.unit == "示例县教育局"


async def test_nothing_is_kept_where_nobody_is_told(side: Side) -> None:
    side.open_case()
    assert side.states() == []


async def test_a_change_that_is_undone_tells_nothing(side: Side, far: FarHook) -> None:
    side.add(far)
    enrol(side.store, account(), at=side.clock())
    judged = cases.Judged(account="A01", judgements=(open_with(step()),), judge_again_at=side.clock())

    def undone() -> None:
        with side.store.begin() as tx:
            cases.apply(tx, [judged], at=side.clock())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert side.states() == []


async def test_a_case_that_a_person_ends_and_one_whose_account_leaves_are_told_too(side: Side, far: FarHook) -> None:
    side.add(far)
    first, second = side.open_case("A01"), side.open_case("A02")
    with side.store.begin() as tx:
        cases.end(tx, [first], Closing.DECIDED, at=side.clock())
        cases.retire(tx, ["A02"], at=side.clock())
    await side.sender.send_due()
    assert far.events[2:] == [("case.ended", first), ("case.ended", second)]
    assert [heard.event["data"]["closing"] for heard in far.heard[2:]] == ["decided", "left"]


async def test_broken_today_and_well_tomorrow_hears_everything_in_its_order_under_the_same_names(
    side: Side,
) -> None:
    with far_hook(statuses=[500]) as far:
        side.add(far)
        number = side.open_case()
        side.step(number)
        for _ in range(200):
            await side.sender.send_due()
            side.clock.forward(15 * MINUTE)
        tried = len(far.heard)
        assert set(far.events) == {("case.opened", number)}, "what follows in a case waits for what came before"
        assert tried <= 20, "it is left alone for a growing time"
        far.statuses = [200]
        side.clock.forward(6 * HOUR)
        await side.sender.send_due()
        assert far.events[tried:] == [("case.opened", number), ("case.stepped", number)]
        assert len({heard.key for heard in far.heard}) == 2
        assert len({heard.body for heard in far.heard}) == 2


async def test_what_nobody_takes_for_three_days_is_given_up_and_told_to_people(side: Side) -> None:
    with far_hook(statuses=[503]) as far:
        side.add(far)
        side.open_case("A01")
        side.open_case("A02")
        while side.clock() < side.hook().created_at + GIVE_UP + 7 * HOUR:
            await side.sender.send_due()
            side.clock.forward(HOUR)
        assert side.states() == [DeliveryState.GIVEN_UP] * 2
        assert side.hook().is_troubled(side.clock())
        heard = len(far.heard)
        far.statuses = [200]
        perform(side.store, acts.resend_hook, HookCommand(number=1), actor=ME, now=side.clock())
        assert not side.hook().is_troubled(side.clock())
        await side.sender.send_due()
        assert side.states() == [DeliveryState.SENT] * 2
        assert {one.key for one in far.heard[heard:]} == {one.key for one in far.heard[:heard]}


async def test_people_are_told_after_an_hour_without_a_success(side: Side) -> None:
    with far_hook(statuses=[404]) as far:
        side.add(far)
        side.open_case()
        await side.sender.send_due()
        assert not side.hook().is_troubled(side.clock())
        side.clock.forward(HOUR)
        assert side.hook().is_troubled(side.clock())
        far.statuses = [204]
        await side.sender.send_due()
        assert not side.hook().is_troubled(side.clock())


async def test_a_far_side_that_says_410_is_told_nothing_more_and_that_stands_in_the_log(side: Side) -> None:
    with far_hook(statuses=[410]) as far:
        side.add(far)
        side.open_case("A01")
        side.open_case("A02")
        await side.sender.send_due()
        side.open_case("A03")
        side.clock.forward(timedelta(days=1))
        assert await side.sender.send_due() == 0
        assert len(far.heard) == 1
    hook = side.hook()
    assert (hook.disabled_why, hook.is_troubled(side.clock())) == (web_hooks.GONE, True)
    with side.store.read() as tx:
        assert next(act.action for act in recent_audit(tx)) == "hook disable"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(side: Side, status: int) -> None:
    with far_hook() as inside, far_hook(statuses=[status], location=inside.address) as far:
        side.add(far)
        side.open_case()
        await side.sender.send_due()
        assert inside.heard == []
    assert side.outcomes == [Outcome.TEMPORARY]


async def test_of_a_huge_answer_nothing_is_read_but_its_head(side: Side) -> None:
    with far_hook(body=b"x" * 20_000_000) as far:
        side.add(far)
        side.open_case()
        await side.sender.send_due()
    assert side.outcomes == [Outcome.SENT]


async def test_one_that_hangs_is_left_and_keeps_no_other_from_hearing(
    side: Side, far: FarHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_hook, "LIMIT", timedelta(seconds=0.3))
    with far_hook(hangs=True) as silent:
        side.add(silent, "不答复的")
        side.add(far, "好的")
        number = side.open_case()
        assert await side.sender.send_due() == 2
        silent.let_go.set()
    assert far.events == [("case.opened", number)]
    assert sorted(outcome.value for outcome in side.outcomes) == ["sent", "unanswered"]


async def test_one_that_drips_is_left_at_the_limit(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_hook, "LIMIT", timedelta(seconds=0.3))
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    while not stop.wait(0.02):
                        connection.sendall(b"H")
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        side.add(FarHook(address=f"http://127.0.0.1:{server.getsockname()[1]}/"))
        side.open_case()
        await side.sender.send_due()
        stop.set()
        thread.join(5)
    assert side.outcomes[0] is not Outcome.SENT
    assert side.states() == [DeliveryState.WAITING]


async def test_an_event_that_a_far_side_cannot_take_keeps_no_other_case_waiting(side: Side) -> None:
    with far_hook(statuses=[500, 200]) as far:
        side.add(far)
        first, second, third = (side.open_case(id_) for id_ in ("A01", "A02", "A03"))
        await side.sender.send_due()
        side.clock.forward(MINUTE)
        await side.sender.send_due()
        assert far.events == [("case.opened", number) for number in (first, second, third, first)]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x",
        "http://localhost/x",
        "https://10.0.0.1/x",
        "http://[::1]/x",
        "http://0x7f.1/x",
        "http://2130706433/",
        "http://a.localhost/",
        "https://169.254.169.254/latest",
        "ftp://example.com/",
        "https://user:secret@example.com/",
        "https://example.com/a b",
        "https:///x",
        "https://例子.example/路径",
        "javascript:alert(1)",
        f"https://example.com/{'x' * 2000}",
        "https://example.com:99999/",
        "",
    ],
)
def test_no_address_of_ones_own_or_of_another_kind_can_be_named(store: Store, url: str) -> None:
    office = hook_office(office_settings(), Clock())
    with pytest.raises(RefusedError, match="地址"):
        perform(store, acts.add_hook, AddHookCommand(name="x", url=url, office=office), actor=ME, now=Clock()())


async def test_the_address_that_a_name_leads_to_is_asked_for_at_every_connection(store: Store, far: FarHook) -> None:
    """A name that was public when it was written may lead inside by now."""
    clock = Clock()
    guard = AddressGuard()
    guards = Guards(allows=lambda host: guard.allows(ip_address(host)), allows_host=lambda _: True)
    side = side_of(store, HookOffice(vault=HookVault(), fault_of=lambda _: "", post=WebHookPoster(guards, clock).post))
    side.add(replace(far, address=far.address.replace("127.0.0.1", "localhost")))
    side.open_case()
    await side.sender.send_due()
    assert far.heard == []
    assert side.hook().last_code == "AddressRefusedError"


async def test_a_network_of_the_settings_is_open_to_far_sides(store: Store, far: FarHook) -> None:
    chosen = set_up()
    side = side_of(store, hook_office(chosen, Clock()))
    side.add(far)
    side.open_case()
    await side.sender.send_due()
    assert len(far.heard) == 1


async def test_a_new_secret_is_signed_with_beside_the_old_one_for_a_day(side: Side, far: FarHook) -> None:
    old = side.add(far)
    command = RotateHookCommand(number=1, office=side.office)
    perform(side.store, acts.rotate_hook, command, actor=ME, now=side.clock())
    number = side.open_case()
    await side.sender.send_due()
    side.clock.forward(FORMER)
    side.step(number)
    await side.sender.send_due()
    assert [heard.is_signed_with(old) for heard in far.heard] == [True, False]
    assert all(heard.is_signed_with(command.secret) for heard in far.heard)


async def test_a_far_side_of_one_area_hears_of_no_other(side: Side, far: FarHook) -> None:
    enrol(side.store, account("B01", area="另一县"), account("A01"), at=side.clock())
    side.add(far, area="另一县")
    side.open_case("A01")
    assert side.states() == []


def test_the_backlog_is_bounded_and_what_was_left_out_is_told(
    side: Side, far: FarHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_hooks, "BACKLOG", 2)
    assert BACKLOG > 1000
    side.add(far)
    for number in range(5):
        side.open_case(f"A0{number}")
    assert len(side.states()) == 2
    assert (side.hook().dropped, side.hook().is_troubled(side.clock())) == (3, True)
    perform(side.store, acts.settle_hook, HookCommand(number=1), actor=ME, now=side.clock())
    assert (side.hook().dropped, side.hook().is_troubled(side.clock())) == (0, False)


def test_one_that_is_disabled_hears_nothing_and_once_enabled_what_happens_from_then_on(
    side: Side, far: FarHook
) -> None:
    side.add(far)
    number = side.open_case()
    perform(side.store, acts.disable_hook, HookCommand(number=1), actor=ME, now=side.clock())
    side.step(number)
    perform(side.store, acts.enable_hook, HookCommand(number=1), actor=ME, now=side.clock())
    side.step(number, 14)
    assert side.states() == [DeliveryState.CANCELLED, DeliveryState.WAITING]


async def test_a_trial_is_signed_and_tells_nothing_of_any_case(side: Side, far: FarHook) -> None:
    secret = side.add(far)
    side.open_case()
    attempt = await try_hook(side.store, side.office, HookCommand(number=1), actor=ME, clock=side.clock)
    assert attempt.outcome is Outcome.SENT
    assert far.heard[0].event == {"type": "test", "timestamp": far.heard[0].event["timestamp"], "data": {}}
    assert far.heard[0].is_signed_with(secret)
    far.statuses = [500]
    with pytest.raises(RefusedError, match=r"^没有送到：.*状态码500。$"):
        await try_hook(side.store, side.office, HookCommand(number=1), actor=ME, clock=side.clock)


async def test_no_secret_is_logged_or_lies_open_in_the_database_where_the_office_has_a_key(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = set_up("k" * 40)
    side = side_of(store, hook_office(chosen, Clock()))
    with far_hook(statuses=[500]) as far:
        secret = side.add(far)
        side.open_case()
        await side.sender.send_due()
    sealed = side.hook().sealed
    for hidden in (secret, secret.removeprefix("whsec_"), "key=abc"):
        assert hidden not in caplog.text
        assert hidden.encode() not in sealed
        assert hidden not in repr(side.hook())
    assert "not pushed" in caplog.text


async def test_under_another_key_nothing_is_sent_and_people_are_told_why(store: Store, far: FarHook) -> None:
    offices = [hook_office(set_up(key * 40), Clock()) for key in ("a", "b")]
    side = side_of(store, offices[0])
    side.add(far)
    side.open_case()
    await replace(side.sender, vault=offices[1].vault).send_due()
    assert far.heard == []
    assert side.hook().last_code == "sealed"


async def test_what_the_database_did_not_take_is_written_before_anything_else_is_sent(
    side: Side, far: FarHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    side.add(far)
    side.open_case("A01")

    async def full(*_: object, **__: object) -> None:
        raise StoreError("磁盘已满。")

    with monkeypatch.context() as patch:
        patch.setattr(side.store, "write", full)
        for _ in range(5):
            with pytest.raises(StoreError):
                await side.sender.send_due()
    assert len(far.heard) == 1
    await side.sender.send_due()
    assert len(far.heard) == 1
    assert side.states() == [DeliveryState.SENT]


async def test_what_was_told_is_let_go_of_in_time_and_what_waits_is_not(side: Side, far: FarHook) -> None:
    side.add(far)
    side.open_case("A01")
    await side.sender.send_due()
    side.open_case("A02")
    side.clock.forward(timedelta(days=400))
    year = timedelta(days=365)
    keeping = Keeping(evidence=year, observations=year, messages=year)
    gone, _ = await Pruner(store=side.store, keeping=keeping, clock=side.clock).prune()
    assert gone["推送记录"] == 1
    assert side.states() == [DeliveryState.WAITING]


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    fates=st.lists(st.sampled_from(["sent", "500", "killed before", "killed after"]), min_size=1, max_size=25),
    changes=st.lists(st.sampled_from([0, 1, 2]), min_size=1, max_size=8),
)
async def test_whatever_becomes_of_tries_every_case_is_told_whole_in_its_order_and_nothing_under_two_names(
    tmp_path_factory: pytest.TempPathFactory, fates: Sequence[str], changes: Sequence[int]
) -> None:
    """A kill between a try and its note is a far side that heard, and a database that knows nothing of it."""
    heard: list[tuple[str, str]] = []
    left = list(fates)

    class KilledError(BaseException):
        """The process is gone."""

    async def post(url: str, body: bytes, headers: dict[str, str]) -> Attempt:
        fate = left.pop(0) if left else "sent"
        if fate == "killed before":
            raise KilledError
        if fate != "500":
            heard.append((headers["webhook-id"], body.decode()))
        if fate == "killed after":
            raise KilledError
        outcome = Outcome.TEMPORARY if fate == "500" else Outcome.SENT
        return Attempt(outcome=outcome, code="HTTP 500" if fate == "500" else "HTTP 200")

    with open_store(migrated(tmp_path_factory.mktemp("hooks") / "xuncha.db")) as store:
        side = side_of(store, HookOffice(vault=HookVault(), fault_of=lambda _: "", post=post))  # type: ignore[arg-type] # a plain dict
        side.add(FarHook(address="https://hooks.example.invalid/"))
        numbers = [side.open_case(f"A0{number}") for number in range(3)]
        for turn, which in enumerate(changes):
            side.step(numbers[which], 12 + turn)
        for _ in range(60):
            try:
                await replace(side.sender).send_due()
            except KilledError:
                continue
            side.clock.forward(HOUR)
        assert set(side.states()) == {DeliveryState.SENT}
    names = dict[str, str]()
    for key, body in heard:
        assert names.setdefault(key, body) == body
    for number in numbers:
        told = [key for key, body in heard if CaseEvent.model_validate_json(body).data.id == number]
        firsts = list(dict.fromkeys(told))
        steps = [len(CaseEvent.model_validate_json(names[key]).data.steps) for key in firsts]
        assert steps == list(range(1, 2 + changes.count(numbers.index(number))))
