"""The table of what is known of each platform says what there is, and leaves no platform out."""

from __future__ import annotations

import re

import pytest

from monitor.app.collectors import all_collectors
from monitor.core.account import Platform
from monitor.core.collector import GrantedCollector, LinkCollector, PartialCollector, ProvingCollector
from monitor.core.way import INSTEAD, WAYS, Shows, Way, advice, ways_of

COLLECTORS = all_collectors()
PLATFORMLESS = {"feed", "manual", "web-probe"}
"""Ways that belong to no platform."""


def test_every_way_is_a_collector_and_every_collector_of_a_platform_is_a_way() -> None:
    assert {way.collector for way in WAYS} == set(COLLECTORS) - PLATFORMLESS


@pytest.mark.parametrize("platform", Platform, ids=lambda platform: platform.value)
def test_the_default_ways_of_a_platform_are_its_default_chain(platform: Platform) -> None:
    default = {way.collector for way in ways_of(platform) if way.is_default}
    assert default == {name for name, collector in COLLECTORS.items() if platform in collector.platforms}
    assert INSTEAD[platform]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.platform.value}-{way.collector}")
def test_a_way_says_what_its_collector_can_show(way: Way) -> None:
    collector, shows = COLLECTORS[way.collector], way.shows
    if isinstance(collector, LinkCollector):
        assert shows is Shows.APP
    elif isinstance(collector, PartialCollector) and collector.is_partial("x"):
        assert shows in {Shows.SOME, Shows.PROFILE, Shows.POST}
    else:
        assert shows is Shows.LIST
    if isinstance(collector, GrantedCollector):
        assert not way.is_default
    if shows is Shows.POST:
        assert isinstance(collector, ProvingCollector)
    assert re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", way.evidence)


def test_advice_names_platforms_of_the_same_remedy_together() -> None:
    said = list(advice([Platform.RENMINHAO, Platform.XUEXI, Platform.DOUYIN, Platform.XUEXI]))
    assert said == [
        f"抖音：{INSTEAD[Platform.DOUYIN]}",
        f"人民号、学习强国：{INSTEAD[Platform.RENMINHAO]}",
    ]
