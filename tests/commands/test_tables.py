"""What commands print as tables stays readable on a screen of 80 characters."""

from rich.console import Console

from engine.cli.output import table


def test_a_table_of_many_numbers_keeps_its_words_whole_on_80_characters() -> None:
    columns = (
        "month",
        "accounts",
        "At risk",
        "Shaky",
        "Steady",
        "Healthy",
        "Champion",
        "not known",
        "left",
        "rose",
        "fell",
    )
    screen = Console(width=80, color_system=None)

    with screen.capture() as captured:
        screen.print(table(None, columns, [("2026-11", 194, 11, 19, 42, 87, 35, 0, 3, 23, 43)]))

    head = captured.get().splitlines()[:-1]
    assert {word for line in head for word in line.split()} == {word for name in columns for word in name.split()}
