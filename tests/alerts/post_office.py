"""An SMTP server on loopback that takes mail, refuses it or falls silent, as it is told to."""

from __future__ import annotations

import asyncio
from asyncio.base_events import Server
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 OK"
GREYLISTED = "451 4.7.1 Greylisted, try again later"
NO_SUCH_USER = "550 5.1.1 No such user here"
HANG = "hang"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """Learn the port that the system chose before the first connection is tried."""
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd declares no types here


class PostOffice:
    """A running server; use it in a `with` statement."""

    def __init__(
        self, *, to_rcpt: str = TAKEN, to_data: str = TAKEN, user: str | None = None, password: str | None = None
    ) -> None:
        self.to_rcpt, self.to_data, self.user, self.password = to_rcpt, to_data, user, password
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self._silence: asyncio.Event | None = None
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            ready_timeout=5,
            auth_require_tls=False,
            authenticator=self._authenticate,
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._controller.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._silence:
            self._controller.loop.call_soon_threadsafe(self._silence.set)
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_rcpt == TAKEN:
            envelope.rcpt_tos.append(address)
        return self.to_rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        self.recipients.append(envelope.rcpt_tos)
        if self.to_data == HANG:
            self._silence = asyncio.Event()
            await self._silence.wait()
        return TAKEN if self.to_data == HANG else self.to_data

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object
    ) -> AuthResult:
        assert isinstance(login, LoginPassword)
        fits = (login.login.decode(), login.password.decode()) == (self.user, self.password)
        return AuthResult(success=fits, handled=False)


class Choosy(PostOffice):
    """A mail server that knows the liaison and not the leader."""

    async def handle_RCPT(self, *args: object) -> str:  # noqa: N802 - as above
        self.to_rcpt = NO_SUCH_USER if "leader" in str(args[3]) else TAKEN
        return await super().handle_RCPT(*args)  # type: ignore[arg-type]  # passed on as they came
