"""`docs/language.md` in; the same with its marked regions filled from the code, out.

`python docs/generate.py` rewrites the file; with `--check` it says by its exit code 1 that the file is stale.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import typer
from typer.main import get_command

from docs.examples import CONDITION, blocks, conditions, files, forms, with_conditions
from docs.tables import Anchors, key_table, models, table
from engine.cli.app import app
from engine.conditions.sentence import sentence
from engine.language.catalog import BUILT_IN_ATTRIBUTES, BUILT_IN_PROPERTIES, OUTCOMES, Catalog
from engine.plan import Plan
from engine.sources.targets import KINDS, REQUIRED, targets
from engine.template_filters import OUR_FILTERS
from engine.templating import FILTERS_KEPT
from engine.workspace import load
from engine.workspace.files import read_files
from engine.workspace.names import Names
from engine.workspace.reading import NOT_YET
from engine.workspace.spots import kind_with_article
from engine.workspace.variables import Fields, Items, Plain, Shape, variables

DOCUMENT = Path(__file__).parent / "language.md"

_REGION = re.compile(
    r"^<!-- (?!end )(?P<kind>\w+)(?:: (?P<what>[^\n]+?))? -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL
)
_HEADING = re.compile(r"^#{2,4} (.+)$", re.MULTILINE)


def filled(document: str) -> str:
    """The document with every region as the code has it now. Raises KeyError for a region of an unknown kind."""
    anchors = _anchors(document)
    laid = files(block for block in blocks(document) if block.language in ("yaml", "toml", "jinja"))
    makers: Mapping[str, Callable[[str, int], str]] = {
        "keys": lambda what, _: key_table(models()[what], anchors),
        "reads": lambda _, place: _sentences(document, place, laid),
        "variables": lambda *_: _variables(laid),
        "filters": lambda *_: _filters(),
        "columns": lambda *_: _columns(),
        "options": lambda what, _: _options(what),
        "commands": lambda *_: _commands(),
        "notyet": lambda *_: ", ".join(f"`{key}`" for key in sorted(NOT_YET)),
        "builtin": lambda what, _: _built_in(what),
    }

    def fill(region: re.Match[str]) -> str:
        kind, what = region["kind"], region["what"] or ""
        marked = f"{kind}: {what}" if what else kind
        return f"<!-- {marked} -->\n{makers[kind](what, region.start())}\n<!-- end -->"

    return _REGION.sub(fill, document)


def _anchors(document: str) -> Anchors:
    """Per model that has a table the link to the heading above it."""
    headings = [(found.start(), found[1]) for found in _HEADING.finditer(document)]
    found = {}
    for region in _REGION.finditer(document):
        if region["kind"] == "keys":
            title = [heading for place, heading in headings if place < region.start()][-1]
            found[str(region["what"])] = f"[{title}](#{slug(title)})"
    return found


def slug(heading: str) -> str:
    """What a link to a heading says after its #, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _sentences(document: str, place: int, laid: Mapping[str, str]) -> str:
    """What the conditions just above are read as, with the labels of the document's own workspace."""
    above = [block for block in blocks(document[:place]) if block.place == CONDITION][-1]
    workspace = load(with_conditions(laid, conditions([above]))).checked()
    titles = Plan(workspace).titles
    return "\\\n".join(f"> {sentence(form, titles)}" for form in forms(workspace))


def _variables(laid: Mapping[str, str]) -> str:
    names = Names(read_files(laid))
    steps = frozenset[str]().union(*names.task_steps.values())
    shapes = variables(names, sorted(steps))
    rows = [
        [f"`{name}`", kind_with_article(shape.type) if isinstance(shape, Plain) else _fields(shape)]
        for name, shape in shapes.items()
    ]
    return table(("variable", "fields"), rows)


def _fields(shape: Shape) -> str:
    match shape:
        case Items():
            return f"a list; each has {_fields(shape.item)}"
        case Fields(fields) if fields and all(isinstance(inner, Fields) for inner in fields.values()):
            inner = next(iter(fields.values()))
            return f"one per name ({', '.join(f'`{name}`' for name in sorted(fields))}); each has {_fields(inner)}"
        case Fields(fields):
            deeper = {name: _fields(inner) for name, inner in fields.items()}
            return ", ".join(f"`{name}`" + (f" ({inside})" if inside else "") for name, inside in deeper.items())
    return ""


def _filters() -> str:
    ours = [[f"`{name}`", " ".join((made.__doc__ or "").split())] for name, made in OUR_FILTERS.items()]
    kept = ", ".join(f"`{name}`" for name in sorted(FILTERS_KEPT))
    return f"{table(('filter', 'makes'), ours)}\n\nOf Jinja's own filters there are: {kept}."


def _columns() -> str:
    def row(kind: str) -> list[str]:
        needed = REQUIRED[kind]
        others = [name for name in targets(kind, Catalog()) if name not in needed]
        return [f"`{kind}`", *(", ".join(f"`{name}`" for name in names) for names in (needed, others))]

    return table(("kind", "needed", "may be there"), [row(kind) for kind in KINDS])


def _built_in(what: str) -> str:
    if what == "outcomes":
        return ", ".join(f"`{name}`" for name in OUTCOMES)
    types = {"attributes": BUILT_IN_ATTRIBUTES, "properties": BUILT_IN_PROPERTIES}[what]
    return ", ".join(f"`{name}` ({type_})" for name, type_ in types.items())


def _options(command: str) -> str:
    options = get_command(app).commands[command].params  # type: ignore[attr-defined]
    rows = [[f"`{_option(option.opts[0], option.metavar)}`", option.help or ""] for option in options]
    return table(("argument or option", "meaning"), rows)


def _option(name: str, value: str | None) -> str:
    """`--map TARGET=COLUMN`; of an argument only what it stands for."""
    return f"{name} {value or ''}".strip() if name.startswith("-") else value or name.upper()


def _commands() -> str:
    rows: list[list[str]] = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {"": command})
        rows += [[f"`{f'{name} {one}'.strip()}`", (said.help or "").split("\n")[0]] for one, said in inner.items()]
    return table(("command", "does"), rows)


def main(
    check: bool = typer.Option(False, "--check", help="Change nothing; exit 1 if the document is stale."),
) -> None:
    """Fill the tables of docs/language.md from the code."""
    document = DOCUMENT.read_text(encoding="utf-8")
    made = filled(document)
    if not check:
        DOCUMENT.write_text(made, encoding="utf-8")
    elif made != document:
        sys.stderr.write("docs/language.md is stale. Run: python docs/generate.py\n")
        raise SystemExit(1)


if __name__ == "__main__":
    typer.run(main)
