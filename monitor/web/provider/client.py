"""The office's identity provider, asked by OpenID Connect: the code flow with PKCE, state and nonce.

Whatever the provider answers is hostile until its signature is proved with its own keys: bounded in size and time by
the door to the network, read off the event loop, and checked for issuer, audience, time and nonce. What is wrong with
it is one sentence for the visitor; the log-in by password goes on without it.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from monitor.actions.provider_logins import ProvenIdentity, ProviderDownError, ProviderRefusedError
from monitor.core.collector import Page, Request
from monitor.core.observation import LookFailedError
from monitor.web.provider.id_tokens import LEEWAY, IdTokenError, Wanted, claims_of

LONGEST_ANSWER = 256 * 1024
"""Bytes of any answer of the provider."""
LONGEST_CODE = 4096
PATIENCE = 15.0
"""Seconds that all questions of one log-in may take together."""
AT_ONCE = 8
"""Log-ins that may ask the provider at once."""
KNOWN = timedelta(minutes=10)
"""How long what the provider says of itself is believed, and its keys while all that is signed is by them."""
DOWN = timedelta(seconds=10)
"""How long a provider that gave no answer is not asked again by whoever opens the page."""
RENEWED = timedelta(seconds=10)
"""No oftener its keys are asked for anew because of a key that is not among them."""
FLOW = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_LONGEST_VALUE = 200
_DOWN = "统一身份认证暂时不能使用，请稍后再试，或用密码登录。"
_OVER = "统一身份认证的登录没有完成或已过期，请重新登录。"
_WRONG = "统一身份认证的结果无法核对，没有登录。请重新登录；仍不行的，请联系管理员，或用密码登录。"
_NOT_PROVED = "统一身份认证没有重新核对身份，请重新登录，或填写密码。"
_NO_CLAIM = "统一身份认证没有给出用来识别用户的信息，没有登录。请管理员核对设置项 web.oidc.claim。"
_log = logging.getLogger(__name__)

AnswerT = TypeVar("AnswerT")
Fetch = Callable[[Request], Awaitable[Page]]
Open = Callable[[], AbstractAsyncContextManager[Fetch]]
"""Opens the door to the network for the questions of one log-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """How the office's identity provider is reached, and by what it tells people apart."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect: str
    """Where it sends people back to."""
    claim: str = "sub"
    label: str = "统一身份认证登录"
    strong: frozenset[str] = frozenset()
    """The values of `acr` that stand for more than a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One log-in under way; only the browser that began it is given this."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    wanted: str
    at: int
    """Seconds since 1970."""
    is_again: bool = False
    """True if the provider has to ask for a proof anew."""

    def written(self) -> str:
        """Return it as a cookie holds it."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


def flow_of(written: str) -> Flow | None:
    """Return the flow that a cookie holds; None for anything else."""
    try:
        found = json.loads(base64.urlsafe_b64decode(written.encode("ascii")))
        flow = Flow(**found)
    except (ValueError, TypeError, RecursionError):
        return None
    texts = (flow.state, flow.nonce, flow.verifier, flow.wanted)
    is_flow = all(isinstance(text, str) for text in texts) and type(flow.at) is int and type(flow.is_again) is bool
    return flow if is_flow else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Endpoints:
    """Where the provider's parts are, by its own word."""

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str = ""
    end: str = ""


