"""A list of posts as a platform answers it: whole only if every row of it could be read."""

from __future__ import annotations

from collections.abc import Callable

from collectors import bodies
from collectors.bodies import Fields
from monitor.core.observation import Covers, LookFailedError, Post, Profile, Reason, Timeline, timeline


def listing(rows: list[object], read: Callable[[Fields], Post | None], profile: Profile | None = None) -> Timeline:
    """Return the posts that `read` makes of the rows; without rows the account is EMPTY.

    A row without a time may be the newest one, and behind pinned posts alone may stand newer ones:
    such a list covers SOME. Raises LookFailedError: UNREADABLE where no row at all has a time.
    """
    posts = [post for post in map(read, bodies.rows(rows)) if post]
    if rows and not posts:
        raise LookFailedError(Reason.UNREADABLE, f"{len(rows)} posts, none with a time")
    is_whole = len(posts) == len(rows) and not (posts and all(post.is_pinned for post in posts))
    return timeline(posts, covers=Covers.ALL if is_whole else Covers.SOME, profile=profile)
