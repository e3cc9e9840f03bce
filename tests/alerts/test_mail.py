import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from alerts.channels import open_channel
from alerts.grammar import BadChannelError
from alerts.mail import Mail
from monitor.core.account import Contact, Role
from monitor.core.message import AttachedFile, Outcome
from tests.alerts import post_office
from tests.alerts.builders import SOON, clock, message
from tests.alerts.post_office import PostOffice

SENDER = "from=office@jinyun.gov.cn&name=县政务新媒体监测"


def channel_to(office: PostOffice, login: str = "", options: str = SENDER) -> Mail:
    channel = open_channel("邮件", f"mailto://{login}127.0.0.1:{office.port}?{options}", clock=clock)
    assert isinstance(channel, Mail)
    return channel


def words_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


async def test_one_person_gets_one_mail_in_plain_words() -> None:
    with PostOffice() as office:
        attempt = await channel_to(office, options=f"{SENDER}&to=other@example.cn").send(
            message("### 提醒\n已**10天**未更新\n\n> 联系电话1234567", address="zhang@jinyun.gov.cn")
        )
    assert (attempt.outcome, attempt.code) == (Outcome.SENT, "250")
    assert office.recipients == [["zhang@jinyun.gov.cn"]]
    (mail,) = office.mails
    assert mail["To"] == "zhang@jinyun.gov.cn"
    assert mail["From"] == "县政务新媒体监测 <office@jinyun.gov.cn>"
    assert mail["Subject"] == "【更新提醒】“缙云某某”微信公众号"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert words_of(mail) == "提醒\n已10天未更新\n\n联系电话1234567\n"


GRID = (
    ("账号", "平台", "最近更新", "天数", "期限"),
    ("示例<发布>", "微信订阅号", "5月1日", "15", "5月15日（周五），已过"),
)


async def test_a_mail_shows_the_facts_as_a_small_table_under_a_subject_in_chinese() -> None:
    subject = "【超期提醒】“示例发布”微信订阅号15天未更新（5月16日）"
    with PostOffice() as office:
        await channel_to(office).send(replace(message(subject=subject, address="a@b.cn"), grid=GRID))
    (mail,) = office.mails
    assert mail["Subject"] == subject
    page = words_of(mail, "html")
    cells = re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", page)
    assert cells == [*GRID[0], "示例&lt;发布&gt;", *GRID[1][1:]]
    assert page.index("<table") > page.index("已连续<strong>10天</strong>未更新")


async def test_a_repeat_is_the_same_mail_letter_for_letter() -> None:
    with PostOffice() as office:
        channel = channel_to(office)
        for _ in range(2):
            await channel.send(replace(message(address="a@b.cn"), grid=GRID))
    first, second = (mail.as_bytes() for mail in office.mails)
    assert first == second


async def test_files_go_with_a_mail_and_a_repeat_is_still_the_same_mail() -> None:
    files = (AttachedFile(name="周报_2026-W21.docx", content=b"PK\x03word"), AttachedFile(name="a.xlsx", content=b"x"))
    with PostOffice() as office:
        channel = channel_to(office)
        for _ in range(2):
            await channel.send(replace(message("### 周报", address="a@b.cn"), files=files))
    first, second = office.mails
    assert first.as_bytes() == second.as_bytes()
    assert [(part.get_filename(), part.get_content()) for part in first.iter_attachments()] == [
        (file.name, file.content) for file in files
    ]
    assert words_of(first) == "周报\n"
    kinds = [part.get_content_subtype().rpartition(".")[2] for part in first.iter_attachments()]
    assert kinds == ["document", "sheet"]
    assert b"filename*=utf-8''%E5%91%A8%E6%8A%A5_2026-W21.docx" in first.as_bytes(), "as RFC 2231 has it"
    assert max(map(len, first.as_bytes().splitlines())) < 998


async def test_a_repeat_bears_the_same_message_id() -> None:
    with PostOffice() as office:
        channel = channel_to(office)
        for identifier in ("m-1", "m-1", "件 1>\r"):
            await channel.send(message(identifier=identifier, address="a@b.cn"))
    first, second, third = (mail["Message-ID"] for mail in office.mails)
    assert first == second == "<m-1@jinyun.gov.cn>"
    assert third.endswith("@jinyun.gov.cn>")
    assert third.isascii()


async def test_a_message_that_names_nobody_goes_to_the_reader_in_the_url() -> None:
    with PostOffice() as office:
        await channel_to(office, options=f"{SENDER}&to=operator@jinyun.gov.cn").send(message())
        await channel_to(office).send(message())
    assert office.recipients == [["operator@jinyun.gov.cn"], ["office@jinyun.gov.cn"]]


