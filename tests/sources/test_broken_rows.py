"""A row that can't be taken is refused with its file, line and reason, and all of them at once."""

from pathlib import Path

import pytest

from tests.sources.broken import read

OUTSIDE = "is outside of the years 1000 to 8999, as systems write that there is no date: correct it"
REFUSED = [
    (
        "o.csv",
        "observations",
        b"account,at,nps\na,2026-03-01\n",
        1,
        [(2, "2 cells where the header has 3 columns: mend the row")],
    ),
    (
        "o.csv",
        "observations",
        b"account,at,nps\na,2026-03-01,5,6\n",
        1,
        [(2, "4 cells where the header has 3 columns: mend the row")],
    ),
    (
        "o.csv",
        "observations",
        b'account,at,nps\na,2026-03-01,5\n"b"x,2026-03-01,5\n',
        2,
        [(3, "the row can't be read (',' expected after '\"'): mend its quotes")],
    ),
    (
        "o.csv",
        "observations",
        b'account,at,nps\n"two\nlines",2026-03-01,5\nb,2026-03-01,x\n',
        2,
        [
            (2, "account: an id has no line breaks or control characters: take them out"),
            (4, "nps: 'x' is no number: write digits, like 12 or 0.5"),
        ],
    ),
    (
        "o.csv",
        "observations",
        b"account,at,nps\na,0001-01-01,5\na,0001-01-01T05:00:00+05:00,5\na,9999-12-31T23:59:59Z,5\n",
        3,
        [
            (2, f"at: '0001-01-01' {OUTSIDE}"),
            (3, f"at: '0001-01-01T05:00:00+05:00' {OUTSIDE}"),
            (4, f"at: '9999-12-31T23:59:59Z' {OUTSIDE}"),
        ],
    ),
    ("o.csv", "observations", b"account,at,nps\n,2026-03-01,5\n", 1, [(2, "account: is blank: every row needs one")]),
    ("o.csv", "observations", b"account,at,nps\na,,5\n", 1, [(2, "at: is blank: every row needs one")]),
    (
        "o.csv",
        "observations",
        b"account,at,nps\na,2026-03-01,101\n",
        1,
        [(2, "nps: 101 is above the most of nps, 100: correct it, or widen the catalog")],
    ),
    (
        "o.csv",
        "observations",
        b"account,at,nps\na,2026-03-01,-101\n",
        1,
        [(2, "nps: -101 is below the least of nps, -100: correct it, or widen the catalog")],
    ),
    (
        "o.csv",
        "observations",
        b"account,at,metric,value\na,2026-03-01,npss,5\n",
        1,
        [(2, "metric: 'npss' is not in the catalog: did you mean 'nps'?")],
    ),
    (
        "o.csv",
        "observations",
        b"account,at,metric,value\na,2026-03-01,,5\n",
        1,
        [(2, "metric: is blank: every row needs one")],
    ),
    (
        "o.csv",
        "observations",
        b"account,at,metric,value\na,2026-03-01,nps,\n",
        1,
        [(2, "value: is blank: leave the row out where nothing was said")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,plan\na,gold\n",
        1,
        [(2, "plan: 'gold' is none of pro, basic: correct it, or add it to the catalog")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,seats\na,-1\n",
        1,
        [(2, "seats: -1 is below the least, 0: correct it, or widen the catalog")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,trial\na,maybe\n",
        1,
        [(2, "trial: 'maybe' is not true or false: write true, false, yes, no, 1 or 0")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,renewal\na,1.3.2026\n",
        1,
        [(2, "renewal: '1.3.2026' is no date: write it like 2026-03-01")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,timezone\na,Berlin\n",
        1,
        [(2, "timezone: there is no time zone 'Berlin': names look like Europe/Berlin")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,currency\na,euro\n",
        1,
        [(2, "currency: 'euro' is no currency: write three capitals, like EUR")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,owner\na,Ana\n",
        1,
        [(2, "owner: 'Ana' is no email address: write one like kim@acme.example")],
    ),
    ("a.csv", "accounts", b"id,name\n,x\n", 1, [(2, "id: is blank: every row needs one")]),
    (
        "a.csv",
        "accounts",
        b"id,name\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,x\n",
        1,
        [(2, "id: an id has at most 200 characters, not 201: shorten it")],
    ),
    (
        "c.csv",
        "contacts",
        b'account,email\na,"kim@a.b, bo@a.b"\n',
        1,
        [(2, "email: 'kim@a.b, bo@a.b' is no email address: write one like kim@acme.example")],
    ),
    (
        "c.csv",
        "contacts",
        b"account,email,consent\na,kim@a.b,perhaps\n",
        1,
        [(2, "consent: 'perhaps' is not true or false: write true, false, yes, no, 1 or 0")],
    ),
    (
        "e.csv",
        "events",
        b"account,at,event\na,2026-03-01,logn\n",
        1,
        [(2, "event: 'logn' is not in the catalog: did you mean 'login'?")],
    ),
    (
        "e.csv",
        "events",
        b"account,at,event,amount\na,2026-03-01,login,5\n",
        1,
        [(2, "amount: login has no such property: leave the cell blank")],
    ),
    (
        "e.csv",
        "events",
        b"account,at,event,amount\na,2026-03-01,order,five\n",
        1,
        [(2, "amount: 'five' is no number: write digits, like 12 or 0.5")],
    ),
    (
        "f.csv",
        "facts",
        b"account,at,fact,repeats\na,2026-03-01,move,weekly\n",
        1,
        [(2, "repeats: 'weekly' is no way to repeat: write yearly, or leave it blank")],
    ),
    (
        "u.csv",
        "outcomes",
        b"account,at,outcome\na,2026-03-01,left\n",
        1,
        [(2, "outcome: 'left' is not in the catalog: declare it in rules/catalog.yaml")],
    ),
    (
        "o.jsonl",
        "observations",
        b'{"account":"a","at":"2026-03-01","nps":NaN}\n',
        1,
        [(1, "NaN is no number: leave the value out")],
    ),
    (
        "o.jsonl",
        "observations",
        b'{"account":"a","at":"2026-03-01","nps":1e999}\n',
        1,
        [(1, "nps: '1e999' is too large: write a number smaller than 1e+15")],
    ),
    (
        "o.jsonl",
        "observations",
        b'{"account":"a","account":"b","at":"2026-03-01","nps":1}\n',
        1,
        [(1, "the key 'account' stands twice: delete one")],
    ),
    (
        "o.jsonl",
        "observations",
        b'{"account":"a","at":"2026-03-01","nps":[1]}\n',
        1,
        [(1, "'nps' holds a list or an object: write one value")],
    ),
    (
        "o.jsonl",
        "observations",
        b'{"account":"a","at":"2026-03-01","nps":true}\n',
        1,
        [(1, "nps: 'true' is no number: write digits, like 12 or 0.5")],
    ),
    (
        "o.jsonl",
        "observations",
        b'{"account":"a\\ud800","at":"2026-03-01","nps":5}\n{"account":"a","at":"2026-03-01","\\udfff":5}\n',
        2,
        [(line, "a text has half of a character (a lone surrogate): write it anew") for line in (1, 2)],
    ),
    ("o.jsonl", "observations", b"[1]\n", 1, [(1, "the line is no JSON object: write one object a line")]),
    ("o.jsonl", "observations", b'{"account":"a"\n', 1, [(1, "the line is no JSON: mend it")]),
    ("o.jsonl", "observations", b"[" * 100_000 + b"\n", 1, [(1, "the line is no JSON: mend it")]),
    (
        "o.csv",
        "observations",
        b"account,at,nps\na,2026-03-01,1000000000000000\n",
        1,
        [(2, "nps: '1000000000000000' is too large: write a number smaller than 1e+15")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,value\na,900000000000000\n",
        1,
        [(2, "value: '900000000000000' is too large: write a value smaller than 9e+14")],
    ),
    (
        "a.csv",
        "accounts",
        b"id,timezone,currency,seats\na,Mars,eur,many\n",
        1,
        [
            (
                2,
                "timezone: there is no time zone 'Mars': names look like Europe/Berlin; "
                "currency: 'eur' is no currency: write three capitals, like EUR; "
                "seats: 'many' is no number: write digits, like 12 or 0.5",
            )
        ],
    ),
    *(
        (
            f"{kind}.csv",
            kind,
            f'{key},name\n{one},"Kim\nBcc: all@x.example"\n'.encode(),
            1,
            [(2, "name: a name has no line breaks or control characters: take them out")],
        )
        for kind, key, one in (
            ("accounts", "id", "a"),
            ("contacts", "account,email", "a,kim@x.example"),
            ("teammates", "email", "ana@x.example"),
        )
    ),
    (
        "a.csv",
        "accounts",
        b"id\n" + b"x" * 201 + b"\n",
        1,
        [(2, "id: an id has at most 200 characters, not 201: shorten it")],
    ),
]


@pytest.mark.parametrize(("name", "kind", "content", "records", "expected"), REFUSED, ids=lambda value: str(value)[:60])
def test_a_row_that_cannot_be_taken_is_refused_with_its_line_and_reason(
    tmp_path: Path, name: str, kind: str, content: bytes, records: int, expected: list[tuple[int, str]]
) -> None:
    said = read(tmp_path, name, kind, content)

    assert expected == [(refusal.line, refusal.reason) for refusal in said.refused]
    assert {refusal.file for refusal in said.refused} == {name}
    assert said.records == records


def test_all_bad_rows_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    said = read(tmp_path, "o.csv", "observations", b"account,at,nps\na,2026-03-01,x\na,2026-03-02,5\n,2026-03-03,6\n")

    assert [refusal.line for refusal in said.refused] == [2, 4]
    assert said.batch is not None
    assert len(said.batch.places.line) == 1
