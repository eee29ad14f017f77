"""Alembic's entry: runs the migrations on the connection that it is given."""

from typing import Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from engine.store.tables.fields import Money


def _plain_type(kind: str, item: object, _: object) -> str | Literal[False]:
    """A migration must not change its meaning with a library: special types are written as what they rest on."""
    if kind == "type" and isinstance(item, Money):
        return "sa.BigInteger()"
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    compare_type=True,
    render_item=_plain_type,
)
with context.begin_transaction():
    context.run_migrations()
