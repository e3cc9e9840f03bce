"""Watches the accounts and tells the people responsible."""
