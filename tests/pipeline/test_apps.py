"""Apps, from the settings to the messages: a store that changed accuses nobody, one that took an app down is heard."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.account import Platform
from monitor.core.decision import Ruling
from monitor.core.finding import State
from monitor.core.observation import Reason
from monitor.settings.sections import PlatformSettings, Review
from monitor.store import Store, cases
from monitor.store.decisions import decide
from tests.pipeline.build import Canned, Office, account, office, settings
from tests.store.build import standing

FIXTURES = Path(__file__).parents[1] / "fixtures" / "vivo_store"
ASKED = "https://h5-api.appstore.vivo.com.cn/detailInfo?appId="
MISSING = (FIXTURES / "none.json").read_bytes()
CANARY = (FIXTURES / "record.json").read_bytes()
APP = CANARY.replace(b"1000001", b"1000002")
CHANGED = (FIXTURES / "shell.html").read_bytes()


def watching(store: Store, bodies: dict[str, bytes | Reason], **more: object) -> Office:
    """Return an office whose settings name the canary of a store."""
    chosen = settings(platforms={"vivo-store": PlatformSettings(canary="1000001")}, **more)
    return office(store, lambda clock: Canned(clock, bodies), chosen)


async def live(of: Office, span: timedelta) -> None:
    until = of.clock() + span
    while of.clock() < until:
        of.clock.forward(timedelta(hours=11))
        await of.look()
        await of.settle()


async def finding(store: Store) -> tuple[State, str]:
    (found,) = [finding for finding in await store.query(standing) if finding.rule == "APP-01"]
    return found.state, found.because


async def begin(of: Office) -> None:
    await of.enrol([account(1, "", platform=Platform.MOBILE_APP, method="vivo-store=1000002")])
    await live(of, timedelta(hours=11))


async def test_an_app_that_a_believed_store_took_down_is_suspected_and_said(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {f"{ASKED}1000002": APP, f"{ASKED}1000001": CANARY}
    of = watching(store, bodies)
    await begin(of)
    assert (await finding(store))[0] is State.OK

    bodies[f"{ASKED}1000002"] = MISSING
    await live(of, timedelta(days=2))

    state, because = await finding(store)
    assert state is State.SUSPECTED
    assert "在vivo应用商店连续" in because
    assert because.endswith("无法下载（商店中查不到该应用），疑似下架，待人工核实。")
    assert any("疑似下架" in message.body for message in of.mail.taken)


async def test_a_suspicion_waits_at_the_gate_and_is_never_told_once_a_person_rejects_it(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {f"{ASKED}1000002": APP, f"{ASKED}1000001": CANARY}
    of = watching(store, bodies, review=Review(steps=("suspect", "to_leader")))
    await begin(of)
    bodies[f"{ASKED}1000002"] = MISSING
    await live(of, timedelta(days=2))
    assert of.mail.taken == []
    assert any("疑似" in message.body for message in of.duty.taken)  # who has to look into it
    (case,) = [case for case in await store.query(cases.cases) if case.rule == "APP-01"]
    now = of.clock()
    await store.write(
        lambda tx: decide(tx, case, case.episode, Ruling.REJECTED, by="操作员甲", at=now, note="手机上可以下载")
    )
    await live(of, timedelta(days=5))
    assert of.mail.taken == []


@pytest.mark.parametrize("canary", [MISSING, CHANGED, Reason.CAPTCHA], ids=["missing", "changed", "captcha"])
async def test_a_store_that_has_lost_its_canary_too_accuses_nobody(store: Store, canary: bytes | Reason) -> None:
    bodies: dict[str, bytes | Reason] = {f"{ASKED}1000002": APP, f"{ASKED}1000001": CANARY}
    of = watching(store, bodies)
    await begin(of)

    bodies |= {f"{ASKED}1000002": MISSING, f"{ASKED}1000001": canary}
    await live(of, timedelta(days=3))

    assert (await finding(store))[0] is State.UNKNOWN
    assert of.mail.taken == []

    bodies |= {f"{ASKED}1000002": APP, f"{ASKED}1000001": CANARY}
    await live(of, timedelta(days=1))
    assert (await finding(store))[0] is State.OK
