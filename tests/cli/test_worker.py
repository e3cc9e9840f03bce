"""xuncha worker, and services whose looks workers make: what is refused."""

from __future__ import annotations

import pytest

from tests.cli.office import Office

BY_WORKERS = "dispatch: {kind: procrastinate, addresses: [north, south]}\n"


@pytest.mark.file
@pytest.mark.parametrize("command", [("run",), ("worker", "--queue", "north"), ("config", "check")])
def test_workers_on_a_database_in_a_file_are_refused_in_one_sentence(office: Office, command: tuple[str, ...]) -> None:
    office.settle(BY_WORKERS)
    assert "数据库须是 PostgreSQL" in office.type(*command).refused()


def test_where_the_service_looks_itself_there_is_nothing_for_a_worker(office: Office) -> None:
    assert "由服务自己采集" in office.type("worker", "--queue", "north").refused()


def test_a_worker_needs_a_queue(office: Office) -> None:
    assert office.type("worker").code == 2


@pytest.mark.parametrize("proxy", ["notaproxy", "10.0.0.1:3128", "socks5://10.0.0.1:1080", "http://", "http://a:99999"])
def test_a_proxy_that_no_look_could_go_through_is_refused_before_the_first(office: Office, proxy: str) -> None:
    """Else every look of the worker failed, while its queue passed for served."""
    assert "代理地址" in office.type("worker", "--queue", "north", "--proxy", proxy).refused(2)


@pytest.mark.parametrize("bind", ["9101", "127.0.0.1:", "127.0.0.1:70000"])
def test_metrics_need_an_address_and_a_port(office: Office, bind: str) -> None:
    assert "地址:端口" in office.type("worker", "--queue", "north", "--metrics", bind).refused(2)
