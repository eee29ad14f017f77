"""An email address in; what is wrong with it, or its form for the wire, out."""

import re

LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def check_address(text: str) -> str | None:
    """None for exactly one plain address (`ana@acme.example`), else what is wrong with it.

    Refused are lists, display names, groups, quoted local parts, address literals, spaces and control characters:
    whatever could reach more than one mailbox or end a header line. Limits are those of RFC 5321, 4.5.3.1.
    """
    odd = next((char for char in text if not char.isprintable() or char.isspace()), None)
    if odd is not None:
        return f"it holds a space or a control character (U+{ord(odd):04X})"
    several = next((char for char in text if char in ',;:<>()[]\\"'), None)
    if several is not None:
        return f"it holds {several!r}, where one plain address is wanted"
    local, at, domain = text.rpartition("@")
    if not at or "@" in local:
        return "it needs exactly one @"
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        return f"{local!r} can't stand before the @"
    if not _is_host(_on_the_wire(domain)):
        return f"{domain!r} is no domain"
    return "it is longer than 254 characters" if len(wire_address(text)) > LONGEST else None


def wire_address(address: str) -> str:
    """A checked address with its domain in ASCII, as SMTP carries it."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{_on_the_wire(domain)}"


def _on_the_wire(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _is_host(domain: str) -> bool:
    return len(domain) <= 253 and all(_LABEL.fullmatch(label) for label in domain.split("."))
