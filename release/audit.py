"""Known weaknesses of what the lock names: a report for people, which decides nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from release.faults import ReleaseError


def report(lock: Path) -> str:
    """Return what pip-audit found, and of how many libraries it could find out nothing.

    Raises ReleaseError where it could find out nothing at all.
    """
    asked = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes", "--disable-pip"]
    asked += ["--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    return told(subprocess.run(asked, capture_output=True, text=True, check=False).stdout)


def told(answer: str) -> str:
    """Return the same from the JSON that pip-audit wrote."""
    try:
        found = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        found = []
    if not any("vulns" in one for one in found):
        raise ReleaseError(
            "查不到已知漏洞的资料：连不上提供资料的服务，或它没有这些依赖的资料。本次没有核查任何依赖，不等于没有漏洞。"
            " / Nothing is known: the service that knows of weaknesses was not reached, or tells nothing of these"
            " libraries. Nothing was checked, which does not mean that nothing is wrong."
        )
    return "\n".join(_lines(found))


def _lines(found: list[Mapping[str, Any]]) -> Iterator[str]:
    asked = [one for one in found if "vulns" in one]
    weak = [one for one in asked if one["vulns"]]
    yield f"核查了 {len(asked)} 个依赖，{len(weak)} 个有已知漏洞。"
    yield f"{len(asked)} libraries were checked, {len(weak)} have known weaknesses."
    for one in weak:
        for weakness in one["vulns"]:
            fixed = "、".join(weakness.get("fix_versions") or ["尚无 / none yet"])
            yield f"{one['name']} {one['version']}: {weakness['id']}，已修正的版本 / fixed in: {fixed}"
    for one in found:
        if "vulns" not in one:
            yield f"{one['name']}：没有查到资料，未核查。 / Not checked: nothing is known of it."
