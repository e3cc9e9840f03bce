"""The store of each test, on both databases."""

from tests.store.conftest import emptied, postgresql, store, url

__all__ = ["emptied", "postgresql", "store", "url"]
