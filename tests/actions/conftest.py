from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store import Store, open_store
from tests.databases import migrated


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "xuncha.db")) as opened:
        yield opened
