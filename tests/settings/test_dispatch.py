"""Who makes the looks, as an office may write it, and what a worker is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.settings import SettingsError, load
from monitor.settings.load import load_for_worker
from tests.settings.files import OFFICE, complaints, loaded


def test_the_service_looks_itself_unless_workers_are_named(folder: Path) -> None:
    assert loaded(folder, "").dispatch.kind == "embedded"
    chosen = loaded(folder, "dispatch: {kind: procrastinate, addresses: [A, B], platforms: {weibo: [B]}}\n").dispatch
    assert (chosen.addresses, dict(chosen.platforms)) == (("A", "B"), {"weibo": ("B",)})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{kind: embedded, role: workers}", "请删去 addresses、platforms 和 role"),
        ("{kind: celery}", "“dispatch.kind”应为 embedded 或 procrastinate"),
        ("{kind: procrastinate}", "addresses 至少要写一个"),
        ("{addresses: [A]}", "没有采集进程"),
        ("{kind: procrastinate, addresses: [A, A]}", "重复"),
        ("{kind: procrastinate, addresses: ['A B']}", "不能使用的字符"),
        ("{kind: procrastinate, addresses: [A], platforms: {weibo: [C]}}", "“C”不在 dispatch.addresses 中"),
        ("{kind: procrastinate, addresses: [A], platforms: {weibo: []}}", "不能为空"),
        ("{kind: procrastinate, addresses: [A], platforms: {webo: [A]}}", "不认识的采集器“dispatch.platforms.webo”"),
        ("{kind: procrastinate, adresses: [A]}", "不认识的设置项“dispatch.adresses”"),
    ],
)
def test_what_leads_nowhere_is_refused_with_its_line(folder: Path, written: str, said: str) -> None:
    (folder / "xuncha.yaml").write_text(f"{OFFICE}dispatch: {written}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(folder, None, collectors=frozenset({"weibo", "feed"}))
    assert said in str(refused.value)
    assert all(problem.line == len(OFFICE.splitlines()) + 1 for problem in refused.value.problems)


def test_a_worker_is_told_what_looks_need_and_no_secret_of_channels_or_pages(folder: Path) -> None:
    text = (
        "channels: {unit: {url: 'env:ROBOT'}}\nweb: {api_token: 'env:TOKEN'}\n"
        "grants: {one: {collector: wechat-official, id: wx, secret: 'env:GRANT'}}\nnetwork: {proxy: 'env:PROXY'}\n"
    )
    (folder / "xuncha.yaml").write_text(f"{OFFICE}{text}", encoding="utf-8")
    env = {"ROBOT": "dingtalk://x", "TOKEN": "x" * 40, "GRANT": "secret", "PROXY": "http://10.0.0.1:3128"}
    settings = load_for_worker(folder, env)
    assert settings.grants["one"].secret.reveal() == "secret"
    assert settings.network.proxy is not None
    assert settings.network.proxy.reveal() == "http://10.0.0.1:3128"
    for secret in (settings.channels["unit"].url, settings.web.api_token):
        assert secret is not None
        with pytest.raises(LookupError):
            secret.reveal()
    assert load_for_worker(folder, {name: env[name] for name in ("GRANT", "PROXY")}).grants["one"].secret.reveal()
    with pytest.raises(SettingsError, match="GRANT"):
        load_for_worker(folder, {})
    assert complaints(folder, text + "nothing: 1\n")
