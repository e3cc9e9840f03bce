"""Tests of the sample county."""
