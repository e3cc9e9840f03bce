"""The part that decides: pure functions of values."""
