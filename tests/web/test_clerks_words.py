"""No page tells a clerk a setting's name, a switch's value, the id of a rule or a word of programs.

Only what is made for the people of information technology does: the settings in force, the interface, tokens.
"""

from __future__ import annotations

import re
from html import unescape

from monitor.app.hints import hints
from monitor.settings.called import CALLED
from monitor.settings.kinds import Secret
from monitor.settings.sections import GrantSettings
from monitor.store import Store
from tests.pipeline.build import settings
from tests.web.conftest import client_of
from tests.web.county import Surroundings, fill
from tests.web.test_pages import every_page

FOR_TECHNICIANS = ("/system/settings", "/system/tokens", "/system/hooks", "/rights", "/start/own")
_KEYS = "|".join(re.escape(".".join(key)) for key in CALLED if len(key) > 1 and "*" not in key)
RAW = re.compile(rf"\b(?:{_KEYS}|hold|true|false|null|None|[A-Z]{{2,4}}-0\d|xuncha [a-z]+|[a-z]+_[a-z_]+)\b")
"""Names of settings, values of switches, ids of rules, commands, and words of code."""


def seen_on(page: str) -> str:
    """Return what a person reads on a page: no script, no addresses, no file names in code."""
    without = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", without)).split())


def test_no_page_of_a_clerk_shows_the_words_of_programs(empty: Store, around: Surroundings) -> None:
    fill(empty)
    advised = settings(hold=True, grants={"shili": GrantSettings(collector="weibo", id="1", secret=Secret("env:S"))})
    around.hints = [hint.text for hint in hints(advised)]
    client = client_of(empty, around)
    assert "试发模式" in seen_on(client.get("/system").text)
    found: dict[str, list[str]] = {}
    for address in every_page(empty):
        if not address.startswith(FOR_TECHNICIANS):
            said = seen_on(client.get(address).text)
            if raw := [said[max(0, hit.start() - 30) : hit.end() + 20] for hit in RAW.finditer(said)]:
                found[address] = raw
    assert found == {}
