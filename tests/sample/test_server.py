import asyncio
import json
import re
import shutil
import socket
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path

import pytest

from alerts.channels import open_channel
from collectors.http import Door, Policy
from collectors.politeness import Pace
from monitor.core.collector import Page, Request
from monitor.core.message import Message, Outcome
from monitor.core.observation import Covers, LookFailedError, Reason, Seen, Standing, Timeline
from monitor.sample.robots import Robot
from monitor.sample.script import Behaviour
from monitor.sample.server import DUTY, ROBOTS, SampleServer
from monitor.sample.settings import MAIL, environment, overlay, settings
from monitor.sample.tray import Sink
from monitor.settings import Settings, load
from monitor.settings.kinds import Surroundings
from monitor.settings.sections import Web
from tests.fakes import MemorySession
from tests.sample.looking import NOW, collectors, source_of

CONFIG = Path(__file__).parents[2] / "config"
POLICY = Policy(
    allow=(ip_network("127.0.0.0/8"),),
    total=timedelta(seconds=1),
    pace=Pace(per_minute=None, at_once=20),
)


@pytest.fixture
async def server() -> AsyncIterator[SampleServer]:
    async with SampleServer(lambda: NOW) as running:
        yield running


def message(channel: str, *, address: str | None = None, body: str = "### 标题\n正文") -> Message:
    return Message(id="m-1", channel=channel, subject="【提醒】“示例教育”10天未更新", body=body, address=address)


async def get(server: SampleServer, path: str) -> Page:
    async with Door(POLICY, lambda: NOW) as door:
        return await door.bind("test", reader="test/1")(Request(url=f"{server.base_url}{path}"))


def sample_settings(server: SampleServer) -> Settings:
    return settings(load(CONFIG, None), server)


async def test_the_whole_county_is_seen_through_the_real_door(server: SampleServer) -> None:
    ends: dict[str, Seen | Reason] = {}
    session = MemorySession()
    async with Door(POLICY, lambda: NOW) as door:
        for script in server.county.scripts:
            if script.place is None:
                continue
            source = source_of(server.county, script)
            collector = collectors(server.county)[source.collector]
            try:
                ends[source.account] = await collector.collect(source, door.bind(source.id, reader="x/1"), session)
            except LookFailedError as error:
                ends[source.account] = error.reason
    blind = {account: end for account, end in ends.items() if isinstance(end, Reason)}
    assert blind == {"SL19": Reason.CAPTCHA}
    seen = {account: end for account, end in ends.items() if isinstance(end, Timeline)}
    assert {account for account, end in seen.items() if end.covers is not Covers.ALL} == {"SL20"}
    assert seen["SL20"].standing is Standing.CANCELLED
    assert seen["SL18"].standing is Standing.EMPTY


@pytest.mark.parametrize(
    ("account", "behaviour", "reason"),
    [
        ("SL11", Behaviour.TIMEOUT, Reason.TIMEOUT),
        ("SL06", Behaviour.TRUNCATED, Reason.TRUNCATED),
        ("SL12", Behaviour.HTTP_500, Reason.HTTP_ERROR),
    ],
)
async def test_bad_lines_look_bad_through_the_real_door(account: str, behaviour: Behaviour, reason: Reason) -> None:
    async with SampleServer(lambda: NOW) as told:
        script = told.county.script(account)
        (episode,) = (episode for episode in script.episodes if episode.behaviour is behaviour)
    moment = episode.begins + timedelta(minutes=1)
    async with (
        SampleServer(lambda: moment, told_at=NOW) as server,
        Door(POLICY, lambda: moment) as door,
    ):
        source = source_of(server.county, server.county.script(account))
        with pytest.raises(LookFailedError) as failed:
            await collectors(server.county)[source.collector].collect(
                source, door.bind("x", reader="x/1"), MemorySession()
            )
        assert failed.value.reason is reason


