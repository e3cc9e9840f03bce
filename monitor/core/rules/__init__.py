"""The obligations, one module each: pure functions from what is known to a finding."""
