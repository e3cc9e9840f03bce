"""E-mail, one message per recipient, over the settings that an Apprise mailto(s):// URL holds.

Apprise 2.2.0 parses the URL and knows the big providers' servers; it hides SMTP codes and makes a new Message-ID
for every try (both read in its source, 2026-11), so the conversation itself is held here. Every mail holds the same
words twice: plain, and as simple HTML with a table. The codes are RFC 5321's: 4xx may work later, 5xx will not, unless
it says that too much was sent, as QQ's 550 does ("Ip frequency limited"). Only what is said of a recipient, and means
that it is not there, is held against the address; blocked senders and spam are not. Once
the mail itself is on its way, silence means that it may have been taken.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.errors import MessageError
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from typing import Any, BinaryIO, Protocol

from alerts import grammar
from alerts.busy import LONG_PAUSE, decoded, says_too_much
from alerts.deadline import Deadline, Threads, talk
from alerts.dialect import busy
from alerts.grammar import BadChannelError, MailPlugin
from alerts.mail_url import ADDRESS, MailUrl, in_ascii, read
from alerts.markup import html
from alerts.text import has_controls, mark, plain, shown
from monitor.core.message import Attempt, Message, Outcome

PER_MINUTE = 30
"""Our own choice: well below what office mail servers take from one sender."""
LONGEST = 100_000
"""Bytes of a body: more than anybody reads."""
FAREWELL = 2.0
"""Seconds that a server has for its answer to QUIT; the mail is settled by then."""

LONGEST_REPLY = 64 * 1024
"""Bytes of one reply that are read."""
GO_AHEAD = 354
"""The reply after which the mail itself is said."""
_KINDS = {
    "docx": "vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By the ending of a file: telephones open it by its kind and not by its name."""
_ANSWERS = frozenset({2, 4, 5})
"""The first digits of the replies that settle what becomes of it."""
LIMIT = timedelta(seconds=30)

_IN_CLEAR = "mailto:// 会把密码不加密地发给邮件服务器，请改用 mailtos://；服务器就在本机的可以用 mailto://"
_ENHANCED = re.compile(r"(?<![0-9.])([45])\.([0-9]{1,2}\.[0-9]{1,3})(?!\.?[0-9])")
"""An enhanced code (RFC 3463), which is no part of an address of a machine: 45.5.1.1 says nothing of a mailbox."""
_NOBODY_CODES = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})
"""5.1.x but for what is said of the sender (7, 8) and of protocols (9); and 5.2.1, a mailbox that was switched off."""
_NOBODY_WORDS = re.compile(
    r"(?:unknown|no such|invalid|nonexistent|non-existent) (?:local )?(?:user|recipient|mailbox|address|account)"
    r"|(?:user|recipient|mailbox|account|address)(?: \S{1,80})?"
    r" (?:is )?(?:unknown|not found|does ?n[o']t exist|does not exist|not exist)"
    r"|(?:user|mailbox|account) (?:is )?(?:suspended|disabled|inactive)"
    r"|(?:用户|邮箱|收件人|账号|帐号|账户|帐户|地址)(?:名)?(?:不存在|未找到|无效|已停用|已注销|已禁用)|(?:无|没有)此(?:用户|邮箱|收件人)",
    re.IGNORECASE,
)
"""The same in the words of servers without enhanced codes: 163, QQ, Coremail and others."""
_OF_SENDER = re.compile(r"\bsender\b|\bfrom\b|发件|发信", re.IGNORECASE)

_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")


