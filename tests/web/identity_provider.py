"""An identity provider of the kind of Keycloak, on a real port: as it should be, and as unkind as it is told to be."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

REALM = "/realms/county"
CLIENT, CLIENT_SECRET = "xuncha", "a client's secret"
KEYS: dict[str, RSAKey | ECKey] = {
    "one": RSAKey.generate_key(2048, {"kid": "one"}),
    "two": ECKey.generate_key("P-256", {"kid": "two"}),
}
STRANGER = RSAKey.generate_key(2048, {"kid": "one"})
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class IdentityProvider:
    """What it says, and what it was asked."""

    now: Callable[[], int]
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "f3a1", "name": "李某", "preferred_username": "lim"})
    key: str = "one"
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    """What a token says otherwise than it should; None for what it leaves out."""
    made: Callable[[dict[str, Any]], str] | None = None
    """Makes a token instead."""
    replies: dict[str, Reply] = field(default_factory=dict)
    """Answers instead, by the end of their path: `token`, `certs`, `userinfo`, `openid-configuration`."""
    drips: str = ""
    """The end of the path that is answered a byte at a time, without end."""
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def issuer(self) -> str:
        return f"{self.address}{REALM}"

    def authorized(self, address: str) -> str:
        """Log the person in at an authorization address, and return where the browser is sent back to."""
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/protocol/openid-connect/auth"
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'code': code, 'session_state': 'x'})}"

    def answer(self, path: str, form: dict[str, str], authorization: str) -> Reply:
        name = path.partition("?")[0].rsplit("/", 1)[-1]
        self.asked.append((name, form))
        if name in self.replies:
            return self.replies[name]
        match name:
            case "openid-configuration":
                return _json(self._metadata())
            case "auth":
                return 302, {"location": self.authorized(f"{self.address}{path}")}, b""
            case "certs":
                return _json({"keys": [KEYS[self.key].as_dict(private=False) | {"use": "sig"}]})
            case "userinfo":
                return _json(self.userinfo or self.person)
            case "token":
                return self._token(form, authorization)
            case _:
                return 404, {}, b""

    def _metadata(self) -> dict[str, Any]:
        base = f"{self.issuer}/protocol/openid-connect"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{base}/auth",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/certs",
            "userinfo_endpoint": f"{base}/userinfo",
            "end_session_endpoint": f"{base}/logout",
        } | self.metadata

    def _token(self, form: dict[str, str], authorization: str) -> Reply:
        asked = self.codes.pop(form.get("code", ""), None)
        assert authorization == "Basic eHVuY2hhOmErY2xpZW50JTI3cytzZWNyZXQ="
        is_ours = asked is not None and asked["redirect_uri"] == form["redirect_uri"]
        if asked is None or not is_ours or create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]:
            return _json({"error": "invalid_grant"}, 400)
        now = self.now()
        said: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "azp": CLIENT,
            "exp": now + 300,
            "iat": now,
            "auth_time": now,
            "nonce": asked["nonce"],
            "acr": "1",
        }
        said = {name: value for name, value in (said | self.person | self.claims).items() if value is not None}
        token = self.made(said) if self.made else self.signed(said)
        return _json({"access_token": "an access token", "token_type": "Bearer", "id_token": token})

    def signed(self, said: dict[str, Any]) -> str:
        """Return a token as it should be."""
        return jwt.encode({"alg": self.algorithm, "kid": self.key}, said, KEYS[self.key], algorithms=[self.algorithm])


def unsigned(said: dict[str, Any]) -> str:
    """Return a token that nobody has signed."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(said)}."


def by_the_public_key(said: dict[str, Any]) -> str:
    """Return a token that is “signed” with what everybody can read: the public key, taken for a secret."""
    text = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(said)}"
    signature = hmac.digest(KEYS["one"].as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{_written(signature)}"


def _part(said: object) -> str:
    return _written(json.dumps(said).encode())


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def by_a_stranger(said: dict[str, Any]) -> str:
    """Return a token that another key has signed under the name of the right one."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, said, STRANGER)


def _json(said: object, status: int = 200) -> Reply:
    return status, {"content-type": "application/json"}, json.dumps(said).encode()


@contextmanager
def provider(now: Callable[[], int]) -> Iterator[IdentityProvider]:
    """Run one on a free port of the loopback."""
    ours = IdentityProvider(now=now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            status, headers, body = ours.answer(self.path, form, self.headers.get("authorization", ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if ours.drips and self.path.endswith(ours.drips):
                self.send_header("content-length", "100000")
                self.end_headers()
                while not ours.ended.wait(0.2):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                return
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the far side has had enough of the drips
        ours.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield ours
        finally:
            ours.ended.set()
            server.shutdown()
            thread.join()
