"""The message to one person in one run, and its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import Labelled
from monitor.core.schedule import share

Grid = tuple[tuple[str, ...], ...]
"""A small table: its heads, then its rows, all of one length; plain words, no markup. Empty for none."""


NO_CHANNEL = ""
"""The channel of a message that was written while the settings name none: it can be read, and goes nowhere."""
SHOWN = 8
"""The number of last characters of a message's id that its reader sees, and may name on the phone."""


class MessageState(Labelled):
    """Where a message stands; a closed list that labels a metric."""

    HELD = "held", "待放行"
    QUEUED = "queued", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已送达"
    FAILED = "failed", "发送失败"
    CANCELLED = "cancelled", "已取消"


class MessageTab(Labelled):
    """What a list of messages shows; a closed list."""

    HELD = "held", "待放行"
    FAILED = "failed", "失败"
    QUEUED = "queued", "待发送"
    SENT = "sent", "已送达"
    CANCELLED = "cancelled", "已取消"


class MessageAct(Labelled):
    """What a person did about a message; a closed list."""

    RELEASED = "released", "放行"
    WITHHELD = "withheld", "压下"
    RETRIED = "retried", "重发"
    PHONED = "phoned", "电话告知"


class Outcome(Labelled):
    """How one try ended, in the far side's own terms; a closed list that labels a metric."""

    SENT = "sent", "已接收"
    TEMPORARY = "temporary", "暂时失败"
    PERMANENT = "permanent", "被拒绝"
    UNANSWERED = "unanswered", "未得到答复"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file that goes with a message, by channels that carry files."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message whose words and id are settled: a repeat is recognisable by the id.

    `body` is Markdown of the small kind DingTalk knows (headings, bold, quotes, line breaks).
    """

    id: str
    channel: str
    subject: str
    body: str
    address: str | None = None
    """The person's mail address or DingTalk id; None where the channel itself names its readers."""
    mentions: tuple[str, ...] = ()
    """Mobile numbers to be called by name in a group."""
    grid: Grid = ()
    """The same facts as a small table, for a channel that can draw one."""
    files: tuple[AttachedFile, ...] = ()
    """Files beside it, for a channel that carries them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver a message. `code` is the far side's own word (errcode, SMTP code, HTTP status)."""

    outcome: Outcome
    code: str = ""
    detail: str = ""
    """One line for the operator; never a secret."""
    retry_after: timedelta | None = None
    """The time for which the far side takes nothing, from any sender and for any reader."""
    is_about_address: bool = False
    """True if what was refused is this address, because nobody is there; spam, tokens and quotas are the sender's."""

    @property
    def may_have_arrived(self) -> bool:
        """True if somebody may have the message: what was refused surely did not arrive.

        A server that broke over it, or a gateway that lost the answer, refused nothing.
        """
        if self.outcome in {Outcome.SENT, Outcome.UNANSWERED}:
            return True
        return self.code.startswith("HTTP 5") and self.code not in _REFUSED


LEASE = timedelta(minutes=2)
"""How long a message is in one sender's hands. A try takes at most half a minute."""
TO_BEGIN = timedelta(seconds=15)
"""The time in which a try must begin: a process that slept longer than that (a machine that was frozen) leaves it to
others."""


