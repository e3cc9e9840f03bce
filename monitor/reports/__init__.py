"""Reports: values in, tables out. They say what was judged and decided; they judge nothing themselves."""

from monitor.reports.deductions import deductions
from monitor.reports.deregistration import deregistration
from monitor.reports.dossier import Dossier, gaps_of
from monitor.reports.period import BadPeriodError, Period
from monitor.reports.report import Report
from monitor.reports.review import review

__all__ = ["BadPeriodError", "Dossier", "Period", "Report", "deductions", "deregistration", "gaps_of", "review"]
