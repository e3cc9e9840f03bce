"""The image, built and lived in by `build-image`: takes three minutes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DRILL = Path(__file__).parent / "build-image"


@pytest.mark.slow
def test_the_image_is_built_runs_as_nobody_special_and_keeps_its_data() -> None:
    missing = [name for name in ("buildah", "debootstrap") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed (tests/setup-services installs them)")
    if os.geteuid() != 0:
        pytest.skip("only root can make a base and enter it")
    done = subprocess.run(
        [DRILL], env=os.environ | {"PYTHON": sys.executable}, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the data survived a new container" in done.stdout
