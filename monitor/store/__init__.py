"""The only place that knows SQL: values go in, values come out, every write inside the caller's transaction."""

from monitor.store.database import Store, StoreError, Tx, open_store

__all__ = ["Store", "StoreError", "Tx", "open_store"]
