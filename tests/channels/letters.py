"""Builders: a letter that says nothing special, but for what a test speaks about."""

from dataclasses import replace
from itertools import count

from engine.letters import Letter

_numbers = count(1)


def slack_letter(text: str = "*Acme* fell into At risk: 31", address: str = "C0ALERTS1", **rest: str) -> Letter:
    letter = Letter(f"run-{next(_numbers)}/tell-owner/1", "slack", address, text, account="acme", template="at-risk")
    return replace(letter, **rest)  # type: ignore[arg-type]


def mail_letter(
    text: str = "Hi Marta,\n\nthank you.\nJonas", address: str = "marta@acme.example", **rest: str
) -> Letter:
    letter = Letter(
        f"run-{next(_numbers)}/ask/1",
        "email",
        address,
        text,
        subject="Your first 1,000 inspections",
        sender_name="Jonas Weber",
        reply_to="jonas@northwind.example",
        account="acme",
        template="referral",
    )
    return replace(letter, **rest)  # type: ignore[arg-type]
