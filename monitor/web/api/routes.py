"""`/api/v1/…`: what pages read and do, for programs; each operation as a route, and the document of them all."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import Any
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.actions.refused import OutOfReachError, RefusedError
from monitor.core.token_scope import NOTES, TokenScope
from monitor.queries.lists import Place
from monitor.web.api.accounts import ACCOUNTS
from monitor.web.api.bodies import JSON, needs_body, read_body
from monitor.web.api.callers import Callers
from monitor.web.api.cases import CASES
from monitor.web.api.cursor import BadCursorError, cursor_of, place_of
from monitor.web.api.decisions import DECISIONS
from monitor.web.api.explained import Explained, described
from monitor.web.api.imports import IMPORTS, receive
from monitor.web.api.looks import LOOKS
from monitor.web.api.messages import MESSAGES
from monitor.web.api.office import OFFICE
from monitor.web.api.openapi import openapi
from monitor.web.api.operation import (
    Acting,
    Call,
    Downloading,
    Found,
    ListReading,
    Operation,
    Reading,
    Telling,
    Uploading,
)
from monitor.web.api.orders import ORDERS
from monitor.web.api.problems import ProblemError, sentence_of
from monitor.web.api.reach import NONE_SUCH, nothing
from monitor.web.api.reports import REPORTS
from monitor.web.api.schema import Model
from monitor.web.api.system import SYSTEM
from monitor.web.bodies import LongRequestError, body_of
from monitor.web.page_context import PageContext
from monitor.web.permits import LONGEST_BODY
from monitor.web.problem import problem
from monitor.web.refusals import Refusals

ROOT = "/api/v1"
Html = Callable[..., Response]
OPERATIONS: tuple[Operation, ...] = (
    *ACCOUNTS,
    *CASES,
    *LOOKS,
    *MESSAGES,
    *OFFICE,
    *IMPORTS,
    *REPORTS,
    *DECISIONS,
    *ORDERS,
    *SYSTEM,
)
"""Everything that the interface can be asked, in the order of its document."""


class Api:
    """The handlers of the interface."""

    def __init__(self, context: PageContext, refusals: Refusals, html: Html) -> None:
        """Take what the interface needs; `html` draws its page."""
        self._context = context
        self._html = html
        self._callers = Callers(context, refusals)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        context = self._context
        return openapi(OPERATIONS, context.version, is_open=context.logins is None, office=context.office.name)

    @cached_property
    def _pages(self) -> Explained:
        return described(self.document)

    @property
    def routes(self) -> Collection[Route]:
        """The addresses, each with all its methods."""
        by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
        for operation in OPERATIONS:
            by_path[operation.path][_method(operation)] = operation
        longest_first = sorted(by_path, key=lambda path: path.endswith(":path}"))  # these take all that lies below them
        return (
            Route(f"{ROOT}/", self._explained),
            Route(f"{ROOT}/openapi.json", self._documented),
            *(
                Route(f"{ROOT}{path}", partial(self._answered, by_path[path]), methods=list(by_path[path]))
                for path in longest_first
            ),
        )

    async def _documented(self, request: Request) -> Response:
        return _tagged(request, JSONResponse(self.document))

    async def _explained(self, request: Request) -> Response:
        """Answer with what the interface is for and all that it can be asked; with `part`, one part in full."""
        part, api = request.query_params.get("part", ""), self._pages
        chapter = api.chapter(part)
        if part and chapter is None:
            raise HTTPException(404, "没有这一部分，请从接口说明重新打开。")
        moment = self._context.moment()
        if chapter is not None:
            return _tagged(request, self._html("api_part.html", moment, api=api, chapter=chapter, root=ROOT))
        scopes = [(scope, NOTES[scope]) for scope in TokenScope]
        page = self._html(
            "api.html", moment, api=api, root=ROOT, scopes=scopes, base=self._context.base or _base_of(request)
        )
        return _tagged(request, page)

    async def _answered(self, by_method: Mapping[str, Operation], request: Request) -> Response:
        try:
            return await self._answer(by_method["GET" if request.method == "HEAD" else request.method], request)
        except ProblemError as error:
            return problem(error.status, str(error), {"WWW-Authenticate": "Bearer"} if error.status == 401 else None)  # noqa: PLR2004 - HTTP's own number
        except OutOfReachError:
            return problem(404, NONE_SUCH)
        except RefusedError as error:
            return problem(409, str(error).replace("\n", ""))

    async def _answer(self, operation: Operation, request: Request) -> Response:
        now = self._context.clock()
        caller = await self._callers.of(request, operation, now)
        parameters = _parameters(operation, request)
        call = Call(
            context=self._context,
            actor=caller.actor,
            now=now,
            path=request.path_params,
            parameters=parameters,
            given=dict(request.query_params),
            place=_place(operation, parameters),
            shown=caller.shown,
        )
        call = replace(call, body=await _body(operation, request, call))
        match operation:
            case Acting():
                made = await operation.act(call)
                return _json(operation, made.value, made.status)
            case Downloading():
                return await operation.take(call)
            case ListReading():
                page = await call.query(lambda tx: operation.read(tx, call))
                return _tagged(request, _listed(request, operation, call, page))
            case _:
                return _tagged(request, _json(operation, await _read(operation, call)))


async def _read(operation: Operation, call: Call) -> object:
    """Return what an operation reads; raises ProblemError where there is nothing."""
    match operation:
        case Reading():
            read = await call.query(lambda tx: operation.read(tx, call))
        case Telling():
            read = await operation.tell(call)
        case _:
            raise TypeError(operation)
    if read is None:
        raise nothing()
    return read


def _base_of(request: Request) -> str:
    """Return where the interface was asked for, for the examples of its page."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _method(operation: Operation) -> str:
    return "POST" if isinstance(operation, Acting) else "GET"


