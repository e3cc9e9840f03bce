"""The pure heart: values and decisions; no clock, no I/O, no logging."""
