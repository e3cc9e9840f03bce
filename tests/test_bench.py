import subprocess
import sys
from pathlib import Path


def test_the_bench_runs_and_prints_every_row() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    assert run.returncode == 0
    rows = [line.split("  ")[0] for line in run.stdout.splitlines()]
    for page in ("HTML 48 KB", "HTML 150 KB", "Weibo JSON 61 KB", "RSS 36 KB"):
        for mode in ("first look", "a new post", "same bytes, no validators", "304", "other bytes, same posts"):
            assert f"{page}, {mode}" in rows
    for figure in ("judge all", "judge a minute's", "scrape", "resident at most"):
        assert f"20 accounts, 20 posts each: {figure}" in rows
    assert "500 accounts: area rules" in rows
    assert {"python", "xuncha --help", "import monitor.app"} <= set(rows)
