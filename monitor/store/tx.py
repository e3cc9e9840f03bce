"""What every function of this package takes first."""

import sqlalchemy as sa

Tx = sa.Connection
"""A transaction."""
