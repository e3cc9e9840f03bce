"""What the settings make of web hooks: where they may go, and what keeps their secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from ipaddress import ip_address

from alerts.grammar import BadChannelError
from alerts.web_hook import Guards, WebHookPoster, endpoint_of
from collectors.guard import AddressGuard
from collectors.seal import Seal
from monitor.actions.web_hooks import HookOffice
from monitor.pipeline.hook_vault import HookVault
from monitor.settings import Settings


def hook_office(settings: Settings, clock: Callable[[], datetime]) -> HookOffice:
    """Return what is needed to name far sides, and to tell them of cases.

    What the settings let a source lie in (`network.allow`) a far side may lie in too: an administrator names both.
    """
    guard = AddressGuard(settings.network.allow)
    proxy = settings.network.proxy.reveal() if settings.network.proxy else None
    allows_host = partial(guard.allows_host, is_resolved_elsewhere=proxy is not None)
    guards = Guards(allows=lambda host: _allows(guard, host), allows_host=allows_host, proxy=proxy)
    vault = HookVault(Seal(settings.key.reveal()) if settings.key else None)
    return HookOffice(vault=vault, fault_of=partial(_fault, allows_host), post=WebHookPoster(guards, clock).post)


def _fault(allows_host: Callable[[str], bool], url: str) -> str:
    """Return what is wrong with an address, as the end of a sentence; empty for one that may be named."""
    try:
        host = endpoint_of(url).host
    except BadChannelError as error:
        return f"不正确：{error}"
    if not allows_host(host):
        return "指向本机或内网，不能推送；确需推送到内网的，请在 network.allow 中写明该网段"
    return ""


def _allows(guard: AddressGuard, host: str) -> bool:
    """True if an address that a name was resolved to may be connected to; what is no address may not."""
    try:
        return guard.allows(ip_address(host.partition("%")[0]))
    except ValueError:
        return False