class _Reply:
    """A server's replies, as a file of which one reply may take only so much: a reply may have any number of lines."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.left = file, LONGEST_REPLY

    def readline(self, size: int) -> bytes:
        """Return the next line; nothing, as at the end, where it was cut off or the reply is too long."""
        line = self._file.readline(min(size, self.left)) if self.left > 0 else b""
        self.left -= len(line)
        return line if line.endswith(b"\n") else b""  # half a line begins with a number that may mean anything

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Session(smtplib.SMTP):
    """A session whose server cannot say without end."""

    file: _Reply | None

    def getreply(self) -> tuple[int, bytes]:
        """Return the next reply; raises SMTPServerDisconnected where it is too long, as where there is none."""
        if self.sock and self.file is None:
            self.file = _Reply(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = LONGEST_REPLY
        return super().getreply()

    def auth(
        self,
        mechanism: str,
        authobject: Any,  # noqa: ANN401 - smtplib's own
        *,
        initial_response_ok: bool = True,
    ) -> tuple[int, bytes]:
        """Log in by one mechanism; raises SMTPException also over a challenge that is no base64, or no text."""
        try:
            return super().auth(mechanism, authobject, initial_response_ok=initial_response_ok)
        except ValueError as error:
            raise smtplib.SMTPException(mechanism) from error


class _SecureSession(_Session, smtplib.SMTP_SSL):
    """The same, encrypted from the beginning."""


class MailContact(Protocol):
    """As much of a contact as mail looks at."""

    @property
    def mail(self) -> str | None:
        """The mail address, if the roster gives one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The office's mail server and the account it is used with."""

    host: str
    port: int
    mode: str
    """Apprise's word: insecure, starttls or ssl."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    verifies: bool = True

    @property
    def tells_password(self) -> bool:
        """True if the password goes over a network in clear."""
        return bool(self.password) and self.mode not in {"starttls", "ssl"} and not _is_here(self.host)

    def session(self, helo: str, limit: timedelta) -> smtplib.SMTP:
        """Return a connection that may send; raises OSError, of which every SMTPException is one."""
        seconds = limit.total_seconds()
        if self.mode == "ssl":
            smtp: smtplib.SMTP = _SecureSession(
                self.host, self.port, local_hostname=helo, timeout=seconds, context=self._tls()
            )
        else:
            smtp = _Session(self.host, self.port, local_hostname=helo, timeout=seconds)
        try:
            if self.mode == "starttls":
                smtp.starttls(context=self._tls())
            if self.user and self.password:
                smtp.login(self.user, self.password)
            smtp.ehlo_or_helo_if_needed()
        except OSError:
            smtp.close()
            raise
        return smtp

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.verifies:  # `?verify=no`: an office's own server, by the office's own word
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(slots=True, kw_only=True, eq=False)
class Mail:
    """The office's mail account as a channel."""

    name: str
    server: MailServer
    sender: Address
    reader: str
    """The recipients of a message that names nobody: the URL's `to`, else the sender."""
    reply_to: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    per_minute: int = PER_MINUTE
    longest: int = LONGEST
    limit: timedelta = LIMIT
    """The time a whole try may take."""
    threads: Threads = field(default_factory=Threads, repr=False)

    @property
    def bucket(self) -> str:
        """The mail account, whatever name the settings give it."""
        return mark(self.server.host, str(self.server.port), self.server.user or "", self.sender.addr_spec)

    @property
    def is_group(self) -> bool:
        """Mail reaches one person."""
        return False

    def address_of(self, contact: MailContact) -> str | None:
        """Return the contact's mail address."""
        return contact.mail

    async def send(self, message: Message) -> Attempt:
        """Try once; SENT only when the server took the mail for this recipient."""
        address = in_ascii(message.address or self.reader)
        if address is None or not ADDRESS.fullmatch(address):
            detail = "邮箱地址格式不对，未发送" if address else "邮箱@前面有非英文字符，多数邮件服务器不收，未发送"
            return Attempt(outcome=Outcome.PERMANENT, detail=detail, is_about_address=True)
        if has_controls(message.subject + message.body) or "\n" in message.subject:
            return Attempt(outcome=Outcome.PERMANENT, detail="邮件含控制字符，未发送")
        mail = self.compose(message, address)
        return await talk(lambda line: self._deliver(mail, address, line), self.limit, self.threads)

    def compose(self, message: Message, address: str) -> bytes:
        """Return the mail as it goes over the line; the same id gives the same Message-ID."""
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = message.subject
        mail["From"] = self.sender
        mail["To"] = address
        mail["Date"] = self.clock()
        mail["Message-ID"] = f"<{_stable(message.id)}@{self.sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        if self.reply_to:
            mail["Reply-To"] = ", ".join(self.reply_to)
        for header, words in self.headers.items():
            mail[header] = words
        mail.set_content(plain(message.body), cte="base64")
        mail.add_alternative(html(message.body, message.grid), subtype="html", cte="base64")
        for file in message.files:
            kind = _KINDS.get(file.name.rpartition(".")[2].lower(), "octet-stream")
            mail.add_attachment(file.content, maintype="application", subtype=kind, filename=file.name)
        for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
            part.set_boundary(f"=_{_stable(message.id)}{f'_{number}' if number else ''}")  # one of chance: another mail
        return mail.as_bytes()

    def _deliver(self, mail: bytes, address: str, line: Deadline) -> Attempt:
        try:
            smtp = self.server.session(self.sender.domain, self.limit)
        except OSError as error:
            return _unsent(error)
        try:
            return self._hand_over(smtp, mail, address, line)
        finally:
            _part(smtp)

    def _hand_over(self, smtp: smtplib.SMTP, mail: bytes, address: str, line: Deadline) -> Attempt:
        try:
            refusal = self._announce(smtp, address)
            if refusal:
                return refusal
            code, words = smtp.docmd("data")
            if code != GO_AHEAD:
                return self._not_asked_for(code, words)
            line.hold()
        except OSError as error:
            return _unsent(error)
        try:
            smtp.send(_stuffed(mail))
            code, words = smtp.getreply()
        except OSError as error:
            return Attempt(outcome=Outcome.UNANSWERED, code=type(error).__name__, detail="邮件已发出，未收到答复")
        if code // 100 not in _ANSWERS:
            return Attempt(outcome=Outcome.UNANSWERED, code=str(code), detail="邮件已发出，对方的答复无法识别")
        return self._answered(code, words)

    def _not_asked_for(self, code: int, words: bytes | str) -> Attempt:
        """Return what it means that a server did not ask for the mail itself: whatever it says, it has not taken it."""
        said = self._answered(code, words)
        if said.outcome is not Outcome.SENT:
            return said
        return Attempt(outcome=Outcome.TEMPORARY, code=str(code), detail="邮件服务器答非所问，邮件未发出")

    def _announce(self, smtp: smtplib.SMTP, address: str) -> Attempt | None:
        """Name sender and recipient; return how that ended unless both were taken."""
        sender = self._answered(*smtp.mail(self.sender.addr_spec))
        if sender.outcome is not Outcome.SENT:
            return sender
        code, words = smtp.rcpt(address)
        recipient = self._answered(code, words)
        if recipient.outcome is Outcome.PERMANENT and _is_nobody(recipient.detail):
            return replace(recipient, is_about_address=True)
        return recipient if recipient.outcome is not Outcome.SENT else None

    def _answered(self, code: int, words: bytes | str) -> Attempt:
        detail = shown(_text(words), (self.server.password,))
        outcome = _outcome(code)
        if outcome is not Outcome.SENT and says_too_much(detail):
            if _is_of_mailbox(detail):  # others may be written to
                return Attempt(outcome=Outcome.TEMPORARY, code=str(code), detail=detail)
            return busy(str(code), detail, LONG_PAUSE)
        return Attempt(outcome=outcome, code=str(code), detail=detail)


