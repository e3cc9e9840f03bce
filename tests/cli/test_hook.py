"""Far sides that are told of cases, at the command line: a secret is shown once, no address of one's own is taken."""

from __future__ import annotations

import re

from monitor.store import open_store, web_hooks
from tests.cli.office import Office

URL = "https://hooks.example.invalid/in?key=abc"


def test_a_far_side_is_named_listed_and_ended_and_its_secret_shown_once(office: Office) -> None:
    shown = office.type("hook", "add", "省级平台", URL).done()
    secret = shown.splitlines()[-1]
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    listed = office.type("hook", "list").done()
    assert "省级平台  hooks.example.invalid  全部地区  启用  还没有送达过  待推送0条" in listed
    assert secret not in listed
    assert "key=abc" not in listed
    again = office.type("hook", "rotate", "1").done().splitlines()[-1]
    assert again != secret
    assert office.type("hook", "disable", "1").done() == "推送地址1（省级平台）已停用。\n"
    assert office.type("hook", "disable", "1").refused() == "推送地址1已经停用。"
    assert office.type("hook", "enable", "1").done() == "推送地址1（省级平台）已启用，从现在起的变化向它推送。\n"
    assert office.type("hook", "resend", "1").done() == "正在补发0条。\n"
    assert office.type("hook", "settle", "1").done() == "已登记：0条不再补发。\n"


def test_an_address_of_one_s_own_an_unknown_area_and_an_unknown_number_are_refused(office: Office) -> None:
    assert "指向本机或内网" in office.type("hook", "add", "x", "http://10.0.0.1/").refused()
    assert "https://主机" in office.type("hook", "add", "x", "ftp://a.example/").refused()
    assert "没有这个地区（--area）" in office.type("hook", "add", "x", URL, "--area", "没有的县").refused()
    assert office.type("hook", "test", "7").refused() == "没有编号为7的推送地址，请核对编号。"
    with open_store(office.where[-1]) as store, store.read() as tx:
        assert not web_hooks.web_hooks(tx)


def test_a_far_side_that_cannot_be_reached_is_said(office: Office) -> None:
    office.type("hook", "add", "省级平台", URL).done()
    assert office.type("hook", "test", "1").refused().startswith("没有送到：")
