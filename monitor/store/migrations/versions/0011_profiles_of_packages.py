"""A fault of packages: a provisioning profile that has run out."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

FAULTS = (
    "not_listed",
    "blocked",
    "gone",
    "not_a_package",
    "cut_off",
    "not_installable",
    "unsigned",
    "profile_expired",
    "other_app",
    "no_marker",
    "no_host",
    "cert_expired",
    "cert_not_yet_valid",
    "cert_self_signed",
    "cert_incomplete",
    "cert_other_host",
)


def upgrade() -> None:
    faults = ", ".join(repr(fault) for fault in FAULTS)
    name = op.f("ck_probes_fault")
    with op.batch_alter_table("probes") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, sa.text(f"fault IN ({faults})"))
