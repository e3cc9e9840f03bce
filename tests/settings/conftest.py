import shutil
from pathlib import Path

import pytest

from tests.settings.files import SHIPPED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped settings."""
    for name in ("xuncha.yaml", "rules.yaml", "calendar.yaml"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path
