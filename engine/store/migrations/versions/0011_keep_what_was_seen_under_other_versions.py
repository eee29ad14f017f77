"""Keep the bands that an account was seen in under other versions of a score: it may come back to one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("score", sa.Column("elsewhere", sa.String(), nullable=True))
