"""The rendered text of a Slack template in; the blocks, the notification and the plain form of it out.

`*…*` marks bold, a line that begins with `• ` or `- ` is an item, a blank line parts paragraphs. Customers' words
stand in that text, so nothing here is mrkdwn: Slack reads no mention, link or format out of a rich_text element.
Limits are a tenth below those that Slack states or was seen to hold.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from engine.channels.text import cut, plain, size

Element = dict[str, object]

BLOCKS = 45
LINE = 2_700
MESSAGE = 11_800
PLAIN = 3_600
_ROOM_FOR_THE_REST = 40
_BOLD = re.compile(r"\*(?=\S)([^*\n]+)(?<=\S)\*")
_ITEM = re.compile(r"\s*[•-]\s+(?=\S)")


def blocks(text: str) -> list[Element]:
    """One rich_text block a paragraph; none for a text without anything to see."""
    paragraphs = groupby(_fitted(text, MESSAGE), key=bool)
    return [_block(list(lines)) for is_filled, lines in paragraphs if is_filled]


def headline(text: str) -> str:
    """The first line, without marks: all that a phone's notification shows."""
    lines = _fitted(text, PLAIN)
    return _unmarked(lines[0]) if lines else ""


def shown(text: str, limit: int = MESSAGE) -> str:
    """The text as it reads in Slack, within `limit` UTF-16 units, without marks."""
    return "\n".join(map(_unmarked, _fitted(text, limit)))


def escaped(text: str) -> str:
    """For the one surface that Slack parses, a message's `text`: exactly these three, in this order."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fitted(text: str, limit: int) -> list[str]:
    """The lines that fit, then `… n more`; at most one blank line in a row, none at either end."""
    lines = [line.rstrip() for line in plain(text).strip().split("\n")]
    kept: list[str] = []
    room, paragraphs = limit - _ROOM_FOR_THE_REST, 1
    for index, line in enumerate(lines):
        if not line:
            paragraphs += bool(kept and kept[-1])
            kept += [""] if kept and kept[-1] else []
            continue
        fitting = _shortened(line, min(LINE, limit - _ROOM_FOR_THE_REST))
        room -= size(fitting) + 1
        if room < 0 or paragraphs > BLOCKS:
            rest = sum(1 for other in lines[index:] if other)
            return [*_without_last_blank(kept), f"… {rest} more"]
        kept.append(fitting)
    return _without_last_blank(kept)


def _without_last_blank(lines: list[str]) -> list[str]:
    return lines[:-1] if lines and not lines[-1] else lines


def _shortened(line: str, limit: int) -> str:
    if size(line) <= limit:
        return line
    beginning = cut(line, limit - _ROOM_FOR_THE_REST)
    return f"{beginning}… {len(line) - len(beginning)} more"


def _block(lines: Sequence[str]) -> Element:
    runs = groupby(lines, key=lambda line: _ITEM.match(line) is not None)
    elements = [_list(list(run)) if is_list else _section("\n".join(run)) for is_list, run in runs]
    return {"type": "rich_text", "elements": elements}


def _list(items: Sequence[str]) -> Element:
    sections = [_section(_ITEM.sub("", item, count=1)) for item in items]
    return {"type": "rich_text_list", "style": "bullet", "elements": sections}


def _section(text: str) -> Element:
    # An odd piece of the split is what stood between two stars. An element holds no more than one line.
    pieces = [(i % 2 == 1, line) for i, piece in enumerate(_BOLD.split(text)) for line in piece.splitlines(True)]
    return {"type": "rich_text_section", "elements": [_piece(line, is_bold) for is_bold, line in pieces]}


def _piece(text: str, is_bold: bool) -> Element:
    element: Element = {"type": "text", "text": text}
    return element | {"style": {"bold": True}} if is_bold else element


def _unmarked(line: str) -> str:
    return _BOLD.sub(r"\1", line)
