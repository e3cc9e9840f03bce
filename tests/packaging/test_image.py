"""The image, built by `build-image` and run as compose.yaml says: takes three minutes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DRILL = Path(__file__).parent / "build-image"


@pytest.mark.slow
def test_the_image_runs_read_only_as_nobody_special_keeps_its_data_and_ends_when_told() -> None:
    missing = [name for name in ("buildah", "podman", "runc", "debootstrap") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed (tests/setup-services installs them)")
    if os.geteuid() != 0:
        pytest.skip("only root can make a base and enter it")
    done = subprocess.run(
        [DRILL], env=os.environ | {"PYTHON": sys.executable}, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line.partition("] ")[2] for line in done.stdout.splitlines()]
    lived = (
        "read-only and confined, healthy, and told of one account",
        "the data survived a new container",
        "the sample county answers, as confined as the service",
    )
    assert [line for line in lived if line not in told] == []
