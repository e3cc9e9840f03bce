"""`/messages/test`: have a message sent to oneself, to see whether a channel works."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.messages import TryChannelCommand
from monitor.actions.refused import Field, RefusedError
from monitor.web.auth.visitor import visitor_of
from monitor.web.forms import Form, done, form_of
from monitor.web.pages.pages import Pages

_BACK = {"start": "/start?step=channel"}
"""Where a test leads back to, by the word for it in the address; else to the messages."""
_CHANNEL, _ADDRESS = Field("channel", "渠道"), Field("address", "邮箱或钉钉ID")


def routes(pages: Pages) -> Iterator[Route]:
    """Yield what this page answers."""
    yield Route("/messages/test", partial(channel_test, pages))
    yield Route("/messages/test", partial(post_channel_test, pages), methods=["POST"])


async def channel_test(pages: Pages, request: Request) -> Response:
    """Answer GET `/messages/test`."""
    return _page(pages, Form({}), request.query_params.get("back", ""))


async def post_channel_test(pages: Pages, request: Request) -> Response:
    """Answer POST `/messages/test`: send the message now, and say what came of it."""
    form = await form_of(request)
    back = form.get("back")
    command = TryChannelCommand(channel=form.get("channel"), address=form.get("address").strip() or None)
    try:
        await _tried(pages, request, command)
    except RefusedError as error:
        return _page(pages, form, back, refused=error)
    card = pages.context.channels[command.channel]
    return done(request, _BACK.get(back, "/messages"), f"对方已接收，请到{card.kind}查看。收到即可用，已留下记录。")


async def _tried(pages: Pages, request: Request, command: TryChannelCommand) -> None:
    """Try a channel; raises RefusedError where there is none of that name, nobody to write to, or it took nothing."""
    card = pages.context.channels.get(command.channel)
    if card is None or pages.context.try_channel is None:
        raise RefusedError("设置中没有这个渠道，请重新选择。", _CHANNEL)
    if not card.is_group and command.address is None:
        raise RefusedError("请填写您的邮箱或钉钉ID，测试只发给您。", _ADDRESS)
    await pages.context.try_channel(command, visitor_of(request).actor)


def _page(pages: Pages, form: Form, back: str, refused: RefusedError | None = None) -> Response:
    return pages.html(
        "channel_test.html",
        pages.context.moment(),
        status=422 if refused else 200,
        refused=refused,
        typed=form,
        back=back if back in _BACK else "",
        back_address=_BACK.get(back, "/messages"),
        channels=pages.context.channels,
    )