def open_mail(name: str, url: str, *, clock: Callable[[], datetime]) -> Mail:
    """Return the mail channel of a mailto(s):// URL; raises BadChannelError."""
    asked = read(url)
    settings = grammar.plugin(asked.url)
    if not isinstance(settings, MailPlugin):
        raise BadChannelError("应为 mailto(s)://用户:密码@服务器[:端口]?from=…&name=…，发件地址须完整")
    if len(settings.targets) != 1 or len(asked.readers) > 1 or settings.cc or settings.bcc:
        raise BadChannelError("邮件地址里至多写一个收件人，且不能写 cc、bcc：每封邮件只发给一个人")
    if settings.pgp_mode != "no":
        raise BadChannelError("不支持 PGP 邮件")
    try:
        mail = _mail(name, settings, asked, clock)
        mail.compose(Message(id="1", channel=name, subject="试写", body="试写"), mail.reader)
    except (ValueError, MessageError):
        raise BadChannelError("发件人、回复地址或附加的邮件头写法不对") from None
    if mail.server.tells_password:
        raise BadChannelError(_IN_CLEAR)
    return mail


def _mail(name: str, settings: MailPlugin, asked: MailUrl, clock: Callable[[], datetime]) -> Mail:
    display, address = settings.from_addr
    sender = asked.sender or str(address)
    words = make_header(decode_header(str(display or "")))  # Apprise encodes `name=`
    return Mail(
        name=name,
        server=MailServer(
            host=settings.smtp_host,
            port=settings.port or 0,
            mode=settings.secure_mode or "",
            user=settings.user,
            password=settings.password,
            verifies=settings.verify_certificate,
        ),
        sender=Address(str(words), addr_spec=sender),
        reader=next(iter(asked.readers), sender),
        reply_to=asked.reply_to,
        headers=dict(settings.headers),
        clock=clock,
    )