_KNOWN = {
    "timeout": "连接超时",
    "TimeoutError": "连接超时",
    "gaierror": "域名无法解析",
    "AddressRefusedError": "不允许连接这个地址",
    "ConnectionRefusedError": "对方拒绝连接",
    "ConnectionResetError": "连接被中断",
    "ConnectionAbortedError": "连接被中断",
    "BrokenPipeError": "连接被中断",
    "RemoteDisconnected": "连接被中断",
    "SMTPServerDisconnected": "连接被中断",
    "SSLError": "加密连接失败",
    "SSLCertVerificationError": "对方的安全证书有误",
    "SMTPAuthenticationError": "用户名或授权码不正确",
    "interrupted": "发送时服务中断",
    "bug": "程序出错，详见日志",
    "no_channel": "设置中没有这个渠道",
    "310000": "与机器人的安全设置不符，请核对关键词、加签密钥和IP",
    "300005": "机器人的访问令牌无效，请核对渠道地址",
    "93000": "机器人的地址无效，请核对渠道地址",
    "19001": "机器人的地址无效，请核对渠道地址",
    "19021": "加签密钥不符或本机时间不准",
    "19022": "本机IP不在机器人的允许范围内",
    "19024": "与机器人的关键词设置不符",
    "535": "用户名或授权码不正确",
}
"""The meanings of the codes that far sides answer, and the names of the failures to reach them."""
_LIMITED = frozenset({"130101", "45009", "9499", "11232"})
"""The codes of a far side that was asked too often; the same may be a refusal for good, which is something else."""
_MAIL_REFUSED = frozenset({"550", "551", "552", "553", "554"})
"""The replies of mail servers that stand for many reasons: nobody there, a full box, a sender that is not wanted."""
_REFUSED = frozenset({"HTTP 501", "HTTP 503", "HTTP 505"})
"""The statuses of servers that did nothing with a request; after others in their hundred nobody knows."""
_NOBODY, _TOO_FAST, _NOT_TAKEN = "收件人地址不存在或已停用", "发送过快，被限流", "邮件被对方服务器拒收"


def spoken(attempt: Attempt) -> str:
    """Return how a try ended, in Chinese; what a far side said in another language stays in the records."""
    parts = [attempt.outcome.label]
    if attempt.outcome is not Outcome.SENT:
        parts += [known] if (known := _meaning(attempt)) else []
        parts += [attempt.detail] if _is_chinese(attempt.detail) and attempt.detail not in parts else []
        parts += _numbered(attempt.code)
    said = "，".join(parts[1:])
    return f"{parts[0]}：{said}" if said else parts[0]


def _meaning(attempt: Attempt) -> str | None:
    """Return what a try's code means; of one that has many meanings only what the channel made of the words beside it.

    A recipient is blamed only where the refusal was about the address: a blocked sender or spam is the office's own.
    """
    if attempt.is_about_address:
        return None if _is_chinese(attempt.detail) else _NOBODY
    if attempt.code in _LIMITED | _MAIL_REFUSED and attempt.outcome is Outcome.TEMPORARY:
        return _TOO_FAST
    if attempt.code in _MAIL_REFUSED:
        return _NOT_TAKEN
    return _KNOWN.get(attempt.code)


def _is_chinese(text: str) -> bool:
    """True if a text says something in Chinese: mail servers say it beside English, and the operator needs it."""
    return sum("\u4e00" <= sign <= "\u9fff" for sign in text) > 1


def _numbered(code: str) -> list[str]:
    """Return a code that is a number, for people to look up; the status of an answer is no fault by itself."""
    status = code.removeprefix("HTTP ")
    if not status.lstrip("-").isdigit():
        return []
    return [f"状态码{status}" if status != code else f"错误代码{code}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """That a message is in somebody's hands: until then nobody else sends it or writes down what came of it."""

    message: str
    holder: str
    """A mark of the process, never the same again after a restart."""
    until: datetime

    def may_begin(self, now: datetime) -> bool:
        """True if a try that begins now is surely over before anybody else begins one."""
        return now <= self.until - LEASE + TO_BEGIN


RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
"""The longest to wait before each further try; after the last, the message has failed."""
JITTER = 0.2
"""By how much of a pause messages that failed together part: each by its own fixed share."""


def next_try(message: str, attempts: int, attempt: Attempt, now: datetime) -> datetime | None:
    """Return when to try a message again after the given number of tries; None when there is no point.

    Never sooner than the far side asked.
    """
    if attempt.outcome in {Outcome.SENT, Outcome.PERMANENT} or attempts > len(RETRY_PAUSES):
        return None
    pause = RETRY_PAUSES[attempts - 1] * (1 - JITTER * share(message))
    return now + max(pause, attempt.retry_after or timedelta())
