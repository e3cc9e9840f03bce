"""What the owners of accounts that cannot be seen have to do, as far as their platforms say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.core.observation import advice_in
from monitor.core.phrases import plain
from monitor.store.overview import FailingSource

NAMED = 5
"""How many accounts are named of which the same is said."""


def advices(failing: Iterable[FailingSource]) -> Iterator[str]:
    """Yield what has to be done, those accounts of which the same is said together."""
    alike: dict[str, dict[str, str]] = {}
    for source in failing:
        if said := advice_in(source.detail):
            alike.setdefault(said, {})[source.account] = f"“{plain(source.name)}”"
    for said, named in alike.items():
        names = list(named.values())
        more = f"等{len(names)}个账号" if len(names) > NAMED else ""
        yield f"{'、'.join(names[:NAMED])}{more}：{said}"
