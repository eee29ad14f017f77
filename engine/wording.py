"""Numbers in; the words in which they are told, out."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 record`, `2,000 records`; `many` where an s does not make it."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