def _parameters(operation: Operation, request: Request) -> object:
    """Return the parameters of a request, checked; raises ProblemError."""
    given = request.query_params.multi_items()
    parameters = dict(given)
    if len(parameters) < len(given):
        raise ProblemError(400, "同一个参数只能写一次。")
    try:
        return operation.parameters.model_validate(parameters)
    except ValidationError as error:
        known = "、".join(operation.parameters.model_fields)
        hint = f"可用的参数：{known}。" if known else "这里没有参数。"
        raise ProblemError(400, f"{sentence_of(error, '参数')}{hint}") from error


async def _body(operation: Operation, request: Request, call: Call) -> object:
    """Return the body of a request, checked, a file as it was kept; None for none. Raises ProblemError."""
    if isinstance(operation, Uploading):
        return await receive(request, call)
    if not isinstance(operation, Acting) or operation.body is None:
        return None
    try:
        written = await body_of(request, LONGEST_BODY)
    except LongRequestError as error:
        raise ProblemError(413, "内容过长。") from error
    if not written and not needs_body(operation):
        return operation.body()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise ProblemError(415, "请求的内容应为 application/json。")
    return read_body(operation.body, written)


def _place(operation: Operation, parameters: object) -> Place | None:
    cursor = getattr(parameters, "cursor", None)
    if cursor is None or not isinstance(operation, ListReading):
        return None
    try:
        return place_of(cursor, operation.kinds)
    except BadCursorError as error:
        raise ProblemError(404, "参数 cursor 不是这个列表给出的，请从第一页重新列。") from error


def _listed(request: Request, operation: ListReading, call: Call, page: Found) -> Response:
    """Return a page of a list, with the address of the next one where there is one (RFC 8288)."""
    limit = call.limit - 1
    answer = _json(operation, page.objects[:limit])
    if len(page.objects) > limit:
        query = urlencode({**request.query_params, "cursor": cursor_of(page.places[limit - 1])})
        answer.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return answer


def _json(operation: Operation, value: object, status: int = 200) -> Response:
    """Return a value as the operation's model writes it: nothing leaves that is not in the document."""
    adapter = _writer(operation.answer, is_list=isinstance(operation, ListReading))
    written = adapter.dump_json(adapter.validate_python(value, from_attributes=True))
    return Response(written, status, media_type=JSON)


@cache
def _writer(answer: type[Model], *, is_list: bool) -> TypeAdapter[Any]:
    """Return what writes answers of a model; making one costs more than using it."""
    return TypeAdapter(Sequence[answer] if is_list else answer)  # type: ignore[valid-type] # made at run time


def _tagged(request: Request, answer: Response) -> Response:
    """Return an answer with the digest of its content, or 304 without it where the caller has it already."""
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    known = request.headers.get("if-none-match", "")
    if tag in {part.strip().removeprefix("W/") for part in known.split(",")}:
        answer = Response(status_code=304)
    answer.headers["ETag"] = tag
    return answer
