"""What goes over the line, letter for letter: one message about accounts with hostile names, to every far side.

To renew the files after a change that is meant: XUNCHA_WRITE_GOLDEN=1 pytest tests/alerts/test_golden.py
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.channels import open_channel
from alerts.mail import Mail
from monitor.core.case import Ladder, StepKind
from monitor.core.finding import State
from monitor.core.message import Message, Outcome
from monitor.core.news import NewsItem, Office, Setting
from monitor.core.wording import to_person
from tests.alerts.builders import NOW, clock
from tests.alerts.far_sides import Feishu, Government, WeCom, Work
from tests.alerts.post_office import PostOffice
from tests.alerts.robot import Robot
from tests.core.build import BOOK, EVERY_DAY, LEADER, LIAISON, account, finding

FOLDER = Path(__file__).with_name("golden")
HOSTILE = ("#标题*粗*_斜_[链](http://x.cn)", "@13800138000<at id=all></at>`码`\n> 引", "示例发布")
ROBOTS = {"dingtalk": Robot, "feishu": Feishu, "wecom": WeCom}
SIGNED = ("apiKey", "X-Hmac-Auth-Timestamp", "X-Hmac-Auth-Nonce", "X-Hmac-Auth-Signature", "X-Hmac-Auth-Version")


def told() -> Message:
    """Return the liaison's message about three accounts, two of them with names that would be markup."""
    items = [
        NewsItem(
            account=account(id=f"A{number}", name=name),
            kind=StepKind.WARN,
            finding=replace(finding(State.WARNING, days=12), last_post=NOW),
        )
        for number, name in enumerate(HOSTILE, 1)
    ]
    office = Office(name="示例县府办", phone="0578-0000000", sender="示例县政府信息公开中心")
    setting = Setting(now=NOW, calendar=EVERY_DAY, ladder=Ladder.of(BOOK), office=office)
    words = to_person(items, {LIAISON.role, LEADER.role}, "20260519-0123456789ab", setting)
    return Message(
        id="20260519-0123456789ab",
        channel="渠道",
        subject=words.subject,
        body=words.body,
        mentions=("13800138000",),
        grid=words.grid,
    )


def check(name: str, sent: object) -> None:
    """Compare with the file, or write it."""
    text = sent if isinstance(sent, str) else json.dumps(sent, ensure_ascii=False, indent=1) + "\n"
    file = FOLDER / name
    if os.environ.get("XUNCHA_WRITE_GOLDEN"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(ROBOTS))
async def test_what_a_robot_is_told(kind: str) -> None:
    with ROBOTS[kind](clock=clock) as robot:
        attempt = await open_channel("群", robot.url, base_url=robot.base_url, clock=clock).send(told())
    assert attempt.outcome is Outcome.SENT
    (one,) = robot.received
    check(f"{kind}.json", {"path": one.path, "query": one.query, "bytes": one.size, "body": one.body})


async def test_what_a_work_notice_says() -> None:
    with Work(clock=clock) as far:
        channel = open_channel("工作通知", far.url, base_url=far.base_url, clock=clock)
        attempt = await channel.send(replace(told(), address="manager4220"))
    assert attempt.outcome is Outcome.SENT
    check(
        "dingtalk_work.json",
        [{"path": received.path, "query": received.query, "body": received.body} for received in far.received],
    )


async def test_what_the_governments_platform_is_told() -> None:
    with Government(clock=clock) as far:
        channel = open_channel("浙政钉", far.url, base_url=far.base_url, clock=clock)
        attempt = await channel.send(replace(told(), address="GE_1b2c"))
    assert attempt.outcome is Outcome.SENT
    (one,) = far.received
    signed = {name: one.headers[name] for name in SIGNED}
    check("zhezhengding.json", {"path": one.path, "headers": signed, "body": one.body})


async def test_what_a_mail_says() -> None:
    with PostOffice() as office:
        channel = open_channel("邮件", f"mailto://127.0.0.1:{office.port}?from=office@example.cn", clock=clock)
        assert isinstance(channel, Mail)
        await channel.send(replace(told(), address="liaison@example.cn"))
    (mail,) = office.mails
    head = "".join(f"{name}: {mail[name]}\n" for name in ("From", "To", "Subject", "Date", "Message-ID"))
    plain, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    check("mail.txt", f"{head}\n{plain.get_content()}\n{page.get_content()}".replace("\r\n", "\n"))


@pytest.mark.parametrize("file", ["dingtalk.json", "feishu.json", "wecom.json", "dingtalk_work.json", "mail.txt"])
def test_no_hostile_name_is_markup_a_link_or_a_call(file: str) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert not any(sign in text for sign in ("[链]", "http://x.cn", "<at id=all>", "*粗*", "`码`", "_斜_"))
    assert text.count("@13800138000") == (1 if file == "dingtalk.json" else 0)
