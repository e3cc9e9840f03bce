"""Pages for people and for Prometheus: they read the store and never judge."""

from monitor.web.app import create_app
from monitor.web.serving import WebServer

__all__ = ["WebServer", "create_app"]
