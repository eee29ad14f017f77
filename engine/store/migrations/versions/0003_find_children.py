"""Find the accounts of a parent."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_account_parent", "account", ["parent"])
