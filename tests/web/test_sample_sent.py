"""The sample's page of sent messages in a browser: it opens itself again, but takes nothing from who copies."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from monitor.sample.page import POLICY, render
from tests.sample.looking import NOW
from tests.web.browser import Browser
from tests.web.serving import listened


def sent(_: Request) -> HTMLResponse:
    page = render((), NOW, {"“示例交通”（微博）": "一段分享文字"})
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


def test_what_is_selected_on_the_page_of_sent_messages_stays_until_it_is_copied(chromium: Browser) -> None:
    with listened(Starlette(routes=[Route("/", sent)])) as base:
        sight = chromium.look(f"{base}/", width=1280)
        chromium.evaluate("getSelection().selectAllChildren(document.querySelector('.share'))")
        assert chromium.evaluate("again()") is False
        chromium.evaluate("getSelection().removeAllRanges()")
        assert chromium.evaluate("again()") is None  # it is on its way
    assert sight.complaints == ()
