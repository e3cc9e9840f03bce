"""`/api/v1/…`: what pages read and do, for programs; each operation as a route, and the document of them all."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, cached_property, partial
from typing import Any
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.actions.refused import OutOfReachError, RefusedError
from monitor.queries.lists import Place
from monitor.store import Tx
from monitor.web.api.acting import ACTINGS
from monitor.web.api.callers import Callers
from monitor.web.api.cursor import BadCursorError, cursor_of, place_of
from monitor.web.api.explained import described
from monitor.web.api.openapi import openapi
from monitor.web.api.operation import Acting, Call, Found, ListReading, Operation, Reading
from monitor.web.api.problems import ProblemError, sentence_of
from monitor.web.api.reading import READINGS
from monitor.web.api.reports import REPORT_READINGS
from monitor.web.api.schema import Model
from monitor.web.bodies import LongRequestError, body_of
from monitor.web.page_context import PageContext
from monitor.web.permits import LONGEST_BODY
from monitor.web.problem import problem
from monitor.web.refusals import Refusals

ROOT = "/api/v1"
Html = Callable[..., Response]
OPERATIONS: tuple[Operation, ...] = (*READINGS, *REPORT_READINGS, *ACTINGS)
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

    @property
    def routes(self) -> Collection[Route]:
        """The addresses, each with all its methods."""
        by_path: dict[str, list[Operation]] = defaultdict(list)
        for operation in OPERATIONS:
            by_path[operation.path].append(operation)
        return (
            Route(f"{ROOT}/", self._explained),
            Route(f"{ROOT}/openapi.json", self._documented),
            *(
                Route(f"{ROOT}{operation.path}", partial(self._answered, operation), methods=[_method(operation)])
                for operations in by_path.values()
                for operation in operations
            ),
        )

    async def _documented(self, request: Request) -> Response:
        return _tagged(request, JSONResponse(self.document))

    async def _explained(self, request: Request) -> Response:
        return _tagged(request, self._html("api.html", self._context.moment(), api=described(self.document), root=ROOT))

    async def _answered(self, operation: Operation, request: Request) -> Response:
        try:
            return await self._answer(operation, request)
        except ProblemError as error:
            return problem(error.status, str(error), {"WWW-Authenticate": "Bearer"} if error.status == 401 else None)  # noqa: PLR2004 - HTTP's own number
        except OutOfReachError as error:
            return problem(404, str(error))
        except RefusedError as error:
            return problem(409, str(error).replace("\n", ""))

    async def _answer(self, operation: Operation, request: Request) -> Response:
        now = self._context.clock()
        actor = await self._callers.of(request, operation.scope, now)
        parameters = _parameters(operation, request)
        call = Call(
            context=self._context,
            actor=actor,
            now=now,
            path=request.path_params,
            parameters=parameters,
            body=await _body(operation, request),
            place=_place(operation, parameters),
        )
        match operation:
            case Acting():
                done = await operation.act(call)
                return _json(operation, done.value, done.status)
            case ListReading():
                found = await self._context.store.query(lambda tx: operation.read(tx, call))
                return _tagged(request, _listed(request, operation, call, found))
            case Reading():
                return _tagged(request, _json(operation, await self._read(operation, call)))
            case _:
                raise TypeError(operation)

    async def _read(self, operation: Reading, call: Call) -> Mapping[str, object]:
        def read(tx: Tx) -> Mapping[str, object] | None:
            return operation.read(tx, call)

        found = await self._context.store.query(read)
        if found is None:
            raise ProblemError(404, "没有这一项。")
        return found


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


async def _body(operation: Operation, request: Request) -> object:
    """Return the body of a request, checked; None where the operation takes none. Raises ProblemError."""
    if not isinstance(operation, Acting) or operation.body is None:
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ProblemError(415, "请求的内容应为 application/json。")
    try:
        return operation.body.model_validate_json(await body_of(request, LONGEST_BODY))
    except LongRequestError as error:
        raise ProblemError(413, "内容过长。") from error
    except ValidationError as error:
        raise ProblemError(400, sentence_of(error, "字段")) from error


def _place(operation: Operation, parameters: object) -> Place | None:
    cursor = getattr(parameters, "cursor", None)
    if cursor is None or not isinstance(operation, ListReading):
        return None
    try:
        return place_of(cursor, operation.kinds)
    except BadCursorError as error:
        raise ProblemError(404, "参数 cursor 不是这个列表给出的，请从第一页重新列。") from error


def _listed(request: Request, operation: ListReading, call: Call, found: Found) -> Response:
    """Return a page of a list, with the address of the next one where there is one (RFC 8288)."""
    limit = getattr(call.parameters, "limit", len(found.objects))
    answer = _json(operation, found.objects[:limit])
    if len(found.objects) > limit:
        query = urlencode({**request.query_params, "cursor": cursor_of(found.places[limit - 1])})
        answer.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return answer


def _json(operation: Operation, value: object, status: int = 200) -> Response:
    """Return a value as the operation's model writes it: nothing leaves that is not in the document."""
    adapter = _writer(operation.answer, is_list=isinstance(operation, ListReading))
    return Response(adapter.dump_json(adapter.validate_python(value)), status, media_type="application/json")


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