class Provider:
    """The identity provider; keeps what it said of itself, and which log-ins were used up."""

    def __init__(self, settings: ProviderSettings, open_: Open, clock: Callable[[], datetime]) -> None:
        """Ask nothing yet."""
        self.settings = settings
        self._open = open_
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)
        self._endpoints: tuple[_Endpoints, datetime] | None = None
        self._keys: tuple[list[Mapping[str, object]], datetime] | None = None
        self._failed_at: datetime | None = None
        self._spent: dict[str, datetime] = {}

    @property
    def end_address(self) -> str:
        """Where people end their login at the provider itself; empty where it has not said so."""
        if self._endpoints is None or not self._endpoints[0].end:
            return ""
        back = self.settings.redirect.removesuffix(urlsplit(self.settings.redirect).path)
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": f"{back}/login"}
        return _with(self._endpoints[0].end, asked)

    async def set_out(self, wanted: str, *, is_again: bool) -> tuple[str, Flow]:
        """Return where at the provider somebody logs in, and what their browser keeps; raises ProviderDownError."""
        flow = Flow(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            wanted=wanted,
            at=int(self._clock().timestamp()),
            is_again=is_again,
        )
        endpoints = await self._asked(self._found)
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect,
            "scope": "openid profile email" if self.settings.claim == "email" else "openid profile",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": create_s256_code_challenge(flow.verifier),
            "code_challenge_method": "S256",
        }
        return _with(endpoints.authorize, asked | ({"prompt": "login", "max_age": "0"} if is_again else {})), flow

    async def prove(self, flow: Flow | None, state: str, code: str) -> ProvenIdentity:
        """Return whom a code proves that the provider sent somebody back with; raises ProviderRefusedError.

        The state has to be the one of this browser's flow, and every flow is good once.
        """
        now = self._clock()
        if flow is None or not hmac.compare_digest(
            flow.state.encode("utf-8", "replace"), state.encode("utf-8", "replace")
        ):
            raise ProviderRefusedError(_OVER, "state不符")
        if not timedelta() <= now - datetime.fromtimestamp(0, UTC) - timedelta(seconds=flow.at) < FLOW:
            raise ProviderRefusedError(_OVER, "已过期")
        self._spent = {spent: at for spent, at in self._spent.items() if now - at < FLOW}
        if state in self._spent:
            raise ProviderRefusedError(_OVER, "重复使用")
        self._spent[state] = now
        if not code or len(code) > LONGEST_CODE:
            raise ProviderRefusedError(_OVER, "没有code")
        return await self._asked(lambda fetch: self._proven(fetch, flow, code))

    async def _proven(self, fetch: Fetch, flow: Flow, code: str) -> ProvenIdentity:
        endpoints = await self._found(fetch)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect,
            "code_verifier": flow.verifier,
        }
        answer = await self._json(fetch, _posted(endpoints.token, form, self._authorization()), _refused)
        token, access = _text(answer, "id_token"), _text(answer, "access_token")
        claims = await self._claims(fetch, endpoints, token, access, flow)
        proved_at = _proved_at(claims, self._clock())
        if flow.is_again and (proved_at is None or proved_at.timestamp() < flow.at - LEEWAY):
            raise ProviderRefusedError(_NOT_PROVED, "没有重新认证")
        claims = await self._with_userinfo(fetch, endpoints, claims, access)
        return ProvenIdentity(
            issuer=self.settings.issuer,
            claim=self.settings.claim,
            value=_value(claims, self.settings.claim),
            name=_text(claims, "name") or _text(claims, "preferred_username"),
            proved_at=proved_at,
            is_strong=claims.get("acr") in self.settings.strong if isinstance(claims.get("acr"), str) else False,
        )

    async def _claims(
        self, fetch: Fetch, endpoints: _Endpoints, token: str, access: str, flow: Flow
    ) -> Mapping[str, Any]:
        """Return what a token says whose signature is by the provider's keys; its keys may have changed just now."""
        wanted = Wanted(
            issuer=endpoints.issuer,
            client_id=self.settings.client_id,
            nonce=flow.nonce,
            access_token=access,
            now=int(self._clock().timestamp()),
        )
        keys, is_new = await self._known_keys(fetch, endpoints)
        try:
            return await asyncio.to_thread(claims_of, token, keys, wanted)
        except IdTokenError as error:
            if not error.is_by_unknown_key or is_new:
                raise ProviderRefusedError(_WRONG, error.why) from error
        self._keys = None
        keys, _ = await self._known_keys(fetch, endpoints)
        try:
            return await asyncio.to_thread(claims_of, token, keys, wanted)
        except IdTokenError as error:
            raise ProviderRefusedError(_WRONG, error.why) from error

    async def _known_keys(self, fetch: Fetch, endpoints: _Endpoints) -> tuple[list[Mapping[str, object]], bool]:
        """Return the provider's keys, and whether they are so new that to ask again is no use."""
        now = self._clock()
        if self._keys is not None and timedelta() <= now - self._keys[1] < KNOWN:
            return self._keys[0], now - self._keys[1] < RENEWED
        answer = await self._json(fetch, Request(url=endpoints.keys, hosts=_only(endpoints.keys)))
        listed = answer.get("keys")
        keys: list[Mapping[str, object]] = (
            [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
        )
        self._keys = (keys, now)
        return keys, True

    async def _with_userinfo(
        self, fetch: Fetch, endpoints: _Endpoints, claims: Mapping[str, Any], access: str
    ) -> Mapping[str, Any]:
        """Return the claims with what else the provider says of the same person, where the one we want is not there."""
        if self.settings.claim in claims or not endpoints.userinfo or not access:
            return claims
        headers = {"authorization": f"Bearer {access}"}
        request = Request(url=endpoints.userinfo, headers=headers, hosts=_only(endpoints.userinfo), is_secret=True)
        more = await self._json(fetch, request, _refused)
        if more.get("sub") != claims["sub"]:
            raise ProviderRefusedError(_WRONG, "userinfo是别人的")
        return {**more, **claims}

    async def _found(self, fetch: Fetch) -> _Endpoints:
        """Return where the provider's parts are, as it said lately."""
        now = self._clock()
        if self._endpoints is not None and timedelta() <= now - self._endpoints[1] < KNOWN:
            return self._endpoints[0]
        issuer = self.settings.issuer
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _endpoints(await self._json(fetch, Request(url=address, hosts=_only(address))), issuer)
        self._endpoints = (found, now)
        return found

    async def _asked(self, ask: Callable[[Fetch], Awaitable[AnswerT]]) -> AnswerT:
        """Return what comes of questions to the provider, in time and not too many at once."""
        now = self._clock()
        if self._failed_at is not None and timedelta() <= now - self._failed_at < DOWN:
            raise ProviderDownError(_DOWN, "不能使用")
        if self._places.locked():
            raise ProviderDownError(_DOWN, "同时登录的人过多")
        try:
            async with self._places, asyncio.timeout(PATIENCE), self._open() as fetch:
                answer = await ask(fetch)
        except (LookFailedError, TimeoutError) as error:
            _log.warning("identity provider not reached", extra={"reason": str(error)[:200] or "time-out"})
            self._failed_at = now
            raise ProviderDownError(_DOWN, "不能使用") from error
        except ProviderDownError:
            self._failed_at = now
            raise
        self._failed_at = None
        return answer

    async def _json(
        self, fetch: Fetch, request: Request, refused: Callable[[Page], None] = lambda _: None
    ) -> Mapping[str, Any]:
        """Return the object that an answer is; raises ProviderDownError for what is none."""
        page = await fetch(request)
        refused(page)
        if page.status != _OK:
            raise _unread(f"HTTP {page.status}")
        return await asyncio.to_thread(_object, page.body)

    def _authorization(self) -> str:
        """Return how we prove to the provider who we are (RFC 6749, 2.3.1)."""
        pair = urlencode({self.settings.client_id: self.settings.client_secret}).replace("=", ":", 1)
        return f"Basic {base64.b64encode(pair.encode()).decode()}"


_OK = 200
_REFUSALS = range(400, 500)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _unread("no JSON") from error
    if not isinstance(found, dict):
        raise _unread("no JSON object")
    return found


def _unread(why: str) -> ProviderDownError:
    _log.warning("identity provider not understood", extra={"reason": why})
    return ProviderDownError(_DOWN, "答复无法识别")


def _refused(page: Page) -> None:
    """Raise for a code or a token that the provider does not take: who shows it is to blame, not the provider."""
    if page.status in _REFUSALS:
        raise ProviderRefusedError(_OVER, "code无效")


def _endpoints(said: Mapping[str, Any], issuer: str) -> _Endpoints:
    """Return the endpoints that the provider names; raises ProviderDownError where it is another, or one is missing."""
    named = _text(said, "issuer")
    if named.rstrip("/") != issuer.rstrip("/"):
        raise _unread("another issuer")
    is_plain = urlsplit(issuer).scheme == "http"
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
    authorize, token, keys, userinfo, end = (_address(_text(said, name), is_plain=is_plain) for name in wanted)
    if not (authorize and token and keys):
        raise _unread("no endpoints")
    return _Endpoints(issuer=named, authorize=authorize, token=token, keys=keys, userinfo=userinfo, end=end)


def _address(written: str, *, is_plain: bool) -> str:
    """Return an address that people and secrets may be sent to; empty for any other."""
    try:
        parts = urlsplit(written)
        is_fit = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc and not parts.fragment
    except ValueError:
        return ""
    is_fit = is_fit and written.isascii() and written.isprintable() and " " not in written and "\\" not in written
    return written if is_fit and parts.scheme in ({"http", "https"} if is_plain else {"https"}) else ""


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def _only(address: str) -> frozenset[str]:
    return frozenset({urlsplit(address).hostname or ""})


def _posted(address: str, form: Mapping[str, str], authorization: str) -> Request:
    headers = {"authorization": authorization, "accept": "application/json"}
    return Request(url=address, method="POST", headers=headers, form=form, is_secret=True, hosts=_only(address))


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _proved_at(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return when the provider last asked for a proof; never later than now, None where it does not say."""
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 < at <= now.timestamp() + LEEWAY:
        return None
    return min(now, datetime.fromtimestamp(at, UTC))


def _value(claims: Mapping[str, Any], name: str) -> str:
    """Return the claim by which people are told apart; an address of mail counts only where it was proved."""
    value = claims.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    is_proved = name != "email" or claims.get("email_verified") is True
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_VALUE or not is_proved:
        raise ProviderRefusedError(_NO_CLAIM, f"没有{name}")
    return value.encode("utf-8", "replace").decode()
