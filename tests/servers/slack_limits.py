"""A message as posted in; the error code with which Slack would refuse it, and what Slack would parse in it, out.

The numbers are those of docs.slack.dev (block kit, chat.postMessage) and, for all blocks together, of
https://github.com/slackapi/bolt-js/issues/2509.
"""

import re
from collections.abc import Iterator, Mapping

Json = Mapping[str, object]

BLOCKS, ALL_TEXT, TEXT, SECTION, HEADER, METADATA = 50, 13_200, 40_000, 3_000, 150, 8_000
_STYLES = {"bold", "italic", "strike", "code"}
_CONTROL = re.compile(r"<[^>]*>|@(?:channel|here|everyone)\b")


def refusal(message: Json) -> str | None:
    blocks = message.get("blocks") or []
    if not isinstance(blocks, list) or len(blocks) > BLOCKS or not all(map(_is_block, blocks)):
        return "invalid_blocks"
    if sum(map(_length, _texts(blocks))) > ALL_TEXT:
        return "msg_blocks_too_long"
    text = message.get("text")
    if not blocks and not (isinstance(text, str) and text.strip()):
        return "no_text"
    if isinstance(text, str) and _length(text) > TEXT:
        return "msg_too_long"
    return _metadata_refusal(message.get("metadata"))


def parsed(message: Json) -> list[str]:
    """The mentions, links and other control sequences that Slack would find in this message."""
    mrkdwn = [str(message.get("text") or "")]
    mrkdwn += [str(o.get("text")) for o in _objects(message.get("blocks")) if o.get("type") == "mrkdwn"]
    found = [match for text in mrkdwn for match in _CONTROL.findall(text)]
    return [match for match in found if match.startswith("<") or message.get("link_names")]


def _metadata_refusal(metadata: object) -> str | None:
    if metadata is None:
        return None
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("event_type"), str):
        return "invalid_metadata_format"
    payload = metadata.get("event_payload")
    if not isinstance(payload, Mapping) or any(isinstance(value, (Mapping, list)) for value in payload.values()):
        return "invalid_metadata_schema"
    return "metadata_too_large" if len(str(metadata)) > METADATA else None


def _is_block(block: object) -> bool:
    if not isinstance(block, Mapping):
        return False
    match block.get("type"):
        case "rich_text":
            return _all(block, lambda e: (e.get("type") == "rich_text_section" and _is_section(e)) or _is_list(e))
        case "header":
            return _is_text(block.get("text"), HEADER) and _type(block.get("text")) == "plain_text"
        case "section":
            return _is_text(block.get("text"), SECTION)
        case "divider":
            return True
    return False


def _is_list(element: Json) -> bool:
    is_list = element.get("type") == "rich_text_list" and element.get("style") in ("bullet", "ordered")
    return is_list and _all(element, lambda e: e.get("type") == "rich_text_section" and _is_section(e))


def _is_section(section: Json) -> bool:
    return _all(section, _is_piece)


def _is_piece(piece: Json) -> bool:
    style = piece.get("style", {})
    text = piece.get("text")
    styled = isinstance(style, Mapping) and set(style) <= _STYLES
    return piece.get("type") == "text" and isinstance(text, str) and 0 < _length(text) <= SECTION and styled


def _is_text(text: object, limit: int) -> bool:
    return isinstance(text, Mapping) and 0 < _length(str(text.get("text") or "")) <= limit


def _all(parent: Json, is_good: object) -> bool:
    elements = parent.get("elements")
    assert callable(is_good)
    return isinstance(elements, list) and bool(elements) and all(map(is_good, elements))


def _type(value: object) -> object:
    return value.get("type") if isinstance(value, Mapping) else None


def _texts(value: object) -> Iterator[str]:
    return (o["text"] for o in _objects(value) if isinstance(o.get("text"), str))  # type: ignore[misc]


def _objects(value: object) -> Iterator[Json]:
    if isinstance(value, Mapping):
        yield value
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for child in children:
        yield from _objects(child)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
