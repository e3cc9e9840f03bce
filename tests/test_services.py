import subprocess
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.on_postgresql import LEFT_OUT
from tests.services import require_chromium, require_postgresql, require_prometheus, require_promtool


def test_a_postgresql_of_our_own_answers_and_leaves_nothing() -> None:
    with require_postgresql() as address:
        folder = Path(address.partition("host=")[2])
        engine = create_engine(address)
        with engine.connect() as connection:
            assert connection.execute(text("select '巡查'")).scalar_one() == "巡查"
        engine.dispose()
    assert not folder.exists()


def test_the_programs_run() -> None:
    for program in (require_chromium(), require_prometheus(), require_promtool()):
        assert subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def test_a_missing_program_is_a_skip_and_in_ci_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("XUNCHA_REQUIRE_SERVICES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="promtool is not installed"):
        require_promtool()
    monkeypatch.setenv("XUNCHA_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="promtool is not installed"):
        require_promtool()


def test_what_the_run_on_postgresql_leaves_out_has_no_database_but_in_slow_drills() -> None:
    tests = Path(__file__).parent
    for place in set(LEFT_OUT) - {"store"}:
        files = (
            [tests / place]
            if place.endswith(".py")
            else [*(tests / place).rglob("test_*.py"), *(tests / place).rglob("conftest.py")]
        )
        assert files, f"there is no {place}"
        for file in files:
            text = file.read_text()
            databases = "tests.databases" in text or "open_store" in text
            assert not databases or "pytest.mark.slow" in text, f"{file.name} has a database: do not leave out {place}"
