"""Keep the bands of a score version, and who of a pool had the last turn."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("score_version", sa.Column("bands", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("pace", sa.Column("last", sa.String(), nullable=True))
