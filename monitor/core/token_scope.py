"""The scopes of API tokens: what a program may do that shows one."""

from __future__ import annotations

from monitor.core.account import Labelled


class TokenScope(Labelled):
    """One thing that a token lets its caller do."""

    READ = "read", "读取"
    POST_LINKS = "post_links", "登记发布链接"
    DECIDE = "decide", "处置和放行"
