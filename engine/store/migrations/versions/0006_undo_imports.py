"""Keep what it takes to take an import back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import") as batch_op:
        batch_op.add_column(sa.Column("undoable", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("undone_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("import") as batch_op:
        batch_op.alter_column("undoable", server_default=None)
    op.add_column("account", sa.Column("made_by", sa.Integer(), nullable=True))
    with op.batch_alter_table("correction") as batch_op:
        batch_op.alter_column("cells", existing_type=sa.LargeBinary(), nullable=True)
        batch_op.add_column(sa.Column("filled", sa.LargeBinary(), nullable=True))
    op.create_table(
        "undone_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("undone_event_by_name", "undone_event", ["name", "account_seq", "day"], unique=False)
    op.create_table(
        "undone_outcome",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_seq", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_undone_outcome_account_seq"), "undone_outcome", ["account_seq"], unique=False)
