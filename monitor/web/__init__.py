"""Pages for people and for Prometheus: they read the store and never judge."""

from monitor.web.app import create_app
from monitor.web.connections import Limits
from monitor.web.ops.scrape import account_scraper, scraper
from monitor.web.page_context import LOOPBACK, PageContext, PassStatus, Sample
from monitor.web.permits import Permits
from monitor.web.serving import WebServer, listening

__all__ = [
    "LOOPBACK",
    "Limits",
    "PageContext",
    "PassStatus",
    "Permits",
    "Sample",
    "WebServer",
    "account_scraper",
    "create_app",
    "listening",
    "scraper",
]
