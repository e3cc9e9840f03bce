"""The messages and the first run as a person does them: with a mouse, on a phone, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from monitor.core.message import MessageState
from monitor.ledger.uploads import Uploads
from monitor.store import Store, open_store
from monitor.web import create_app
from monitor.web.imports import Imports
from tests.databases import migrated
from tests.web.browser import Browser
from tests.web.county import Surroundings, fill
from tests.web.serving import listened, served
from tests.web.sessions import SECRET, closed
from tests.web.test_login import first_link
from tests.web.test_messages import held, states
from tests.web.test_start import enrolled
from tests.web.uploading import office as import_office
from tests.web.uploading import read_here, roster, row

TEXT = "document.querySelector('main').innerText"


@pytest.fixture
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(migrated(tmp_path_factory.mktemp("own") / "xuncha.db")) as store:
        fill(store)
        yield store


def said(chromium: Browser) -> str:
    """Return what the page says."""
    return str(chromium.evaluate(TEXT))


@pytest.mark.parametrize("script", ["on", "off"])
@pytest.mark.parametrize("width", [1280, 390])
def test_all_but_one_are_released_with_three_clicks(
    chromium: Browser, filled: Store, around: Surroundings, width: int, script: str
) -> None:
    chromium.without_scripts(off=script == "off")
    try:
        first, *rest = held(filled)
        with served(filled, around) as address:
            assert chromium.look(f"{address}/messages", width=width).complaints == ()
            chromium.click(f"#m-{first}")
            chromium.click(".batch button", is_leaving=True)
            assert f"放行{len(rest)}条消息？" in said(chromium)
            chromium.click("main form button", is_leaving=True)
            assert f"已放行{len(rest)}条" in said(chromium)
            assert chromium.evaluate("document.querySelectorAll('input[name=id]').length") == 1
    finally:
        chromium.without_scripts(off=False)
    found = states(filled)
    assert found[first] is MessageState.HELD
    assert {found[id_] for id_ in rest} == {MessageState.QUEUED}


def test_how_many_are_ticked_is_said(chromium: Browser, filled: Store, around: Surroundings) -> None:
    first, *rest = held(filled)
    with served(filled, around) as address:
        chromium.look(f"{address}/messages", width=1280)
        assert f"已选{len(rest) + 1}个" in said(chromium)
        chromium.click(f"#m-{first}")
        assert f"已选{len(rest)}个" in said(chromium)


def test_one_is_withheld_with_a_reason_on_a_phone(chromium: Browser, filled: Store, around: Surroundings) -> None:
    first = held(filled)[0]
    with served(filled, around) as address:
        chromium.look(f"{address}/messages/{first}", width=390)
        chromium.click("form[action='/messages/withhold'] button", is_leaving=True)
        chromium.fill("#why", "单位来电，今天就发")
        chromium.click("form[method=post] button", is_leaving=True)
        assert "已压下1条，不再发出。" in said(chromium)
    assert states(filled)[first] is MessageState.CANCELLED


NEXT = """[...document.querySelectorAll("main a.act, main form button")]
    .filter(one => one.getBoundingClientRect().width > 0).map(one => one.textContent.trim())"""
"""What the visible buttons of a page say."""


@dataclass
class Walk:
    """A person who goes from page to page, and what the pages were."""

    chromium: Browser
    seen: list[str] = field(default_factory=list)

    def on(self, selector: str, *files: Path, **typed: str) -> None:
        """Fill in a form, choose a file, and click what leads on; every page on the way has a visible button."""
        heading = "(document.querySelector('#step') || document.querySelector('h1')).textContent"
        assert self.chromium.evaluate(NEXT), f"no way on from {self.chromium.evaluate('location.pathname')}"
        self.seen.append(str(self.chromium.evaluate(heading)))
        for name, text in typed.items():
            self.chromium.fill(f"input[name={name}]", text)
        for file in files:
            self.chromium.choose("#file", file)
        self.chromium.click(selector, is_leaving=True)


@pytest.mark.parametrize("script", ["on", "off"])
def test_the_first_day_leads_from_the_one_time_link_to_the_first_looks_with_a_next_button_on_every_page(
    chromium: Browser, empty: Store, around: Surroundings, tmp_path: Path, script: str
) -> None:
    around.channels, around.sample = {}, None
    office = closed(empty, around)
    taking = Imports(office=import_office(), uploads=Uploads(tmp_path / "uploads"), read=read_here)
    wrong, right = tmp_path / "台账.xlsx", tmp_path / "台账改.xlsx"
    wrong.write_bytes(roster(row("A01"), row("A02", platform="微信公众号"), row("A01", name="另一个")))
    right.write_bytes(roster(row("A01"), row("A02"), row("A03")))
    chromium.without_scripts(off=script == "off")
    walk = Walk(chromium)
    try:
        with listened(create_app(replace(office.view, imports=taking))) as address:
            chromium.look(f"{address}{first_link(office)}", width=1280)
            walk.on("main form button", name="王某", password=SECRET, again=SECRET)
            walk.on("main form button", name="王某", password=SECRET)
            assert chromium.evaluate("location.pathname") == "/start", "a county without a roster begins there"
            walk.on("main .acts a.act")
            walk.on("main a.act.first")
            walk.on("form.upload button", wrong)
            assert "微信公众号" in said(chromium), "the fault is named"
            walk.on("main a.act[href^='/imports/new']")
            walk.on("form.upload button", right)
            walk.on("form[action$='/apply'] button")
            walk.on("main a.act[href='/start?step=looks']")
            assert "3/3，采集到0个，未采集到0个，等人工核查3个" in said(chromium)
            walk.on("main .acts a.act")
            walk.on("main a.act.first")
            walk.on("main a.act.first")
            assert chromium.evaluate("location.pathname") == "/", "and nothing leads back any more"
    finally:
        chromium.without_scripts(off=False)
    assert walk.seen[2:4] == ["下载模板", "上传并核对"]
    assert walk.seen[-3:] == ["首次核查", "通知渠道", "试发模式"]


def test_the_progress_counts_up_by_itself(chromium: Browser, empty: Store, around: Surroundings) -> None:
    enrolled(empty)
    value = "document.querySelector('progress').value"
    with served(empty, around) as address:
        assert chromium.look(f"{address}/start?step=looks", width=390).complaints == ()
        assert chromium.evaluate(value) == 3
        again = """new Promise(done => {
            document.addEventListener("htmx:after:swap", () => setTimeout(done, 50), {once: true});
            setTimeout(done, 5000);
        })"""
        chromium.evaluate("document.querySelector('progress').value = 1")
        chromium.evaluate(again)
        assert chromium.evaluate(value) == 3, "the page asked again by itself"
        assert chromium.evaluate("document.activeElement.tagName") == "BODY"


def test_the_consequence_of_a_mute_follows_what_is_chosen(
    chromium: Browser, filled: Store, around: Surroundings
) -> None:
    shown = "document.querySelector('#consequence').textContent"
    choose = """new Promise(done => {
        document.addEventListener("htmx:after:swap", () => setTimeout(done, 50), {once: true});
        setTimeout(done, 5000);
        const subject = document.querySelector('#subject'), until = document.querySelector('#until');
        subject.value = 'unit/示例县/示例县水利局';
        until.value = '2026-06-05';
        until.dispatchEvent(new Event('change', {bubbles: true}));
    })"""
    with served(filled, around) as address:
        chromium.look(f"{address}/mutes", width=1280)
        chromium.evaluate(choose)
        assert chromium.evaluate(shown) == "至6月5日不提醒示例县水利局；采集、判定和办结照常。"
