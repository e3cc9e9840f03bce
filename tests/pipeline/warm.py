"""What every service of the storm reads and imports, before any is started: it takes longer than most of them live."""

from __future__ import annotations

from ctypes import c_double

import sqlalchemy as sa

from monitor.store.database import PATIENCE, Store
from tests.pipeline.storm import FarSides, SharedClock, parts_of

_STANDING = SharedClock(c_double(), c_double())
_UNHEARD = FarSides((("dingtalk://SEC0123456789abcdef@token", "http://127.0.0.1:9"),), 9)
_UNOPENED = Store(sa.make_url("postgresql+psycopg://"), PATIENCE)
_ = parts_of(_UNOPENED, _STANDING, _UNHEARD.channels(_STANDING)).passes
_UNOPENED.close()
