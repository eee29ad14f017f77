"""Whatever stands in a template's text, the message is valid, bounded and says nothing but words."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.channels.slack import SlackChannel
from engine.channels.slack_blocks import BLOCKS, LINE, MESSAGE, PLAIN, Element, blocks, escaped, headline, shown
from engine.channels.text import cut, plain, size
from engine.letters import TryOutcome
from tests.channels.letters import slack_letter
from tests.servers.running import RunningServer
from tests.servers.slack_limits import parsed, refusal

HOSTILE = [
    "<!channel>",
    "<!here> <!everyone>",
    "<!subteam^S012AB3CD>",
    "<@U012AB3CD>",
    "@channel @here",
    "<https://evil.example|Acme log-in>",
    "https://evil.example/log-in",
    "*bold* _italic_ `code` ~gone~",
    "> quoted\n>>> all of it",
    "```code```",
    ":rotating_light: :skull:",
    "a & b &amp; c &lt;d&gt;",
    "*",
    "**",
    "***",
    "* *",
    "*a*b*c*",
    "* not bold *",
    "AT&T <b>*Ltd*</b>",
    "name\n- an item that is none\n• another",
    "\x00\x07\x1b[31mred",
    "\u202egnp.exe",
    "zero\u200bwidth\ufeff\u2060\u00ad",
    "col\u2028umn\u2029s",
    "\ud800",
]


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for child in value.values() for text in texts(child)]
    return [text for child in value for text in texts(child)] if isinstance(value, list) else []


def types(value: object) -> set[str]:
    if isinstance(value, dict):
        return {str(value.get("type"))} - {"None"} | {name for child in value.values() for name in types(child)}
    return {name for child in value for name in types(child)} if isinstance(value, list) else set()


def message(text: str) -> dict[str, object]:
    return {"text": escaped(headline(text)), "blocks": blocks(text)}


def test_a_text_becomes_paragraphs_lists_and_bold_words() -> None:
    found = blocks("🔴 *Acme* fell\nRenews soon\n\n*Why*\n- Logins: 6\n• Two tickets *open*\nNext: call\n")

    bold = {"style": {"bold": True}}
    first: Element = {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "🔴 "},
            {"type": "text", "text": "Acme"} | bold,
            {"type": "text", "text": " fell\n"},
            {"type": "text", "text": "Renews soon"},
        ],
    }
    items = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Logins: 6"}]},
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "Two tickets "}, {"type": "text", "text": "open"} | bold],
        },
    ]
    second: list[Element] = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Why"} | bold]},
        {"type": "rich_text_list", "style": "bullet", "elements": items},
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Next: call"}]},
    ]
    assert found == [{"type": "rich_text", "elements": [first]}, {"type": "rich_text", "elements": second}]


def test_the_first_line_is_the_notification_and_the_plain_form_has_no_marks() -> None:
    text = "\n*Acme* fell\n\n\n\n- *one*\n"

    assert headline(text) == "Acme fell"
    assert shown(text) == "Acme fell\n\n- one"


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_customers_name_is_words_and_nothing_else(slacks: RunningServer, name: str) -> None:
    text = f"*{name}* fell into At risk\n\n- contact: {name}\n{name}: 3 tickets"
    to = SlackChannel(slacks.token, slacks.url, timeout=5)

    receipt = to.send(slack_letter(text))
    slack_took = slacks.accepted()
    slacks.faults({"n": 1, "do": "error:invalid_blocks"})
    degraded = to.send(slack_letter(text))

    assert (receipt.outcome, degraded.outcome) == (TryOutcome.SENT, TryOutcome.SENT)
    for line in slack_took + slacks.accepted():
        assert line["parsed"] == []
        assert types(line["asked"].get("blocks", [])) <= {"rich_text", "rich_text_section", "rich_text_list", "text"}


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_the_fallback_is_escaped_exactly_once(name: str) -> None:
    sent = escaped(headline(name))

    assert not set("<>") & set(sent)
    assert sent.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == headline(name)


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u200d", "\U000e0041", "\x00", "\r"]
)
def test_what_can_not_be_seen_is_not_sent(unseen: str) -> None:
    assert unseen not in json.dumps(message(f"Ac{unseen}me\n- {unseen}x"), ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\n\n".join(["paragraph"] * 51), id="51 paragraphs"),
        pytest.param("\n\n".join(["paragraph"] * 5_000), id="5,000 paragraphs"),
        pytest.param("x" * 3_001, id="a line of 3,001"),
        pytest.param("😀" * 3_001, id="a line of 3,001 emoji"),
        pytest.param("*" + "x" * 3_001 + "*", id="a bold line of 3,001"),
        pytest.param("\n".join(["x" * 100] * 132), id="about 13,000 in all"),
        pytest.param("\n".join(["- " + "😀" * 50] * 500), id="500 items of emoji"),
        pytest.param("é" * 100_000, id="100,000"),
        pytest.param("e" + "\u0301" * 9_000, id="one character of 9,000 marks"),
        pytest.param("*a" * 6_000, id="6,000 stars"),
        pytest.param("\n".join(["&<>"] * 3_000), id="what grows when escaped"),
    ],
)
def test_too_much_is_shortened_and_says_how_much_is_left_out(slacks: RunningServer, text: str) -> None:
    to = SlackChannel(slacks.token, slacks.url, timeout=5)

    outcome = to.send(slack_letter(text)).outcome

    assert outcome is TryOutcome.SENT
    assert len(slacks.journal()) == 1
    assert text.startswith("*a") or " more" in texts(blocks(text))[-1]


def test_the_rest_is_counted_in_lines_that_say_something() -> None:
    text = "\n\n".join(f"line {n}" for n in range(60))

    assert shown(text).splitlines()[-1] == f"… {60 - BLOCKS} more"


def test_limits_lie_a_tenth_below_slacks() -> None:
    assert (BLOCKS, LINE, MESSAGE, PLAIN) <= (45, 2_700, 11_880, 3_600)


@given(st.text(max_size=400) | st.lists(st.sampled_from([*HOSTILE, "- ", "\n", "\n\n", "x" * 900])).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_a_message_that_slack_refuses_or_parses(text: str) -> None:
    made = message(text)

    assert blocks(text) == [] or refusal(made) is None
    assert parsed(made) == []


@given(st.text(max_size=400))
def test_every_visible_word_is_told(text: str) -> None:
    words = plain(text).replace("*", "").replace("•", "").replace("-", "").split()
    told = "".join(texts(blocks(text))).replace("*", "").replace("•", "").replace("-", "").split()

    assert "".join(told) == "".join(words)


@pytest.mark.parametrize(
    "character",
    ["é", "e\u0301", "👍🏽", "👩\u200d💻", "🇩🇪", "❤\ufe0f", "각", "\U0001f3f4\U000e0067\U000e0062\U000e007f"],
    ids=ascii,
)
def test_no_character_is_cut_in_two(character: str) -> None:
    for limit in range(1, size(character) * 3 + 2):
        kept = cut(character * 3, limit)

        assert kept == character * (len(kept) // len(character))
        assert size(character) * 3 <= limit or limit - size(character) < size(kept) <= limit
