"""Tests of monitor.ledger."""
