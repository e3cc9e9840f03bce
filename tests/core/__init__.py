"""The core, judged by values."""
