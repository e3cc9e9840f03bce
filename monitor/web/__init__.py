"""Pages for people and for Prometheus: they read the store and never judge."""

from monitor.web.connections import Limits
from monitor.web.desk import Desk
from monitor.web.scrape import Condition, account_scraper, scraper
from monitor.web.serving import Server, listening
from monitor.web.site import create_app
from monitor.web.view import LOOPBACK, Pass, Sample, View

__all__ = [
    "LOOPBACK",
    "Condition",
    "Desk",
    "Limits",
    "Pass",
    "Sample",
    "Server",
    "View",
    "account_scraper",
    "create_app",
    "listening",
    "scraper",
]
