"""Keep what ids look like, which look like another, and which runs rest on what was corrected since."""

import sqlalchemy as sa
from alembic import op

from engine.look_alikes import looks

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IDS = "select id from account union select alias from alias union select account from held"


def upgrade() -> None:
    id_look = op.create_table(
        "id_look",
        sa.Column("look", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("look", "id"),
    )
    op.create_table(
        "look_alike",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("like", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_look_alike_import_id"), "look_alike", ["import_id"])
    op.add_column("run", sa.Column("doubted_at", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("doubted_by", sa.String(), nullable=True))
    op.create_index("run_in_doubt", "run", ["playbook", "doubted_at"])
    op.add_column("delivery", sa.Column("answers", sa.Integer(), nullable=True))
    ids = op.get_bind().execute(sa.text(IDS)).scalars()
    op.bulk_insert(id_look, [{"look": look, "id": id_} for id_ in ids for look in looks(id_)])
