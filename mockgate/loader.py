"""Reading YAML files into plain values that know where they stand, and finding the fixtures.

The only home of `yaml`. Values are built from the parser's events, never by its constructors: nothing in a
file can make an object, blow up by aliases, or overflow the stack.
"""

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

import msgspec
import yaml

from .errors import Place, Problem, ScenarioError
from .scalars import UNPRINTABLE, resolve, substitute

MAX_NODES = 100_000
MAX_DEPTH = 100

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}
_VALUE_FILES = {".yaml", ".yml", ".json"}

#: Files that are included as `data:` URLs, by the type that says so.
_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


_NONE: Mapping[Any, Any] = MappingProxyType({})


class Places(NamedTuple):
    """Where a value, its key, and everything inside it stand; None for what came from no file."""

    here: Place | None = None
    key: Place | None = None
    inside: "Mapping[str | int, Places]" = _NONE


class Document(msgspec.Struct, frozen=True):
    """Plain values (as JSON has them), where each of them stands, and every file that was read for them."""

    value: Any
    places: Places = Places()
    files: tuple[Path, ...] = ()

    def place(self, path: tuple[str | int, ...], *, key: bool = False) -> Place | None:
        """Return where the value at `path` stands, or its key; for a path too long, where it ends."""
        at = self.places
        for step in path:
            inner = at.inside.get(step)
            if inner is None:
                return at.here
            at = inner
        return at.key or at.here if key else at.here


def fixtures_dir() -> Path:
    """Return the folder of shipped gateways, scenarios and data: in the package, or beside it."""
    package = Path(__file__).resolve().parent
    inside = package / "fixtures"
    return inside if inside.is_dir() else package.parent / "fixtures"


def read(path: str | os.PathLike[str], environ: Mapping[str, str] = os.environ) -> Document:
    """Read a YAML file and the files it includes.

    Raises ScenarioError with everything that is wrong with them as files.
    """
    reading = _Reading(environ)
    return reading.finish(reading.read_file(Path(path)))


def parse(text: str, name: str, environ: Mapping[str, str] = os.environ) -> Document:
    """Read YAML text; `name` stands for the file in messages. Text that is no file cannot include any.

    Raises ScenarioError with everything that is wrong with it.
    """
    reading = _Reading(environ)
    return reading.finish(reading.read_text(text, name, None))


class _Built(NamedTuple):
    value: Any
    places: Places
    size: int = 1


