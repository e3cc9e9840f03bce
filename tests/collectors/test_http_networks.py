"""Networks of one's own are open to whoever was sent there by the roster or the settings, and to nobody else."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import pytest

from collectors.http import Policy
from collectors.politeness import LONGEST_REST, retry_after
from monitor.core.collector import Request
from monitor.core.observation import LookFailedError, Reason
from tests.collectors.conftest import FREE, NOW, OpenDoor, OpenFar, answer

ONE, OTHER = ip_network("127.0.0.1/32"), ip_network("127.0.0.2/32")
BOTH = ip_network("127.0.0.0/30")


def policy(*allow: object, proxy: str | None = None) -> Policy:
    return Policy(allow=allow, pace=FREE, proxy=proxy)  # type: ignore[arg-type] # networks of either version


async def elsewhere(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Send the visitor on to the other network, on the same port."""
    port = writer.get_extra_info("sockname")[1]
    writer.write(answer(status="302 Found", location=f"http://127.0.0.2:{port}/secret"))


async def test_a_redirect_leads_into_no_network_but_that_of_the_host_that_was_asked(
    door: OpenDoor, far: OpenFar
) -> None:
    there = await far(elsewhere)
    with pytest.raises(LookFailedError) as caught:
        await door(policy(ONE, OTHER)).bind("x", reader="r")(Request(url=there.url()))
    assert caught.value.reason is Reason.GUARD_BLOCKED
    assert there.paths == ["/"]


async def test_a_redirect_by_name_leads_into_no_other_network_either(
    door: OpenDoor, far: OpenFar, names: dict[str, str]
) -> None:
    names |= {"public.example": "127.0.0.1", "intranet.example": "127.0.0.2"}
    there = await far(answer(status="302 Found", location="http://intranet.example/secret"))
    with pytest.raises(LookFailedError) as caught:
        await door(policy(ONE, OTHER)).bind("x", reader="r")(Request(url=there.url(host="public.example")))
    assert caught.value.reason is Reason.GUARD_BLOCKED
    assert len(there.asked) == 1


async def test_no_connection_that_another_source_has_opened_is_a_way_in(
    door: OpenDoor, far: OpenFar, names: dict[str, str]
) -> None:
    names |= {"public.example": "127.0.0.1", "intranet.example": "127.0.0.1"}

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        port = writer.get_extra_info("sockname")[1]
        is_public = b"host: public.example" in request.lower()
        away = answer(status="302 Found", location=f"http://intranet.example:{port}/secret")
        writer.write(away if is_public else answer(b"<html>secret</html>"))

    there = await far(script)
    here = door(policy(ONE, OTHER))
    page = await here.bind("own", reader="r")(Request(url=there.url(host="intranet.example")))
    assert b"secret" in page.body
    names["public.example"] = "127.0.0.2"  # seen from here: in another network than the one it leads to
    with pytest.raises(LookFailedError) as caught:
        await here.bind("x", reader="r")(Request(url=f"http://public.example:{there.port}/"))
    assert caught.value.reason in {Reason.GUARD_BLOCKED, Reason.CONNECT}
    assert all("/secret" not in path for path in there.paths)


async def test_a_name_with_addresses_outside_lies_in_no_network(
    door: OpenDoor, far: OpenFar, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await far(answer(b"body"))

    def resolve(*_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", (address, there.port)) for address in ("127.0.0.1", "8.8.8.8")]

    here = door(policy(ONE))
    monkeypatch.setattr("collectors.names.getaddrinfo", resolve)
    assert await here._line._networks_of("both.example") == ()


async def test_within_its_network_a_source_may_be_sent_on(door: OpenDoor, far: OpenFar) -> None:
    there = await far(elsewhere)
    second = door(policy(BOTH)).bind("x", reader="r")
    with pytest.raises(LookFailedError) as caught:
        await second(Request(url=there.url()))
    assert caught.value.reason is Reason.CONNECT  # let through: nobody listens there


async def test_a_later_request_of_the_look_goes_no_further_than_the_first(door: OpenDoor, far: OpenFar) -> None:
    """The manifest of an app names its package: that address is a stranger's."""
    there = await far(answer(b"body"))
    fetch = door(policy(ONE, OTHER)).bind("x", reader="r")
    assert (await fetch(Request(url=there.url()))).body == b"body"
    with pytest.raises(LookFailedError) as caught:
        await fetch(Request(url=there.url(host="127.0.0.2")))
    assert caught.value.reason is Reason.GUARD_BLOCKED


ITSELF = """
127.0.0.1. 127.1 0x7f.1 0177.0.0.1 2130706433 0x7f000001 [::1] [::ffff:127.0.0.1] 0 localhost LOCALHOST localhost.
a.localhost a.localhost. localhost.localdomain ip6-localhost ip6-loopback 10.0.0.1. 169.254.169.254.
127\u30020\u30020\u30021
\uff11\uff12\uff17.0.0.1 [fe80::1]
"""
LOCAL = "metadata.google.internal intranet printer.local router.lan db.corp"


@pytest.mark.parametrize("host", (ITSELF + LOCAL).split())
async def test_behind_a_proxy_no_page_leads_to_a_name_of_the_machine_or_its_network(
    host: str, door: OpenDoor, far: OpenFar
) -> None:
    proxy = await far(answer(status="302 Found", location=f"http://{host}/"))
    with pytest.raises(LookFailedError):
        await door(policy(proxy=proxy.url().rstrip("/"))).bind("x", reader="r")(Request(url="http://www.example.cn/"))
    assert len(proxy.asked) == 1


@pytest.mark.parametrize("host", ITSELF.split())
async def test_the_machine_itself_is_not_asked_for_by_anybody(host: str, door: OpenDoor, far: OpenFar) -> None:
    proxy = await far(answer(b"inside"))
    for policy_ in (policy(), policy(proxy=proxy.url().rstrip("/"))):
        with pytest.raises(LookFailedError):
            await door(policy_).bind("x", reader="r")(Request(url=f"http://{host}:{proxy.port}/"))
    assert proxy.asked == []


async def test_behind_a_proxy_a_public_name_is_the_proxy_s_affair(door: OpenDoor, far: OpenFar) -> None:
    proxy = await far(answer(b"<html>page</html>"))
    page = await door(policy(proxy=proxy.url().rstrip("/"))).bind("x", reader="r")(
        Request(url="http://www.example.cn/")
    )
    assert page.body == b"<html>page</html>"


@pytest.mark.parametrize(
    "value",
    [
        "999999999999999999999999",
        "9" * 7,
        format_datetime(NOW + timedelta(days=4000)),
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ],
)
def test_however_long_a_far_side_asks_to_be_left_alone_it_is_asked_again_within_hours(value: str) -> None:
    assert retry_after(value, NOW) == LONGEST_REST


@pytest.mark.parametrize("value", ["", "soon", "-5", "Fri, 99 Foo 0000", "Mon, 01 Jan 0001 00:00:00 +2359", "\ud800"])
def test_what_is_no_time_is_no_reason_to_stay_away(value: str) -> None:
    assert (retry_after(value, datetime(2026, 1, 1, tzinfo=UTC)) or timedelta()) == timedelta()
