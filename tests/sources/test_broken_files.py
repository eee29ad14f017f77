"""A file that can't be read is refused whole, with its line and the remedy."""

from pathlib import Path

import pytest

from engine.errors import PulsebookError
from tests.sources.broken import read

UNREADABLE = [
    ("o.csv", "observations", b"", "o.csv is empty. Export it again."),
    ("o.csv", "observations", b"account,at,nps\n", "o.csv has a header and no rows. Export it again."),
    (
        "o.csv",
        "observations",
        b"account;at;nps\na;2026-03-01;5\n",
        "o.csv:1: the file looks separated by ;. Save it with commas between the columns.",
    ),
    (
        "o.csv",
        "observations",
        b"account\tat\tnps\na\t2026-03-01\t5\n",
        "o.csv:1: the file looks separated by tabs. Save it with commas between the columns.",
    ),
    (
        "o.csv",
        "observations",
        b"account,at,nps,nps\na,2026-03-01,5,6\n",
        "o.csv:1: two columns are called 'nps'. Rename one.",
    ),
    (
        "o.csv",
        "observations",
        b"\n , \nacount,at,mps\na,2026-03-01,5\n",
        "o.csv:3: column 'acount' is nothing that observations have. Did you mean 'account'? "
        "Map it with --map TARGET=acount, or leave such columns alone with --only-mapped.\n"
        "o.csv:3: column 'mps' is nothing that observations have. Did you mean 'nps'? "
        "Map it with --map TARGET=mps, or leave such columns alone with --only-mapped.",
    ),
    ("o.csv", "observations", b"\n,,\n,,\n", "o.csv has no header. Export it again."),
    (
        "o.csv",
        "observations",
        b"account,at,nps\ra,2026-03-01,5\r",
        "o.csv:1: the header holds a bare carriage return: "
        "end lines with a line feed, and quote cells that have one inside.",
    ),
    (
        "o.csv",
        "observations",
        b"account,,nps\na,2026-03-01,5\n",
        "o.csv:1: column 2 has no name. Name it, or delete it.",
    ),
    (
        "o.csv",
        "observations",
        b"account,at,nps\na,2026-03-01,5\n\xfc,2026-03-01,5\n",
        "o.csv:3: the file is not UTF-8 from here on. Save it as UTF-8.",
    ),
    (
        "o.csv",
        "observations",
        b"\xff\xfea\x00c\x00c\x00o\x00u\x00n\x00t\x00,\x00a\x00t\x00,\x00n\x00p\x00s\x00\n\x00",
        "o.csv:1: the file is UTF-16. Save it as UTF-8.",
    ),
    (
        "o.csv",
        "observations",
        b"account,at,nps\na\x00,2026-03-01,5\n",
        "o.csv:2: the file holds a zero byte. Export it again as text.",
    ),
    (
        "o.csv",
        "observations",
        b"account,at,npss\na,2026-03-01,5\n",
        "o.csv:1: column 'npss' is nothing that observations have. Did you mean 'nps'? Map it with --map TARGET=npss, or leave such columns alone with --only-mapped.",
    ),
    (
        "o.csv",
        "observations",
        b"account,at\na,2026-03-01\n",
        "o.csv:1: observations need the columns 'metric' and 'value', or one column per metric. Say --map METRIC=COLUMN.",
    ),
    (
        "o.csv",
        "observations",
        b"at,nps\n2026-03-01,5\n",
        "o.csv:1: observations need a column 'account'. Name it in the file, or say --map account=COLUMN or --set account=VALUE.",
    ),
    (
        "o.csv.gz",
        "observations",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03KLN\xce/\xcd+\xd1I,\xd1\xc9+(\xe6J\xd41202\xd350\xd650\xd41\xe5\x02",
        "o.csv.gz can't be unpacked (Compressed file ended before the end-of-stream marker was reached). Copy it again.",
    ),
    (
        "o.csv.gz",
        "observations",
        b"account,at,nps\n",
        "o.csv.gz can't be unpacked (Not a gzipped file (b'ac')). Copy it again.",
    ),
    (
        "o.parquet",
        "observations",
        b"PAR1nonsense",
        "o.parquet can't be read as Parquet (parquet: File out of specification: The file must end with PAR1 or PARE). "
        "Write it again.",
    ),
    (
        "o.xlsx",
        "observations",
        b"x",
        "o.xlsx is of no kind that can be read. Use .csv, .jsonl, .ndjson, .parquet, these with .gz, or a query in a .sql.",
    ),
]


@pytest.mark.parametrize(("name", "kind", "content", "expected"), UNREADABLE, ids=lambda value: str(value)[:60])
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(
    tmp_path: Path, name: str, kind: str, content: bytes, expected: str
) -> None:
    with pytest.raises(PulsebookError) as refused:
        read(tmp_path, name, kind, content)

    assert expected == str(refused.value)