class _Reading:
    """What one reading shares over all its files: problems, the count of nodes, which files are open."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[Problem] = []
        self.nodes = 0
        self.depth = 0
        self.open: list[Path] = []
        self.files: list[Path] = []

    def finish(self, built: _Built) -> Document:
        if self.problems:
            raise ScenarioError(self.problems)
        return Document(built.value, built.places, tuple(self.files))

    def problem(self, place: Place | None, message: str, suggestion: str = "") -> None:
        self.problems.append(Problem("", message, suggestion, place))

    def stop(self, place: Place, message: str, suggestion: str = "") -> NoReturn:
        self.problem(place, message, suggestion)
        raise ScenarioError(self.problems)

    def grow(self, nodes: int, place: Place) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self.stop(place, f"there are more than {MAX_NODES} values by here, aliases counted")

    def read_file(self, path: Path, place: Place | None = None) -> _Built:
        picture = _PICTURES.get(path.suffix.lower()) if place is not None else None
        try:
            text = path.read_text(encoding="utf-8-sig") if picture is None else _data_url(path, picture)
        except OSError as problem:
            self.problem(place, f"{path} cannot be read: {problem.strerror}")
            return _Built(None, Places())
        except ValueError:
            self.problem(place, f"{path} is not text", "Save it as UTF-8.")
            return _Built(None, Places())
        real = path.resolve()
        self.files.append(real)
        if place is not None and path.suffix not in _VALUE_FILES:
            return _Built(text, Places(Place(str(path), 1, 1)))
        self.open.append(real)
        built = self.read_text(text, str(path), path.parent)
        self.open.pop()
        return built

    def read_text(self, text: str, name: str, folder: Path | None) -> _Built:
        if found := UNPRINTABLE.search(text):
            lines = text[: found.start()].split("\n")
            place = Place(name, len(lines), len(lines[-1]) + 1)
            self.problem(
                place,
                f"the character U+{ord(found[0]):04X} cannot stand in YAML",
                "Write \\x.. or \\u.. in quotes.",
            )
            return _Built(None, Places())
        try:
            return _Builder(self, name, folder).build(text)
        except yaml.MarkedYAMLError as problem:
            mark = problem.problem_mark or problem.context_mark
            at = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1)
            self.stop(at, f"this is not YAML: {problem.problem}", _advice(str(problem.problem)))


def _data_url(path: Path, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(path.read_bytes()).decode()}"


_ADVICE = (
    ("mapping values are not allowed", 'Text that holds ": " goes in quotes; else check the indentation.'),
    (
        "cannot start any token",
        "Indent with spaces, not tabs; text that begins with @, ` or % goes in quotes.",
    ),
    ("unexpected end of stream", "A quote that is opened here is never closed."),
    ("did not find expected ','", "A bracket is not closed, or a comma is missing."),
    ("did not find expected node content", "A bracket is not closed, or a value is missing."),
    ("did not find expected key", "Check the indentation, and that every quote is closed."),
    ("did not find expected '-'", "Check the indentation."),
    ("could not find expected ':'", "A key needs a colon and a space after it."),
)


def _advice(problem: str) -> str:
    return next((advice for words, advice in _ADVICE if words in problem), "")


class _Builder:
    """Builds the values of one file from its events."""

    _next: Callable[[], Any]

    def __init__(self, reading: _Reading, name: str, folder: Path | None) -> None:
        self._reading = reading
        self._name = name
        self._folder = folder
        self._anchors: dict[str, _Built | None] = {}

    def build(self, text: str) -> _Built:
        parser = _PARSER(text)
        self._next = parser.get_event
        try:
            return self._document()
        finally:
            parser.dispose()

    def _document(self) -> _Built:
        built: _Built | None = None
        while not isinstance(event := self._next(), yaml.StreamEndEvent):
            if not isinstance(event, yaml.NodeEvent):
                continue
            if built is not None:
                self._reading.stop(self._place(event), "a second document starts here", "Keep one per file.")
            built = self._node(event)
        return built or _Built(None, Places(Place(self._name, 1, 1)))

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self._name, mark.line + 1, mark.column + 1)

    def _node(self, event: Any) -> _Built:
        place = self._place(event)
        anchor = event.anchor
        if anchor is None:
            return self._inside(event, place)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(anchor, place)
        self._anchors[anchor] = None
        built = self._anchors[anchor] = self._inside(event, place)
        return built

    def _inside(self, event: Any, place: Place) -> _Built:
        reading = self._reading
        reading.grow(1, place)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if reading.depth >= MAX_DEPTH:
            reading.stop(place, f"the values are nested more than {MAX_DEPTH} deep here")
        self._check_tag(event, place)
        before = reading.nodes
        reading.depth += 1
        value, places = self._list(place) if isinstance(event, yaml.SequenceStartEvent) else self._map(place)
        reading.depth -= 1
        return _Built(value, places, reading.nodes - before + 1)

    def _alias(self, anchor: str, place: Place) -> _Built:
        if anchor not in self._anchors:
            self._reading.stop(place, f"*{anchor} is no alias of anything", f"Put &{anchor} before the value it names.")
        built = self._anchors[anchor]
        if built is None:
            self._reading.stop(place, f"*{anchor} stands inside of what it names")
        self._reading.grow(built.size, place)
        return built

    def _check_tag(self, event: Any, place: Place) -> None:
        if event.tag not in _PLAIN_TAGS:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._reading.problem(place, f"the tag {tag} is unknown", "Tags are !include, or leave it out.")

    def _list(self, place: Place) -> tuple[list[Any], Places]:
        values: list[Any] = []
        inside: dict[str | int, Places] = {}
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            built = self._node(event)
            inside[len(values)] = built.places
            values.append(built.value)
        return values, Places(place, None, inside)

    def _map(self, place: Place) -> tuple[dict[str, Any], Places]:
        values: dict[str, Any] = {}
        inside: dict[str | int, Places] = {}
        merged: list[_Built] = []
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            at = self._place(event)
            key = self._key(event, at)
            built = self._node(self._next())
            if key == "<<":
                merged += self._merge_key(built, at)
                continue
            if key in values:
                first = inside[key].key
                self._reading.problem(
                    at,
                    f'the key "{key}" stands here again',
                    f"It stands in line {first and first.line} already.",
                )
            values[key] = built.value
            inside[key] = Places(built.places.here, at, built.places.inside)
        for base in merged:
            values = {**base.value, **values}
            inside = {**base.places.inside, **inside}
        return values, Places(place, None, inside)

    def _key(self, event: Any, place: Place) -> str:
        """Read a key: always text, as it is written."""
        if isinstance(event, yaml.ScalarEvent):
            self._reading.grow(1, place)
            self._check_tag(event, place)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Built(event.value, Places(place))
            return self._text(event.value, place)
        key = self._node(event).value
        if not isinstance(key, str):
            self._reading.problem(place, "a key must be plain text", 'Text that begins with "{" or "[" goes in quotes.')
        return str(key) if isinstance(key, str | int) else ""

    def _merge_key(self, built: _Built, place: Place) -> list[_Built]:
        """Take `<<: *base`, or a list of them, the first of which wins."""
        match built.value:
            case dict():
                return [built]
            case list() as values if all(isinstance(value, dict) for value in values):
                return [_Built(value, built.places.inside[at]) for at, value in enumerate(values)]
        self._reading.problem(place, "the key << takes mappings in", "Give it an alias of one: <<: *name")
        return []

    def _scalar(self, event: Any, place: Place) -> _Built:
        if event.tag == "!include":
            return self._include(self._text(event.value, place), place)
        self._check_tag(event, place)
        text = self._text(event.value, place)
        is_plain = event.implicit[0]
        return _Built(resolve(text) if is_plain else text, Places(place))

    def _include(self, written: str, place: Place) -> _Built:
        nothing = _Built(None, Places(place))
        if self._folder is None:
            self._reading.problem(place, "only a file can include another")
            return nothing
        path = self._folder / written
        try:
            real = path.resolve()
        except (OSError, ValueError, RuntimeError):  # a zero byte, a loop of links
            self._reading.problem(place, "this cannot be a file's name")
            return nothing
        if not real.is_relative_to(self._folder.resolve()):
            self._reading.problem(place, f"{written} is not below the folder of the file that includes it")
            return nothing
        if real in self._reading.open:
            self._reading.problem(place, f"{written} includes itself, in the end")
            return nothing
        return self._reading.read_file(path, place)

    def _text(self, written: str, place: Place) -> str:
        if "${" not in written:
            return written
        try:
            return substitute(written, self._reading.environ)
        except ValueError as problem:
            self._reading.problem(place, str(problem))
            return ""
