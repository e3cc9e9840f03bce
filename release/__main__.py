"""`make bundle` and `make audit`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from release import audit, bundle
from release.archive import sha256
from release.checkout import ROOT
from release.faults import ReleaseError


def main(arguments: Sequence[str]) -> int:
    """Make what is asked for; 1 if it cannot be made."""
    given = _parser().parse_args(arguments)
    try:
        if given.what == "audit":
            print(audit.report(ROOT / "requirements.lock"))
        else:
            made = bundle.make(given.out)
            print(f"{made}\nsha256 {sha256(made)}")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    kinds = parser.add_subparsers(dest="what", required=True)
    kinds.add_parser("audit", help="ask for known weaknesses of what the lock names")
    made = kinds.add_parser("bundle", help="make the archive that installs without a network")
    made.add_argument("--out", type=Path, default=ROOT / "dist")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
