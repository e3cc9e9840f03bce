"""The day's situation in two sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.core.light import Light
from monitor.web.words import ago

_ALWAYS = frozenset({Light.RED, Light.AMBER, Light.GREEN})
"""The lights of which one says how many there are even where there is none."""


def situation(counted: Mapping[Light, int], last_look: datetime | None, now: datetime) -> str:
    """Return today's situation in two sentences: what is pressing comes first."""
    parts = [f"{light.label}{count}个" for light, count in counted.items() if count or light in _ALWAYS]
    looked = f"最近采集：{ago(last_look, now)}" if last_look else "尚未开始采集"
    return f"共{sum(counted.values())}个账号：{'，'.join(parts)}。{looked}"