def _is_here(host: str) -> bool:
    """True if a host is this machine by its very name; names that need asking are not."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _unsent(error: OSError) -> Attempt:
    """Return what it means that the conversation ended before DATA; the server's words may echo a login it refused."""
    if isinstance(error, smtplib.SMTPResponseException):
        code = str(error.smtp_code)
        outcome = Outcome.PERMANENT if _outcome(error.smtp_code) is Outcome.PERMANENT else Outcome.TEMPORARY
        if isinstance(error, smtplib.SMTPAuthenticationError):  # one text for all reasons, "too often" among them
            return Attempt(outcome=outcome, code=code, detail="邮箱登录被拒绝")
        words = shown(_text(error.smtp_error), ())
        if says_too_much(words):
            return busy(code, words, LONG_PAUSE)
        return Attempt(
            outcome=outcome, code=code, detail=f"邮件服务器拒绝会话：{words}" if words else "邮件服务器拒绝会话"
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Attempt(
            outcome=Outcome.PERMANENT, code=type(error).__name__, detail="邮件服务器不支持所需的登录或加密方式"
        )
    return Attempt(outcome=Outcome.TEMPORARY, code=type(error).__name__, detail="未能连接邮件服务器，邮件未发出")


def _text(words: bytes | str) -> str:
    return decoded(words) if isinstance(words, bytes) else words


def _is_nobody(words: str) -> bool:
    """True if a refused recipient is one that is not there, by the enhanced code (RFC 3463) where there is one."""
    enhanced = _ENHANCED.search(words)
    if enhanced:
        return enhanced[0] in _NOBODY_CODES
    return _NOBODY_WORDS.search(words) is not None and not _OF_SENDER.search(words)


def _is_of_mailbox(words: str) -> bool:
    """True if what was refused is so because of the recipient's own mailbox: full, or written to too often."""
    enhanced = _ENHANCED.search(words)
    return enhanced is not None and enhanced[2].startswith("2.")


def _outcome(code: int) -> Outcome:
    match code // 100:
        case 2:
            return Outcome.SENT
        case 5:
            return Outcome.PERMANENT
        case _:
            return Outcome.TEMPORARY


def _stuffed(mail: bytes) -> bytes:
    """Return a mail of whole lines as it stands behind DATA: no line of it is the one that ends it."""
    lines = mail.splitlines(keepends=True)
    return b"".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\n"


def _part(smtp: smtplib.SMTP) -> None:
    """Say goodbye; what the server answers changes nothing, and is not waited for in all its length."""
    with contextlib.suppress(OSError):
        smtp.putcmd("quit")
        if smtp.sock:
            smtp.sock.settimeout(FAREWELL)
            smtp.sock.recv(1)
    smtp.close()


def _stable(message_id: str) -> str:
    """Return the part of a Message-ID before the @: the id itself, or its digest where a header could not hold it."""
    return message_id if _PLAIN_ID.fullmatch(message_id) else hashlib.sha256(message_id.encode()).hexdigest()[:40]
