"""A mark that tells this process from any other."""

from __future__ import annotations

import os
import secrets
import socket


def mark() -> str:
    """Return a mark of this process (`Lease.holder`): on no machine and after no restart is there the same again."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
