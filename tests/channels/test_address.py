"""Exactly one plain address, or what is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.channels.address import check_address, wire_address


@pytest.mark.parametrize(
    "address",
    [
        "marta@acme.example",
        "marta.lind+cs@mail.acme.example",
        "o'brien@acme.example",
        "x_y-z=1@a-b.example",
        "ops@localhost",
        "marta@bücher.example",
        "a" * 64 + "@acme.example",
    ],
)
def test_a_plain_address_is_fine(address: str) -> None:
    assert check_address(address) is None
    assert wire_address(address).isascii()


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("a@b.example, c@d.example", id="two, by a comma"),
        pytest.param("a@b.example,c@d.example", id="two, without a space"),
        pytest.param("a@b.example;c@d.example", id="two, by a semicolon"),
        pytest.param("a@b.example c@d.example", id="two, by a space"),
        pytest.param("Marta <a@b.example>", id="a display name"),
        pytest.param("<a@b.example>", id="angle brackets"),
        pytest.param("a@b.example><c@d.example", id="angle brackets that close an envelope"),
        pytest.param("team: a@b.example, c@d.example;", id="a group"),
        pytest.param("undisclosed-recipients:;", id="an empty group"),
        pytest.param('"a,b"@c.example', id="a quoted local part"),
        pytest.param('"a@b.example"@c.example', id="an address in quotes"),
        pytest.param("a@b@c.example", id="two ats"),
        pytest.param("a@[127.0.0.1]", id="an address literal"),
        pytest.param("a(comment)@b.example", id="a comment"),
        pytest.param("a@b.example\r\nBcc: c@d.example", id="CRLF"),
        pytest.param("a@b.example\n", id="a line end at the end"),
        pytest.param("a@b.example\u2028", id="U+2028"),
        pytest.param("a\x00@b.example", id="NUL"),
        pytest.param("a@b\uff0cc.example", id="a comma of full width"),
        pytest.param("a\uff20b@c.example", id="an at of full width before the at"),
        pytest.param("ana\u202e@b.example", id="a bidi control"),
        pytest.param("märta@acme.example", id="letters outside ASCII before the at"),
        pytest.param("", id="nothing"),
        pytest.param("marta", id="no at"),
        pytest.param("@acme.example", id="no local part"),
        pytest.param("marta@", id="no domain"),
        pytest.param(".marta@acme.example", id="a dot first"),
        pytest.param("mar..ta@acme.example", id="two dots"),
        pytest.param("marta@acme..example", id="two dots in the domain"),
        pytest.param("marta@-acme.example", id="a hyphen first"),
        pytest.param("marta@acme.example.", id="a dot last"),
        pytest.param("a" * 65 + "@acme.example", id="65 characters before the at"),
        pytest.param("a@" + "b." * 130 + "example", id="longer than 254 characters"),
    ],
)
def test_what_is_not_exactly_one_mailbox_is_said_to_be_none(address: str) -> None:
    assert check_address(address)


@given(st.text() | st.text(alphabet="ab.@-,<> \r\n\"';:"))
def test_what_passes_is_one_word_with_one_at(text: str) -> None:
    if check_address(text) is None:
        on_the_wire = wire_address(text)

        assert on_the_wire.count("@") == 1
        assert on_the_wire.isascii()
        assert not set(on_the_wire) & set(' \t\r\n,;:<>()[]\\"')
