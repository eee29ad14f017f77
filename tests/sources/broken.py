"""A broken file's content in; what the reader says of it out."""

from pathlib import Path

from engine.language.catalog import Catalog
from engine.sources.reading import Read, read_file
from engine.sources.targets import ImportOptions

CATALOG = Catalog.model_validate(
    {
        "attributes": {
            "plan": {"values": ["pro", "basic"]},
            "seats": {"type": "number", "min": "0", "max": "1000"},
            "trial": {"type": "boolean"},
            "renewal": {"type": "date"},
        },
        "metrics": {"nps": {"min": "-100", "max": "100"}, "users": {}},
        "events": {"login": {}, "order": {"properties": {"amount": "number", "note": "text"}}},
        "facts": {"move": {"properties": {"city": "text"}}},
    }
)


def read(folder: Path, name: str, kind: str, content: bytes) -> Read:
    file = folder / name
    file.write_bytes(content)
    [said] = read_file(file, ImportOptions(kind), CATALOG, "Europe/Berlin")
    return said