@pytest.mark.parametrize(
    ("to_rcpt", "to_data", "outcome", "code"),
    [
        (post_office.NO_SUCH_USER, post_office.TAKEN, Outcome.PERMANENT, "550"),
        (post_office.GREYLISTED, post_office.TAKEN, Outcome.TEMPORARY, "451"),
        (post_office.TAKEN, "554 5.7.1 spam", Outcome.PERMANENT, "554"),
        (post_office.TAKEN, "452 4.3.1 disk full", Outcome.TEMPORARY, "452"),
    ],
)
async def test_the_servers_code_decides_what_became_of_a_mail(
    to_rcpt: str, to_data: str, outcome: Outcome, code: str
) -> None:
    with PostOffice(to_rcpt=to_rcpt, to_data=to_data) as office:
        attempt = await channel_to(office).send(message(address="a@b.cn"))
    assert (attempt.outcome, attempt.code) == (outcome, code)


async def test_silence_after_the_mail_was_handed_over_is_no_answer() -> None:
    with PostOffice(to_data=post_office.HANG) as office:
        channel = channel_to(office)
        channel.limit = SOON
        attempt = await channel.send(message(address="a@b.cn"))
    assert attempt.outcome is Outcome.UNANSWERED


async def test_nobody_at_the_door_means_surely_not_delivered() -> None:
    with PostOffice() as office:
        channel = channel_to(office)
    assert (await channel.send(message(address="a@b.cn"))).outcome is Outcome.TEMPORARY


async def test_the_login_is_used_and_a_refused_one_is_for_a_person_to_mend() -> None:
    with PostOffice(user="office@jinyun.gov.cn", password="geheim") as office:
        right = await channel_to(office, "office%40jinyun.gov.cn:geheim@").send(message(address="a@b.cn"))
        wrong = await channel_to(office, "office%40jinyun.gov.cn:falsch@").send(message(address="a@b.cn"))
    assert right.outcome is Outcome.SENT
    assert (wrong.outcome, wrong.code) == (Outcome.PERMANENT, "535")


async def test_a_server_without_encryption_gets_no_mail_that_asks_for_it() -> None:
    with PostOffice() as office:
        attempt = await channel_to(office, options=f"{SENDER}&mode=starttls").send(message(address="a@b.cn"))
    assert (attempt.outcome, office.mails) == (Outcome.PERMANENT, [])


@pytest.mark.parametrize("address", ["a", "a@b.cn\r\nBcc: c@d.cn", "a@b.cn, c@d.cn", "张@b.cn", "<a@b.cn>"])
async def test_what_is_no_address_is_refused(address: str) -> None:
    with PostOffice() as office:
        attempt = await channel_to(office).send(message(address=address))
    assert (attempt.outcome, office.mails) == (Outcome.PERMANENT, [])


@pytest.mark.parametrize("subject", ["提醒\r\nBcc: c@d.cn", "提醒\nBcc: c@d.cn", "提\x00醒"])
async def test_no_header_is_smuggled_in_with_the_subject(subject: str) -> None:
    with PostOffice() as office:
        attempt = await channel_to(office).send(message(subject=subject, address="a@b.cn"))
    assert (attempt.outcome, office.mails) == (Outcome.PERMANENT, [])


async def test_the_urls_reply_address_and_headers_are_kept() -> None:
    with PostOffice() as office:
        await channel_to(office, options=f"{SENDER}&reply=tel@jinyun.gov.cn&%2BX-Office=1").send(message())
    assert (office.mails[0]["Reply-To"], office.mails[0]["X-Office"]) == ("tel@jinyun.gov.cn", "1")


def test_a_long_line_survives_the_way() -> None:
    channel = open_channel("邮件", f"mailto://127.0.0.1:25?{SENDER}", clock=clock)
    assert isinstance(channel, Mail)
    mail = message_from_bytes(channel.compose(message("字" * 5_000), "a@b.cn"), policy=policy.default)
    assert words_of(mail) == "字" * 5_000 + "\n"


@pytest.mark.parametrize(
    "options",
    [
        f"{SENDER}&to=a@b.cn,c@d.cn",
        f"{SENDER}&cc=a@b.cn",
        f"{SENDER}&bcc=a@b.cn",
        f"{SENDER}&%2BSubject=x",
        f"{SENDER}&pgp=sign",
        f"{SENDER}&mode=none",
        "from=nobody",
    ],
)
def test_a_url_that_could_not_mean_one_mail_to_one_person_is_refused(options: str) -> None:
    with pytest.raises(BadChannelError):
        open_channel("邮件", f"mailto://127.0.0.1?{options}", clock=clock)


