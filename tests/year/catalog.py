"""The names that come in, in the made-up company whose year is told."""

from typing import Any

ZONES = (
    "Europe/Berlin America/Los_Angeles America/New_York Asia/Tokyo Pacific/Auckland Asia/Kolkata America/Santiago "
    "Europe/Dublin Pacific/Kiritimati"
).split()
SEGMENTS = ["shop", "clinic", "office"]
PLANS = ["trial", "monthly", "yearly"]
DEVICES = ["phone", "desk", "tablet"]
TOPICS = ["billing", "calendar", "import"]
ROLES = ["champion", "sponsor", "user"]
LEVEL_OF_CONTACTS = "involvement"
"""The score that contacts have."""
CITIES = ["Cork", "Bonn", "Lima"]
TEAM = ["ana@us.example", "bob@us.example", "cid@us.example", "dan@us.example", "eva@us.example", "lea@us.example"]
FALLBACK = "lea@us.example"
POOLS = ["success", "onboarding"]

CATALOG: dict[str, Any] = {
    "attributes": {
        "segment": {"values": SEGMENTS},
        "plan": {"values": PLANS},
        "seats": {"type": "number", "min": 0, "max": 1000},
        "vip": {"type": "boolean"},
        "renewal_date": {"type": "date"},
        "payment_date": {"type": "date"},
        "last_call": {"type": "time"},
    },
    "metrics": {
        "active_users": {"min": 0},
        "uptime": {"min": 0, "max": 100, "from": "2024-09-01"},
        "nps": {"min": -100, "max": 100, "of": "contact"},
    },
    "events": {
        "login": {"properties": {"minutes": "number", "device": "text"}},
        "ticket": {"from": "2024-09-15", "properties": {"urgent": "boolean", "topic": {"values": TOPICS}}},
        "newsletter": {"from": "2024-07-01"},
        "payment": {"properties": {"amount": "number", "due_on": "date", "booked_at": "time"}},
    },
    "facts": {
        "leadership_change": {"properties": {"role": "text", "signed_at": "time"}},
        "office_move": {"properties": {"city": "text"}, "lasts": "40d"},
        "holiday": {"lasts": "14d"},
        "payment_date_change": {"properties": {"was": "date", "now": "date"}, "when_changes": "payment_date"},
        "champion_lost": {"properties": {"was": "text", "now": "text"}, "when_role_changes": "champion"},
        "complaint": {"lasts": "20d", "properties": {"topic": "text", "urgent": "boolean"}, "when_event": "ticket"},
    },
    "outcomes": ["paused"],
}

COMPANY_ZONES = ("Europe/Berlin", "Europe/Athens")
"""Where the company may be. Times without an offset are those of the first one."""
SETTINGS = f"""
[company]
name = "Us"
timezone = "{COMPANY_ZONES[0]}"
currency = "EUR"
country = "DE"
extra_holidays = ["2025-03-14", "2025-12-24"]
sweep = "06:00"

[people]
fallback = "{FALLBACK}"

[guards]
quiet_hours = []
per_contact = ""
hold_accounts = 1000000
"""
TEMPLATES = {
    "templates/slack/note.j2": "Have a look",
    "templates/task/call.j2": "Call them\nSoon",
    "templates/email/hello.j2": "Subject: Hello\n\nHow are you?",
}
