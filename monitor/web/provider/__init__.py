"""The office's identity provider: what is asked of it, and what its answers prove."""
