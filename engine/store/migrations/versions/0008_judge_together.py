"""Judge what workers share before any of them saves it, count single arrivals by the hour, and keep what is odd."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every sweep that is kept so far was saved.
    op.add_column("sweep", sa.Column("state", sa.String(), nullable=False, server_default="passed"))
    op.add_column("sweep", sa.Column("until", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("due_for", sa.String(), nullable=True))
    op.add_column("import", sa.Column("odd", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "arrival_hour",
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour"),
    )
