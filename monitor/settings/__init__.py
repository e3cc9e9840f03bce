"""The settings of an office: config/xuncha.yaml, rules.yaml and calendar.yaml, checked as a whole."""

from monitor.settings.kinds import Secret
from monitor.settings.load import Settings, bound_by, load
from monitor.settings.problem import Problem, SettingsError
from monitor.settings.sections import GROUP

__all__ = ["GROUP", "Problem", "Secret", "Settings", "SettingsError", "bound_by", "load"]