async def test_a_stalled_answer_does_not_hold_up_the_end() -> None:
    async with SampleServer(lambda: NOW) as told:
        script = told.county.script("SL11")
    moment = next(
        disruption.begins for disruption in script.episodes if disruption.behaviour is Behaviour.TIMEOUT
    ) + timedelta(minutes=1)
    async with SampleServer(lambda: moment, told_at=NOW) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.web_port)
        writer.write(b"GET /www.education.example.invalid/toutiao.xml HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        await asyncio.wait_for(server.stop(), 2)
        writer.close()
        await writer.wait_closed()


async def test_a_robot_takes_what_its_channel_sends(server: SampleServer) -> None:
    robot = ROBOTS[0]
    channel = open_channel("值班群", robot.url, clock=lambda: NOW, base_url=server.robot_url)
    attempt = await channel.send(message("值班群"))
    assert (attempt.outcome, attempt.code) == (Outcome.SENT, "0")
    (taken,) = server.tray.newest_first
    assert (taken.to, taken.body) == (DUTY, "### 标题\n正文")


async def test_a_robot_refuses_a_wrong_signature(server: SampleServer) -> None:
    url = f"dingtalk://{Robot(group='别的群').secret}@{ROBOTS[0].token}"
    attempt = await open_channel("值班群", url, clock=lambda: NOW, base_url=server.robot_url).send(message("值班群"))
    assert (attempt.outcome, attempt.code) == (Outcome.PERMANENT, "310000")
    assert server.tray.newest_first == ()


async def test_mails_arrive_decoded(server: SampleServer) -> None:
    url = environment(server.smtp_port)["XUNCHA_SAMPLE_MAIL"]
    channel = open_channel(MAIL, url, clock=lambda: NOW)
    sent = await channel.send(message(MAIL, address="education.liaison@example.invalid"))
    assert sent.outcome is Outcome.SENT
    assert (await channel.send(message(MAIL))).outcome is Outcome.SENT
    to_operator, taken = server.tray.newest_first
    assert (taken.sink, taken.to) == (Sink.MAIL, "education.liaison@example.invalid")
    assert taken.subject == "【提醒】“示例教育”10天未更新"
    assert "标题" in taken.body
    assert "正文" in taken.body
    assert "xuncha@example.invalid" in taken.sender
    assert to_operator.to == "operator@example.invalid"


@pytest.mark.parametrize("subtype", ["html", "octet-stream"])
async def test_mails_of_any_form_are_taken(server: SampleServer, subtype: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = "别的"
    if subtype == "html":
        mail.set_content("<p>你好<b>！</b></p>", subtype="html")
    else:
        mail.set_content(b"\x00", maintype="application", subtype=subtype)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.smtp_port)
    lines = [
        "",
        "HELO x",
        "MAIL FROM:<a@example.invalid>",
        "RCPT TO:<b@example.invalid>",
        "RCPT TO:<c@example.invalid>",
        "DATA",
    ]
    for line in lines:
        if line:
            writer.write(f"{line}\r\n".encode())
        answer = await reader.readline()
        assert answer[:1] in {b"2", b"3"}
    writer.write(mail.as_bytes().replace(b"\n", b"\r\n") + b"\r\n.\r\n")
    assert (await reader.readline()).startswith(b"250")
    writer.close()
    await writer.wait_closed()
    assert {taken.to for taken in server.tray.newest_first} == {"b@example.invalid", "c@example.invalid"}
    assert {taken.body for taken in server.tray.newest_first} == {"你好！" if subtype == "html" else ""}


async def test_the_page_shows_what_was_sent_and_runs_nothing(server: SampleServer) -> None:
    robot = ROBOTS[0]
    channel = open_channel("值班群", robot.url, clock=lambda: NOW, base_url=server.robot_url)
    await channel.send(message("值班群", body="### 提醒\n<script>alert(1)</script>"))
    page = await get(server, "/")
    assert page.status == 200
    policy, body = page.headers["content-security-policy"], page.body.decode()
    assert "default-src 'none'" in policy
    assert "&lt;script&gt;alert(1)" in body
    (own,) = re.findall(r"<script>([^<]*)</script>", body)
    assert f"script-src 'sha256-{b64encode(sha256(own.encode()).digest()).decode()}';" in policy
    assert "<script" not in body.replace(f"<script>{own}</script>", "", 1)


async def test_unknown_places_are_not_found(server: SampleServer) -> None:
    assert (await get(server, "/nowhere.example.invalid/")).status == 404


async def test_a_body_without_end_is_not_kept(server: SampleServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.web_port)
    head = "POST /robot/send HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n"
    writer.write(head.encode() + b"x" * 300_000)
    assert b"413" in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_a_preferred_port_is_left_to_whom_has_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with SampleServer(lambda: NOW, web_port=port, mail_port=port) as server:
            assert port not in {server.web_port, server.smtp_port}
            assert (await get(server, "/")).status == 200


async def test_it_starts_again_at_the_same_ports() -> None:
    async with SampleServer(lambda: NOW) as server:
        ports = (server.web_port, server.smtp_port)
        _, idle = await asyncio.open_connection("127.0.0.1", server.smtp_port)
    idle.close()
    async with SampleServer(lambda: NOW, web_port=ports[0], mail_port=ports[1]) as again:
        assert (again.web_port, again.smtp_port) == ports
        assert again.base_url == again.robot_url == f"http://127.0.0.1:{ports[0]}"


async def test_a_server_that_never_started_has_nothing_to_stop() -> None:
    server = SampleServer(lambda: NOW)
    await server.stop()
    with pytest.raises(RuntimeError):
        _ = server.county


async def test_the_settings_lead_to_the_sample_only(server: SampleServer) -> None:
    found = sample_settings(server)
    assert found.office.areas == ("示例县",)
    assert found.hold is False
    assert found.review.steps, "what waits for a person can be tried"
    assert found.office_hours().is_open(NOW, found.work_calendar())
    assert found.platforms["weibo"].base_url == server.base_url
    assert all("127.0.0.1" in channel.url.reveal() or channel.base_url for channel in found.channels.values())
    assert found.rule_versions == load(CONFIG, None).rule_versions


async def test_every_channel_of_the_settings_opens_and_every_group_has_one(server: SampleServer) -> None:
    found = sample_settings(server)
    for name, channel in found.channels.items():
        open_channel(name, channel.url.reveal(), clock=lambda: NOW, base_url=channel.base_url)
    groups = {account.group for account in server.county.accounts} - {None}
    assert groups <= set(found.channels)
    used = {*found.roles.liaison, *found.roles.leader, *found.roles.operator} - {"group"}
    assert used <= set(found.channels)


async def test_the_overlay_could_stand_in_a_file(server: SampleServer, tmp_path: Path) -> None:
    for name in ("rules.yaml", "calendar.yaml"):
        shutil.copy(CONFIG / name, tmp_path)
    written = json.dumps(overlay(server.base_url, server.robot_url), ensure_ascii=False)
    (tmp_path / "xuncha.yaml").write_text(written, encoding="utf-8")
    names = {"weibo", "weibo-ajax", "feed", "website"}
    assert load(tmp_path, environment(server.smtp_port), collectors=names).hold is False


async def test_the_sample_needs_none_of_the_tokens_that_the_settings_name(server: SampleServer) -> None:
    named = Web.model_validate(
        {"key": "env:K", "api_token": "env:A", "metrics_token": "env:M"},
        context=Surroundings(folder=CONFIG, env=None),
    )
    base = load(CONFIG, None)
    web = settings(base.model_copy(update={"web": named}), server).web
    assert (web.key, web.api_token, web.metrics_token) == (None, None, None)
