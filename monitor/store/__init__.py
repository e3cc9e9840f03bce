"""The only place that knows SQL: values go in, values come out, every write inside the caller's transaction."""

from monitor.store.database import SchemaTooNewError, Store, StoreError, Tx, is_made, open_store, savepoint, shown
from monitor.store.faults import reason

__all__ = ["SchemaTooNewError", "Store", "StoreError", "Tx", "is_made", "open_store", "reason", "savepoint", "shown"]
