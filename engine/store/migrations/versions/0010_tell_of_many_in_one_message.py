"""Tell of many accounts in one message, where a release tells of them all at once."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("bundle", sa.String(), nullable=True))
    op.create_index(op.f("ix_delivery_bundle"), "delivery", ["bundle"])
