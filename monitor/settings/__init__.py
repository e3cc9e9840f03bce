"""The settings of an office: config/xuncha.yaml, rules.yaml and calendar.yaml, checked as a whole."""

from monitor.settings.load import Settings, load
from monitor.settings.problem import SettingsError

__all__ = ["Settings", "SettingsError", "load"]
