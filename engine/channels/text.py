"""Text from anywhere in; text without what can't be seen, and cuts that fall between characters, out."""

import unicodedata

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)
_JAMO_VOWELS_AND_TAILS = range(0x1160, 0x1200)


def plain(text: str) -> str:
    """`text` without bidi controls, zero-width and other format characters; controls and odd line ends are spaces."""
    return "".join(map(_visible, text.replace("\r\n", "\n")))


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if char == "\n" or category[0] not in "CZ":
        return char
    if category in ("Cf", "Cs"):
        return ""
    return " " if category in ("Cc", "Zl", "Zp") else char


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


def size(text: str) -> int:
    """Length in UTF-16 code units: the largest of the ways in which a limit in characters may be counted."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` UTF-16 units that ends between two characters as people see them."""
    border = taken = flag_letters = 0
    before = ""
    for index, char in enumerate(text):
        if _begins_a_character(before, char, flag_letters):
            border = index
        taken += size(char)
        if taken > limit:
            return text[:border]
        flag_letters = flag_letters + 1 if ord(char) in _FLAG_LETTERS else 0
        before = char
    return text


def shortened(text: str, limit: int) -> str:
    """`text`, or its beginning and `…`, within `limit` UTF-16 units."""
    return text if size(text) <= limit else cut(text, limit - 1) + "…"


def _begins_a_character(before: str, char: str, flag_letters_before: int) -> bool:
    if before == _JOINER or char == _JOINER or unicodedata.category(char).startswith("M"):
        return False
    code = ord(char)
    if code in _SKIN_TONES or code in _TAGS or code in _JAMO_VOWELS_AND_TAILS:
        return False
    return not (code in _FLAG_LETTERS and flag_letters_before % 2)
