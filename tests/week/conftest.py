from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import require_chromium
from tests.web.browser import Browser, browser


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Browser]:
    """Return a browser that has never been anywhere."""
    with browser(require_chromium(), tmp_path / "profile") as running:
        yield running
