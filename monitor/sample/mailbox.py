"""A mail server that takes everything, for every address, and delivers nothing."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.sample.tray import Sink, TakenMessage, Tray

LONGEST = 2 * 1024 * 1024

_TAG = re.compile(r"<[^<>]*>")


class Mailbox:
    """The server; it runs on the running loop, between `start` and `stop`."""

    def __init__(self, tray: Tray, clock: Callable[[], datetime]) -> None:
        """Put what comes into the tray, with the clock's time."""
        self._tray = tray
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._talks: list[SMTP] = []

    async def start(self, listening: socket.socket) -> None:
        """Begin to serve on a bound socket."""
        self._server = await asyncio.get_running_loop().create_server(self._talk, sock=listening)

    async def stop(self) -> None:
        """Serve no more, and end what is going on."""
        if self._server is None:
            return
        self._server.close()
        for talk in self._talks:
            if talk.transport is not None:
                talk.transport.close()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one mail: one message for each of its recipients."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=default)
        for recipient in envelope.rcpt_tos:
            self._tray.put(_taken(mail, recipient, self._clock()))
        return "250 OK"

    def _talk(self) -> SMTP:
        """Return the protocol of one more connection."""
        self._talks = [talk for talk in self._talks if talk.transport is not None]
        talk = SMTP(
            self,
            data_size_limit=LONGEST,
            enable_SMTPUTF8=True,
            hostname="mail.example.invalid",
            loop=asyncio.get_running_loop(),
        )
        self._talks.append(talk)
        return talk


def _taken(mail: EmailMessage, recipient: str, now: datetime) -> TakenMessage:
    return TakenMessage(
        at=now,
        sink=Sink.MAIL,
        to=recipient,
        sender=str(mail.get("from", "")),
        subject=str(mail.get("subject", "")),
        body=_text(mail),
    )


def _text(mail: EmailMessage) -> str:
    """Return the words of a mail: its plain part, else its HTML without the tags."""
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    content = part.get_content()
    text = content if isinstance(content, str) else ""
    return (_TAG.sub("", text) if part.get_content_subtype() == "html" else text).strip()
