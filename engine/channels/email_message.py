"""A letter in; the mail that it is out, or what keeps it from being one."""

import hashlib
import html
import re
import unicodedata
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from engine.channels.address import check_address, wire_address
from engine.channels.text import one_line, shortened
from engine.letters import Letter

SUBJECT = 200
# Only ASCII travels: a relay without 8BITMIME can't change what is signed.
_POLICY = SMTP.clone(cte_type="7bit")


def wrong_with(letter: Letter) -> str | None:
    """Why `letter` must not leave as a mail: a receiver that is not one mailbox, a header that is not one line."""
    for name, address in (("recipient", letter.address), ("reply-to address", letter.reply_to)):
        problem = check_address(address) if address is not None else None
        if problem:
            return f"the {name} is no single address: {problem}"
    for name, text in (("subject", letter.subject), ("sender's name", letter.sender_name)):
        odd = next((char for char in text or "" if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs")), None)
        if odd is not None:
            return f"the {name} holds a line break or a control character (U+{ord(odd):04X})"
    if not one_line(letter.subject or ""):
        return "the mail has no subject"
    return None if one_line(letter.text) else "the mail has no text"


def message_id(effect_id: str, sender: str) -> str:
    """The same on every try, so that bounces and journals can be tied to the effect."""
    domain = wire_address(sender).rpartition("@")[2]
    return f"<{hashlib.sha256(effect_id.encode()).hexdigest()[:32]}@{domain}>"


def compose(letter: Letter, sender: str, now: datetime) -> bytes:
    """The mail with CRLF line ends, in ASCII; `letter` must have passed `wrong_with`, `sender` `check_address`."""
    message = EmailMessage(policy=_POLICY)
    message["Date"] = format_datetime(now)
    message["From"] = _address(sender, one_line(letter.sender_name or ""))
    message["To"] = _address(letter.address)
    if letter.reply_to is not None:
        message["Reply-To"] = _address(letter.reply_to)
    message["Subject"] = shortened(one_line(letter.subject or ""), SUBJECT)
    message["Message-ID"] = message_id(letter.effect_id, sender)
    text = _without_controls(letter.text).strip() + "\n"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(_as_html(text), subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _address(address: str, name: str = "") -> Address:
    local, _, domain = wire_address(address).rpartition("@")
    return Address(name, local, domain)


def _as_html(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", text.strip())
    body = "\n".join(f"<p>{'<br>'.join(html.escape(paragraph).splitlines())}</p>" for paragraph in paragraphs)
    return f'<!doctype html>\n<html><head><meta charset="utf-8"></head>\n<body>\n{body}\n</body></html>\n'


def _without_controls(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return "".join(char for char in lines if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
