"""What pages say becomes of a message: true of the settings in force, and of who reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.account import UnitKey
from monitor.core.case import StepKind
from monitor.core.gate import Gate
from monitor.core.user import UserRole
from monitor.store import Store
from tests.web.conftest import client_of
from tests.web.county import NEAR, OFFICE, Surroundings, fill
from tests.web.sessions import closed
from tests.web.test_pages import text_of

GATED = Gate(steps=frozenset({StepKind.ESCALATE, StepKind.PROPOSE}), workdays=2)


def said(store: Store, around: Surroundings, page: str = "/messages") -> str:
    return text_of(client_of(store, around).get(page).text)


@pytest.fixture
def real(around: Surroundings) -> Surroundings:
    around.sample = None
    return around


def test_while_everything_is_held_it_is_said_that_nothing_leaves_by_itself(county: Store, real: Surroundings) -> None:
    assert "写好的消息都先列在这里，放行后才发出；没有人放行的，一直不发。" in said(county, real)


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        (
            GATED,
            "首次督办、拟列名单的消息先等放行，满2个工作日没有人放行的，自动发出；其他消息写好后在发送时段自动发出。",
        ),
        (Gate(steps=GATED.steps), "首次督办、拟列名单的消息先等放行，没有人放行的，一直不发；"),
        (Gate(steps=frozenset({StepKind.WARN, StepKind.LAST_DAY}), workdays=1), "更新预警的消息先等放行，满1个工作日"),
        (Gate(), "发给单位的消息不等核对，写好后在发送时段自动发出。"),
    ],
)
def test_else_it_is_said_which_steps_wait_and_how_long(
    county: Store, real: Surroundings, gate: Gate, sentence: str
) -> None:
    real.gate = gate
    assert sentence in said(county, real, "/start?step=hold"), "what would be after holding"
    real.is_holding = False
    for page in ("/messages", "/start?step=hold"):
        assert sentence in said(county, real, page), page
        assert "放行后才发" not in said(county, real, page)


def test_the_sample_says_where_its_messages_go_and_which_of_them_wait(county: Store, around: Surroundings) -> None:
    around.is_holding, around.gate = False, GATED
    text = said(county, around)
    assert "演示中，消息只发到演示邮箱和演示群，不发给真实的人。首次督办、拟列名单的消息先等放行" in text
    assert "放行后才发" not in text


@pytest.mark.parametrize("is_holding", [True, False])
def test_a_unit_reads_that_it_has_nothing_to_release(empty: Store, real: Surroundings, *, is_holding: bool) -> None:
    fill(empty)
    real.is_holding, real.gate = is_holding, GATED
    office = closed(empty, real)
    office.user("某员", UserRole.UNIT, own=UnitKey(NEAR.area, NEAR.unit))
    text = text_of(office.logged_in("某员").get("/messages").text)
    assert f"待放行的由{OFFICE.sender}核对后发出，贵单位无须办理。" in text
    assert "列在这里，放行后" not in text
    assert "先等放行" not in text


def test_the_file_that_is_named_is_the_one_in_use(empty: Store, real: Surroundings) -> None:
    real.config, real.has_phone, real.channels = Path("/etc/office"), False, {}
    for step in ("office", "channel", "hold"):
        text = said(empty, real, f"/start?step={step}")
        assert "/etc/office/xuncha.yaml" in text
        assert "config/xuncha.yaml" not in text
