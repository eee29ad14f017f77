"""Keep the latest moment of what is said of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("newest", sa.BigInteger(), nullable=True))
