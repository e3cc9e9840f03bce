"""The command `xuncha`: what people type, in Chinese."""

from monitor.cli.main import main

__all__ = ["main"]
