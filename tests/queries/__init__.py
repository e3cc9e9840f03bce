"""Tests of monitor.queries."""
