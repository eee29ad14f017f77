"""Keep what an earlier import said of a record that waits, so that a later one can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("held", sa.Column("earlier", sa.JSON(), nullable=True))
