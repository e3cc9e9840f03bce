"""`/healthz` and `/readyz`: whether the process lives, and whether it does its work."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from monitor.web.page_context import PageContext


async def healthz(request: Request) -> Response:
    """Answer `/healthz`: the event loop is alive."""
    return PlainTextResponse("ok")


async def readyz(context: PageContext, _: Request) -> Response:
    """Answer `/readyz`: whether the program does its work, and if not, why."""
    problems = list(await context.problems())
    said: dict[str, object] = {
        "ready": not problems,
        "starting": not problems and context.is_starting(),
        "standing_by": context.is_standing_by(),
        "problems": problems,
    }
    if notices := list(context.notices()):
        said["notices"] = notices
    return JSONResponse(said, 503 if problems else 200)
