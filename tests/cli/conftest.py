from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.office import Office
from tests.warm import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    server = Warm()
    yield server
    server.close()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    for name in ("XUNCHA_CONFIG", "XUNCHA_DB", "XUNCHA_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Office.at(tmp_path)
