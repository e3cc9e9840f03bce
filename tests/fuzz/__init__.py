"""Hostile bytes: every parser of what somebody else wrote, and what it is tried with."""
