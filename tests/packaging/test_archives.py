"""The wheel and the sdist: the same bytes wherever they are made, and everything in them that the program needs."""

import hashlib
import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("alerts", "collectors", "monitor")
BESIDE = (".gitignore", "LICENSE", "README.md", "pyproject.toml")
SHIPPED = ("config/calendar.yaml", "config/rules.yaml", "config/xuncha.yaml")
XUNCHA = (sys.executable, "-P", "-c", "from monitor.cli import main; main()")
EPOCH = "1764547200"


def tracked(*under: str) -> list[str]:
    """Return the files of the project as git knows them."""
    told = subprocess.run(["git", "ls-files", "-z", "--", *under], cwd=ROOT, capture_output=True, check=True)
    return [name for name in told.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def laid(folder: Path, mode: int, moment: int) -> Path:
    """Return a copy of what an archive is made of, with other modes and times, in another order of writing."""
    names = sorted(
        tracked(*PACKAGES, *SHIPPED, "LICENSE", "README.md", "pyproject.toml", ".gitignore"), reverse=moment % 2 == 1
    )
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, path)
        path.chmod(mode)
        os.utime(path, (moment, moment))
    return folder


def built(source: Path, out: Path, kind: str, umask: int, environment: Mapping[str, str]) -> Path:
    """Return the archive that the build backend makes of a folder."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", out],
        cwd=source,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, **environment},
        umask=umask,
        capture_output=True,
        check=True,
    )
    return next(out.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = laid(tmp_path_factory.mktemp("first"), 0o644, 1_700_000_000)
    surroundings = {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    return {kind: built(folder, folder / "dist", kind, 0o022, surroundings) for kind in ("sdist", "wheel")}


def test_two_folders_times_and_masks_make_the_same_bytes(first: Mapping[str, Path], tmp_path: Path) -> None:
    folder = laid(tmp_path / "elsewhere", 0o600, 1_600_000_001)
    left = folder / "monitor" / "__pycache__" / "left.cpython-311.pyc"
    left.parent.mkdir()
    left.write_bytes(b"compiled")
    surroundings = {"TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}
    again = {kind: built(folder, folder / "dist", kind, 0o077, surroundings) for kind in ("sdist", "wheel")}
    assert {kind: digest(path) for kind, path in again.items()} == {kind: digest(path) for kind, path in first.items()}
    assert {kind: path.name for kind, path in again.items()} == {kind: path.name for kind, path in first.items()}


def test_the_sdist_makes_the_same_wheel(first: Mapping[str, Path], tmp_path: Path) -> None:
    with tarfile.open(first["sdist"]) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    assert digest(built(folder, tmp_path / "out", "wheel", 0o027, {})) == digest(first["wheel"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def test_the_version_is_the_same_wherever_it_stands(first: Mapping[str, Path], tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {path.name for path in first.values()} == {f"xuncha-{version}.tar.gz", f"xuncha-{version}-py3-none-any.whl"}
    with zipfile.ZipFile(first["wheel"]) as archive:
        archive.extractall(tmp_path)  # noqa: S202 - our own
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [*XUNCHA, "--version"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"xuncha {version}\n"
    newest = re.search(r"^## \[(.*?)\] - \d{4}-\d{2}-\d{2}$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version, "what changed in this version stands on top, with its day"
    assert f'image.version="{version}"' in (ROOT / "Dockerfile").read_text("utf-8")


def settings(name: str) -> str:
    """Return where a wheel has a file of config/."""
    return name.replace("config/", "monitor/settings/config/")


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(first: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(first["wheel"]) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert all(archive.read(settings(name)) == (ROOT / name).read_bytes() for name in SHIPPED)
    assert inside == {*tracked(*PACKAGES), *map(settings, SHIPPED)}
    for kind in ("migrations/versions/0001", "web/templates/", "web/static/", "sample/", "word/templates/"):
        assert any(kind in name for name in inside), kind


def test_the_sdist_holds_no_more_than_the_wheel_and_what_makes_it(first: Mapping[str, Path]) -> None:
    with tarfile.open(first["sdist"]) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert inside - set(tracked(*PACKAGES, *SHIPPED)) == {
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "pyproject.toml",
        ".gitignore",
    }


@pytest.mark.slow
def test_the_wheel_alone_runs_the_sample_county_from_an_empty_folder(first: Mapping[str, Path], tmp_path: Path) -> None:
    inside, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(first["wheel"]) as archive:
        archive.extractall(inside)  # noqa: S202 - our own
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XUNCHA_")}
    environment |= {"PYTHONPATH": str(inside), "XUNCHA_BIND": f"127.0.0.1:{free_port()}"}
    command = [*XUNCHA, "run", "--or-sample"]
    with subprocess.Popen(command, cwd=empty, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            told = list(itertools.takewhile(lambda line: "按 Ctrl-C 停止" not in line, running.stdout or ()))
            address = next(line.rpartition("：")[2].strip() for line in told if "页面：" in line)
            with urllib.request.urlopen(address, timeout=30) as page:  # noqa: S310 - our own
                assert "示例县" in page.read().decode()
        finally:
            running.terminate()
    assert running.returncode == 0
    assert [path.name for path in empty.iterdir()] == ["data"]


def test_a_folder_of_settings_that_was_named_and_is_not_there_is_no_sample(tmp_path: Path) -> None:
    environment = {**os.environ, "XUNCHA_CONFIG": str(tmp_path / "wrong")}
    done = subprocess.run(
        [*XUNCHA, "sample"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "找不到设置目录" in done.stderr
