"""Count what passes `where` by the types that its properties had; counts kept without them are made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SERIES = sa.table("series", sa.column("id", sa.Integer()), sa.column("event"), sa.column("definition", sa.JSON()))


def upgrade() -> None:
    kept = op.get_bind().execute(sa.select(SERIES.c.id, SERIES.c.definition).where(SERIES.c.event.is_not(None))).all()
    untyped = [number for number, definition in kept if definition["where"]]
    if untyped:
        op.execute(SERIES.update().where(SERIES.c.id.in_(untyped)).values(event=sa.null(), definition=sa.null()))
