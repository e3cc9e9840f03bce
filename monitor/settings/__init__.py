"""The settings of an office: config/xuncha.yaml, rules.yaml and calendar.yaml, checked as a whole."""

from monitor.settings.kinds import Secret
from monitor.settings.load import Settings, bound_by, load
from monitor.settings.problem import SettingsError, SettingsProblem
from monitor.settings.sections import GROUP

__all__ = ["GROUP", "Secret", "Settings", "SettingsError", "SettingsProblem", "bound_by", "load"]
