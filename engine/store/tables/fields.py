"""What all tables are, and the kinds of fields that several of them have."""

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Dialect, Integer, TypeDecorator
from sqlmodel import Field, SQLModel


class Row(SQLModel):
    """A row of a table. None is ever made or validated: queries go by the tables alone, so no validator is built."""

    model_config = {"defer_build": True}


class Money(TypeDecorator[Decimal]):
    """An exact decimal with four places, kept as a number of ten-thousandths: SQLite has no decimals of its own."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 10_000).to_integral_value())

    def process_result_value(self, value: int | None, _: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 10_000


def id_field() -> Any:
    """A number that the database gives."""
    number = BigInteger().with_variant(Integer, "sqlite")
    return Field(default=None, sa_column=Column(number, primary_key=True, autoincrement=True))


def moment_field(*, nullable: bool = False, index: bool = False) -> Any:
    """Microseconds since the epoch."""
    default = None if nullable else ...
    # No column of its own: several tables may have the field from one base.
    return Field(default=default, sa_type=BigInteger, nullable=nullable, index=index)


def json_field() -> Any:
    """Plain values, as JSON has them."""
    return Field(sa_column=Column(JSON, nullable=False))
