"""The text of a YAML file in; its nodes, or what is wrong with its syntax, out.

Scalars are texts, but for a plain `true`, `false` and blank; YAML's own guesses (`no` is false, `12:30` is 750) are
off.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import yaml

from engine.errors import Problem
from engine.workspace.nodes import DEEPEST, Node, Place, under_key

NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")
"""NUL and halves of characters: no database takes them."""
_OWN_TAGS: Final = "tag:yaml.org,2002:"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: Final[dict[str, object]] = {"true": True, "false": False, "": None, "null": None, "~": None}
_READABLE: Final = {
    "found unexpected end of stream": ("a quote that is opened here is not closed", "Close the quote."),
    "mapping values are not allowed": (
        "a second `: ` stands where it can't be read",
        "Put the text in quotes, or mend the indentation.",
    ),
    "did not find expected key": ("this line does not fit the mapping it stands in", "Mend its indentation."),
    "did not find expected '-'": ("this line does not fit the list it stands in", "Begin it with `- `, or indent it."),
    "did not find expected ',' or '}'": ("a mapping in braces is not closed", "Close it with `}`, or add a comma."),
    "did not find expected ',' or ']'": ("a list in brackets is not closed", "Close it with `]`, or add a comma."),
    "could not find expected ':'": ("a key lacks its colon", "Write `key: value`, with a space after the colon."),
    "found unknown escape character": ("a backslash in double quotes begins no known escape", "Use single quotes."),
}
"""What the parser says, and how we say it."""


class _Unreadable(Exception):
    """Nothing after this place can be read."""

    def __init__(self, place: Place, message: str, remedy: str) -> None:
        self.said = (place, message, remedy)
        super().__init__(message)


def read_yaml(file: str, text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The node of a file's one document, as far as it can be read (None: not at all), and the problems that it has."""
    reader = _Reader(file, text)
    return reader.document(), tuple(reader.problems)


class _Reader:
    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []
        self.events: Iterator[yaml.Event] = iter(())

    def document(self) -> Node | None:
        try:
            self.events = yaml.parse(self.text, Loader=_LOADER)
            return self._documents()
        except _Unreadable as error:
            self._refuse(*error.said)
        except yaml.MarkedYAMLError as error:
            self._refuse(*_readable(error, self.text))
        except yaml.reader.ReaderError as error:
            place = _place_in(self.text, error.position)
            self._refuse(place, "a character stands here that no text file has", "Delete it.")
        return None

    def _documents(self) -> Node:
        node: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and node is not None:
                raise _Unreadable(_start(event), "a second document begins here", "Delete the line `---`.")
            if isinstance(event, yaml.NodeEvent):
                node = self._node(event, 1)
        return node or Node(None, (1, 1))

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > DEEPEST:
            raise _Unreadable(_start(event), f"more than {DEEPEST} levels lie inside each other", "Write it flatter.")
        self._refuse_references(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            odd = NO_TEXT.search(event.value) is not None
            if odd:
                self._refuse(_start(event), "a character stands here that no text has", "Delete it.")
            plain = event.style in (None, "")
            value = _PLAIN.get(event.value, event.value) if plain else event.value
            return Node(value, _start(event), is_whole=not odd)
        return Node(None, _start(event), is_whole=False)

    def _refuse_references(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(_start(event), f"an alias stands here: *{event.anchor}", "Write out what it stands for.")
            return
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self._refuse(_start(event), f"an anchor stands here: &{event.anchor}", "Delete it.")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            self._refuse(_start(event), f"a tag stands here: {event.tag.replace(_OWN_TAGS, '!!')}", "Delete it.")

    def _sequence(self, start: yaml.Event, depth: int) -> Node:
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, depth + 1))
        return Node(tuple(items), _start(start), is_whole=all(item.is_whole for item in items))

    def _mapping(self, start: yaml.Event, depth: int) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        twice = set[str]()
        whole = True
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key, place = self._key(event, depth), _start(event)
            value = self._node(next(self.events), depth + 1)
            whole = whole and value.is_whole and key is not None
            if key is None:
                continue
            if key in keys:
                first = f"first on line {keys[key][0]}"
                self._refuse(place, f"the key {key!r} stands twice in one mapping ({first})", "Delete one of the two.")
                twice.add(key)
                if any(one.is_mapping or one.is_list for one in (value, entries[key])):
                    entries[key], whole = replace(entries[key], is_whole=False), False
                continue
            keys[key] = place
            entries[key] = under_key(value, place)
        return Node(entries, _start(start), keys, whole, frozenset(twice))

    def _key(self, event: yaml.Event, depth: int) -> str | None:
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, depth + 1)
            if isinstance(event, yaml.AliasEvent):
                return None
            wrong = "a mapping or a list stands where a key belongs"
            self._refuse(_start(event), wrong, "If this is a template, like {{ account.name }}, put it in quotes.")
            return None
        self._refuse_references(event)
        if event.value == "<<" and event.style in (None, ""):
            self._refuse(_start(event), "a merge key stands here: <<", "Write out what it would merge.")
            return None
        return str(event.value)

    def _refuse(self, place: Place, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, place[0], message, remedy, column=place[1]))


def _start(event: yaml.Event) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _place_in(text: str, position: int) -> Place:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


def _readable(error: yaml.MarkedYAMLError, text: str) -> tuple[Place, str, str]:
    problem = error.problem or "it can't be read"
    opened = problem.startswith("found unexpected end of stream")
    mark = (error.context_mark if opened else error.problem_mark) or error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if problem.startswith("found character that cannot start any token"):
        return (place, *_odd_character(text, place))
    known = next((said for start, said in _READABLE.items() if problem.startswith(start)), None)
    return (place, *(known or (f"this is not YAML: {problem}", "Look at the indentation and the quotes here.")))


def _odd_character(text: str, place: Place) -> tuple[str, str]:
    lines = text.splitlines()
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    odd = line[place[1] - 1 : place[1]]
    if odd == "\t":
        return "a tab indents this line", "Indent with spaces."
    return f"a text can't begin with {odd!r}", "Put the text in quotes."
