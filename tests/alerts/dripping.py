"""Far sides on loopback that say everything as they should until a chosen phase, then one byte now and then for ever.

No time-out of a single read ever passes: only who looks at the whole time gets away. What they heard of the mail or the
message is kept, and whether the caller hung up.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

import trustme

DROP = 0.02
"""Seconds between two bytes."""
SMTP_PHASES = ("banner", "ehlo", "starttls", "tls", "auth", "mail", "rcpt", "data", "after data")
"""Where a mail server may begin to drip, in the order of the conversation."""
HTTP_PHASES = ("headers", "length", "body")


class Dripping:
    """A far side that drips; use it in a `with` statement."""

    def __init__(self, phase: str = "") -> None:
        self.phase = phase
        self.heard: list[bytes] = []
        """The messages that came in whole."""
        self.hung_up = threading.Event()
        """Set once the caller of a conversation that dripped is gone."""
        self._stopping = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def talk(self, connection: socket.socket) -> None:
        """Hold one conversation."""
        raise NotImplementedError

    def say(self, connection: socket.socket, phase: str, words: bytes, drip: bytes = b"2") -> None:
        """Say the words, or drip if this is the phase for it; then the conversation is over."""
        if phase != self.phase:
            connection.sendall(words)
            return
        connection.sendall(drip)
        connection.settimeout(DROP)
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                if not connection.recv(1 << 16):
                    break
            connection.sendall(drip[-1:])
        raise ConnectionAbortedError

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.talk(connection)
            except OSError:
                self.hung_up.set()


class DrippingMail(Dripping):
    """A mail server."""

    def __init__(self, phase: str = "", certificate: trustme.LeafCert | None = None) -> None:
        super().__init__(phase)
        self._certificate = certificate

    def talk(self, connection: socket.socket) -> None:
        self.say(connection, "banner", b"220 post.example ESMTP\r\n")
        lines = _lines(connection)
        for line in lines:
            word = line[:4].upper().strip()
            if word == b"STAR":
                self.say(connection, "starttls", b"220 go ahead\r\n")
                self.say(connection, "tls", b"", b"\x16\x03\x03\x40\x00\x02")
                with self._encrypted(connection) as secure:
                    self._go_on(secure, _lines(secure))
                return
            if not self._answer(connection, word, lines):
                return

    def _go_on(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        for line in lines:
            if not self._answer(connection, line[:4].upper().strip(), lines):
                return

    def _answer(self, connection: socket.socket, word: bytes, lines: Iterator[bytes]) -> bool:
        """Answer one command; return whether the conversation goes on."""
        match word:
            case b"EHLO":
                secure = b"250-STARTTLS\r\n" if self._certificate else b""
                self.say(connection, "ehlo", b"250-post.example\r\n" + secure + b"250 AUTH PLAIN\r\n")
            case b"AUTH":
                self.say(connection, "auth", b"235 fine\r\n")
            case b"MAIL":
                self.say(connection, "mail", b"250 fine\r\n")
            case b"RCPT":
                self.say(connection, "rcpt", b"250 fine\r\n")
            case b"DATA":
                self.say(connection, "data", b"354 go ahead\r\n", b"3")
                mail = b""
                while (line := next(lines)) != b".\r\n":
                    mail += line
                self.heard.append(mail)
                self.say(connection, "after data", b"250 taken\r\n")
            case b"QUIT":
                self.say(connection, "quit", b"221 bye\r\n")
                return False
            case _:
                connection.sendall(b"502 what?\r\n")
        return True

    def _encrypted(self, connection: socket.socket) -> socket.socket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert self._certificate
        self._certificate.configure_cert(context)
        return context.wrap_socket(connection, server_side=True)


class DrippingRobot(Dripping):
    """An HTTP server that answers each POST with errcode 0."""

    def talk(self, connection: socket.socket) -> None:
        lines, length = _lines(connection), 0
        for line in lines:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            if line == b"\r\n":
                break
        while length > 0:
            length -= len(next(lines))
        self.heard.append(b"")
        self.say(connection, "headers", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nX: y")
        self.say(connection, "length", b"Content-Type: application/json\r\nContent-Length: 24\r\n\r\n", b"1")
        self.say(connection, "body", b'{"errcode":0,"errmsg":""}', b'{"errcode":')


def _lines(connection: socket.socket) -> Iterator[bytes]:
    """Yield what comes in, line by line; the last may have no end."""
    waiting = b""
    while True:
        line, separator, rest = waiting.partition(b"\n")
        if separator:
            waiting = rest
            yield line + separator
            continue
        more = connection.recv(1 << 16)
        if not more:
            raise ConnectionAbortedError
        waiting += more
        if b"\n" not in waiting and waiting.endswith(b"}"):  # the body of a request has no line's end
            yield waiting
            waiting = b""


@contextmanager
def deaf() -> Iterator[int]:
    """Have a port to which nobody can connect, and nobody is told so; the value is the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        callers = [socket.socket() for _ in range(8)]
        try:
            for caller in callers:
                caller.settimeout(0)
                caller.connect_ex(("127.0.0.1", port))
            yield port
        finally:
            for caller in callers:
                caller.close()
