"""Messages on the pages as their readers see them: headings, bold words and links instead of the signs for them."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup

from monitor.web.words import masked

_OF_ONE_PERSON = re.compile(r"\[([^\[\]]{0,100})\]\([^()\s]{0,300}/k/［[^()\s]{0,20}\)")


def drawing(html: Callable[[str], str]) -> Callable[[str], Markup]:
    """Return what draws a message's small Markdown with `html`, which must escape whatever is not its own.

    Links that only its reader may use are named and lead nowhere.
    """

    def drawn(body: str) -> Markup:
        return Markup(html(_OF_ONE_PERSON.sub(r"\1［本人链接］", masked(body))))  # noqa: S704 - see above

    return drawn