def test_mail_reaches_who_has_an_address() -> None:
    channel = open_channel("邮件", f"mailto://127.0.0.1?{SENDER}", clock=clock)
    assert not channel.is_group
    assert channel.address_of(Contact(role=Role.LIAISON, name="张三", mail="a@b.cn")) == "a@b.cn"
    assert channel.address_of(Contact(role=Role.LIAISON, name="张三", phone="13800138000")) is None


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("mailto://user:word@smtp.example.gov.cn?from=a@b.cn", False),
        ("mailto://user:word@smtp.example.gov.cn:25?from=a@b.cn&mode=insecure", False),
        ("mailto://user:word@10.0.0.9?from=a@b.cn", False),
        ("mailto://user:word@localhost.example.cn?from=a@b.cn", False),
        ("mailtos://user:word@smtp.example.gov.cn?from=a@b.cn&mode=insecure", False),
        ("mailtos://user:word@smtp.example.gov.cn?from=a@b.cn", True),
        ("mailto://user:word@smtp.example.gov.cn?from=a@b.cn&mode=starttls", True),
        ("mailto://smtp.example.gov.cn?from=a@b.cn", True),
        ("mailto://user:word@127.0.0.1?from=a@b.cn", True),
        ("mailto://user:word@localhost?from=a@b.cn", True),
    ],
)
def test_a_password_goes_in_clear_to_this_machine_only(url: str, *, is_taken: bool) -> None:
    if is_taken:
        assert open_channel("邮件", url, clock=clock).name == "邮件"
        return
    with pytest.raises(BadChannelError, match="会把密码不加密地发给邮件服务器") as refused:
        open_channel("邮件", url, clock=clock)
    assert "word" not in str(refused.value)


async def test_a_chinese_domain_is_written_to_as_servers_know_it() -> None:
    with PostOffice() as office:
        attempt = await channel_to(office).send(message(address="zhang@示例.中国"))
    assert attempt.outcome is Outcome.SENT
    assert office.recipients == [["zhang@xn--fsq092h.xn--fiqs8s"]]
    assert office.mails[0]["To"] == "zhang@xn--fsq092h.xn--fiqs8s"


async def test_a_mailbox_of_other_letters_is_refused_for_what_it_is() -> None:
    with PostOffice() as office:
        attempt = await channel_to(office).send(message(address="张@示例.中国"))
    assert (attempt.outcome, attempt.is_about_address, office.mails) == (Outcome.PERMANENT, True, [])
    assert attempt.detail == "邮箱@前面有非英文字符，多数邮件服务器不收，未发送"


@pytest.mark.parametrize(
    ("options", "sender", "reader", "reply_to"),
    [
        ("from=office@示例.中国", "office@xn--fsq092h.xn--fiqs8s", "office@xn--fsq092h.xn--fiqs8s", ()),
        ("from=office@a.cn&to=duty@示例.中国", "office@a.cn", "duty@xn--fsq092h.xn--fiqs8s", ()),
        (
            "from=office@xn--fsq092h.xn--fiqs8s&to=duty@xn--fsq092h.xn--fiqs8s",
            "office@xn--fsq092h.xn--fiqs8s",
            "duty@xn--fsq092h.xn--fiqs8s",
            (),
        ),
        ("from=office@a.cn&reply=ask@示例.中国", "office@a.cn", "office@a.cn", ("ask@xn--fsq092h.xn--fiqs8s",)),
        ("from=office%40%E7%A4%BA%E4%BE%8B.cn&name=县府办", "office@xn--fsq092h.cn", "office@xn--fsq092h.cn", ()),
    ],
)
async def test_every_address_of_a_url_may_have_a_chinese_domain(
    options: str, sender: str, reader: str, reply_to: tuple[str, ...]
) -> None:
    with PostOffice() as office:
        channel = channel_to(office, options=options)
        attempt = await channel.send(message())
    assert attempt.outcome is Outcome.SENT
    (mail,) = office.mails
    assert (mail["From"].addresses[0].addr_spec, office.recipients) == (sender, [[reader]])
    assert tuple(entry.addr_spec for entry in (mail["Reply-To"].addresses if mail["Reply-To"] else ())) == reply_to


def test_a_mail_server_may_have_a_chinese_name() -> None:
    channel = open_channel("邮件", f"mailtos://user:word@邮件.示例.中国:465?{SENDER}", clock=clock)
    assert isinstance(channel, Mail)
    assert (channel.server.host, channel.server.port) == ("xn--5nq051n.xn--fsq092h.xn--fiqs8s", 465)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"mailtos://用户:word@smtp.a.cn?{SENDER}", "用户名和密码只能用英文"),
        (f"mailtos://user:密码@smtp.a.cn?{SENDER}", "用户名和密码只能用英文"),
        (f"mailtos://user:word@邮件..中国?{SENDER}", "域名写法不对"),
        (f"mailtos://user:word@smtp.a.cn?{SENDER}&to=办公@a.cn", "@前面只能用英文"),
        ("mailtos://user:word@smtp.a.cn?from=办公@示例.中国", "@前面只能用英文"),
        (f"mailtos://user:word@smtp.a.cn?{SENDER}&to=a@示例..中国", "域名写法不对"),
    ],
)
def test_what_no_server_would_take_is_refused_for_what_it_is(url: str, said: str) -> None:
    with pytest.raises(BadChannelError, match=said) as refused:
        open_channel("邮件", url, clock=clock)
    assert "word" not in str(refused.value)
