"""A liaison on a phone: the whole share text is pasted, and the light turns green."""

from __future__ import annotations

from pathlib import Path

from monitor.store import Store
from tests.web.browser import Browser
from tests.web.permits import LINK, visit
from tests.web.person import DESK, PHONE, Person
from tests.web.serving import listened


async def test_a_liaison_pastes_a_whole_share_text_and_the_light_turns_green_in_three_touches(
    empty: Store, chromium: Browser, tmp_path: Path
) -> None:
    at = await visit(empty)
    with listened(at.client.app) as where:  # type: ignore[arg-type]  # the application under the client
        sight = chromium.look(f"{where}/k/{at.token()}", width=PHONE, picture=tmp_path / "before.png")
        assert (sight.complaints, sight.is_too_wide) == ((), False)
        liaison = Person(chromium, where, PHONE)
        liaison.pastes("article input[name=link]", f"示例发布的一篇文章 {LINK} 复制后打开")
        liaison.clicks_on("article button", leaves=True)
        assert 1 + liaison.clicks <= 3, "the link in the message was one touch"
        assert chromium.evaluate("document.querySelector('article .light').className") == "light green"
        assert "已办结" in str(chromium.evaluate("document.querySelector('.notice').textContent"))
        small = "[...document.querySelectorAll('main button, main summary, main a, main input:not([type=hidden])')]"
        shown = "e.offsetParent && !['radio', 'checkbox'].includes(e.type)"
        heights = f"{small}.filter(e => {shown} && e.offsetHeight < 48).length"
        assert chromium.evaluate(heights) == 0
        wide = chromium.look(f"{where}/k/{at.token()}", width=DESK, picture=tmp_path / "after.png")
        assert (wide.complaints, wide.is_too_wide) == ((), False)
