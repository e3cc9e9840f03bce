"""The sample county: its accounts, a quarter of history, its platforms on loopback, and sinks for what is sent."""
