"""A list of posts as a platform answers it: what it covers is lowered here, by its own signals, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from collectors import json_body
from collectors.json_body import Fields
from monitor.core.observation import (
    Covers,
    LookFailedError,
    Post,
    Precision,
    Profile,
    Reason,
    Standing,
    Timeline,
    timeline,
)


def listing(
    rows: list[object],
    read: Callable[[Fields], Post | None],
    profile: Profile | None = None,
    *,
    is_last: bool = False,
) -> Timeline:
    """Return the posts that `read` makes of the rows; without rows the account is EMPTY.

    A row without a time may be the newest one, and so may one whose time is a lower bound or whose year was
    guessed; behind pinned posts alone may stand newer ones, unless the platform says that the page is its
    last: such a list covers SOME. Raises LookFailedError: UNREADABLE where no row has a time, or none but pinned ones.
    """
    posts = [post for post in map(read, json_body.rows(rows)) if post]
    is_unpinned = any(not post.is_pinned for post in posts)
    if len(posts) < len(rows) and not is_unpinned:
        raise LookFailedError(Reason.UNREADABLE, f"{len(rows)} posts, {len(posts)} with a time, none of them unpinned")
    is_whole = (
        len(posts) == len(rows)
        and all(post.precision is not Precision.AT_LEAST and not post.is_year_guessed for post in posts)
        and (is_unpinned or is_last or not posts)
    )
    return timeline(posts, covers=Covers.ALL if is_whole else Covers.SOME, profile=profile)


def joined(first: Timeline, second: Timeline) -> Timeline:
    """Return the list that two pages make, of which the first shows pinned posts at most."""
    known = {post.key for post in first.posts}
    posts = (*first.posts, *(post for post in second.posts if post.key not in known))
    return timeline(posts, covers=second.covers) if posts else second


def unless_hidden(seen: Timeline, published: int | None = None) -> Timeline:
    """Return a list as it counts beside the number of posts that the profile gives, if it gives one.

    An empty list is what many platforms also answer when they show a visitor nothing. It stands for an
    account without posts only where the profile counts none.
    """
    if seen.posts or not seen.standing.is_present:
        return seen
    if published == 0:
        return replace(seen, standing=Standing.EMPTY, covers=Covers.ALL)
    return replace(seen, standing=Standing.ACTIVE if published else seen.standing, covers=Covers.SOME)
