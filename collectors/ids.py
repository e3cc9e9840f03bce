"""The time in a post's id: when the platform allotted it, which is when the post was made or begun.

Checked on recorded pairs (2019 to 2025). Of 微博 and 哔哩哔哩 it is the publication's own second; of 抖音
and 头条 it is when the draft or the upload began: the post appeared then or later, so it is a lower bound.
Each function returns None for what is no such id, or gives a time that cannot be one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from collectors import dates
from collectors.dates import Stamp
from monitor.core.observation import Precision

_WEIBO_EPOCH = 515483463
_BILIBILI_EPOCH = 1498838400


def weibo(mid: str, at: datetime) -> Stamp | None:
    """Return when a 微博 post was published."""
    return dates.epoch((_number(mid) >> 22) + _WEIBO_EPOCH, at) if _number(mid) else None


def bilibili(dynamic: str, at: datetime) -> Stamp | None:
    """Return when a 哔哩哔哩 dynamic was published."""
    return dates.epoch((_number(dynamic) >> 32) + _BILIBILI_EPOCH, at) if _number(dynamic) else None


def douyin(aweme: str, at: datetime) -> Stamp | None:
    """Return the moment before which a 抖音 work cannot have appeared."""
    return _at_least(dates.epoch(_number(aweme) >> 32, at))


def toutiao(group: str, at: datetime) -> Stamp | None:
    """Return the moment before which a 头条 item cannot have appeared."""
    return _at_least(dates.epoch(_number(group) >> 32, at))


def _at_least(stamp: Stamp | None) -> Stamp | None:
    return replace(stamp, precision=Precision.AT_LEAST) if stamp else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else 0
