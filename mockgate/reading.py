"""From plain values to a Section, with everything that is wrong with them, each at its place.

It knows how types are declared, not what a scenario says; and it speaks in plain words, never in msgspec's.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

from . import complaints
from .complaints import Complaint, Path, dotted, steps
from .errors import Problem, ScenarioError
from .loader import Document
from .synonyms import SYNONYMS
from .units import dec_hook

MAX_PROBLEMS = 100


class Flaw(NamedTuple):
    """What a type cannot say about a Section: where below it, what is wrong, what would be right."""

    path: Path
    message: str
    suggestion: str = ""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mapping of a scenario: unknown keys are errors."""

    def flaws(self) -> Iterator[Flaw]:
        """Find what is wrong between this mapping's own keys."""
        return iter(())


S = TypeVar("S", bound=Section)


def convert(document: Document, kind: type[S]) -> S:
    """Read a document as a Section.

    Raises ScenarioError with all problems, at most MAX_PROBLEMS.
    """
    search = _Search(document)
    try:
        section = msgspec.convert(document.value, kind, dec_hook=dec_hook)
    except msgspec.ValidationError:
        search.look(document.value, kind, ())
        search.look_again(document.value, kind)
    else:
        search.judge(section, ())
        if not search.problems:
            return section
    raise ScenarioError(sorted(search.problems, key=_order)[:MAX_PROBLEMS])


def misread(document: Document, kind: type[Section], but: Sequence[str]) -> list[Problem]:
    """Return what is wrong with a document's own keys, each by itself, but for those named.

    For a document whose foundations are missing: what it says with them cannot be judged.
    """
    search = _Search(document)
    value = {key: inner for key, inner in document.value.items() if key not in but}
    with suppress(msgspec.ValidationError):
        msgspec.convert(value, kind, dec_hook=dec_hook)
        return []
    search.look(value, kind, ())
    return search.problems


def _order(problem: Problem) -> tuple[str, int, int]:
    return problem.place or ("", 0, 0)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Suggest the known word nearest to one that is not known, or nothing."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else ""


def _mended(value: dict[str, Any], wrong: Sequence[Path]) -> dict[str, Any]:
    """Leave out what is wrong: a key of the whole, or of a mapping in it; what a name stands for is only emptied."""
    mended = {key: dict(inner) if isinstance(inner, dict) else inner for key, inner in value.items()}
    for key, *rest in wrong:
        inner = mended.get(str(key))
        if rest and isinstance(inner, dict) and isinstance(inner.get(rest[0]), dict):
            inner[rest[0]] = {}
        elif rest and isinstance(inner, dict):
            inner.pop(rest[0], None)
        else:
            mended.pop(str(key), None)
    return mended


class _Search:
    """Walks values and types side by side until every problem has been met."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def look(self, value: Any, kind: Any, path: Path) -> None:
        """Find the problems of a value that should be of a kind, until there are enough."""
        if len(self.problems) >= MAX_PROBLEMS:
            return
        try:
            found = msgspec.convert(value, kind, dec_hook=dec_hook)
        except msgspec.ValidationError as error:
            before = len(self.problems)
            self._enter(value, kind, path)
            if len(self.problems) == before:
                message, suggestion = _words(complaints.parse(error), value, kind)
                self._add(path, message, suggestion)
        else:
            self.judge(found, path)

    def look_again(self, value: dict[str, Any], kind: type[Section]) -> None:
        """Find the flaws between those keys of the whole that have no problems of their own."""
        if not isinstance(value, dict):
            return
        paths = [steps(problem.path) for problem in self.problems if problem.path]
        try:
            mended = msgspec.convert(_mended(value, paths), kind, dec_hook=dec_hook)
        except msgspec.ValidationError:
            return
        for flaw in mended.flaws():
            self._add(flaw.path, flaw.message, flaw.suggestion)

    def judge(self, value: Any, path: Path) -> None:
        """Find the flaws of a value whose types are right, and of everything inside it."""
        match value:
            case Section():
                for flaw in value.flaws():
                    self._add(path + flaw.path, flaw.message, flaw.suggestion)
                for name, key in _inner(type(value)):
                    self.judge(getattr(value, name), (*path, key))
            case list():
                for index, item in enumerate(value):
                    self.judge(item, (*path, index))
            case dict():
                for key, item in value.items():
                    self.judge(item, (*path, key))

    def _enter(self, value: Any, kind: Any, path: Path) -> None:
        match value, _container(kind, value):
            case dict(), type() as section if issubclass(section, Section):
                self._enter_section(value, section, path)
            case dict(), container if container is not None:
                for key, item in value.items():
                    self.look(item, get_args(container)[1], (*path, key))
            case list(), container if container is not None:
                for index, item in enumerate(value):
                    self.look(item, get_args(container)[0], (*path, index))

    def _enter_section(self, value: dict[str, Any], section: type[Section], path: Path) -> None:
        fields = {field.encode_name: field for field in msgspec.structs.fields(section)}
        for key, item in value.items():
            if key in fields:
                self.look(item, fields[key].type, (*path, key))
            elif len(self.problems) < MAX_PROBLEMS:
                self._add((*path, key), "is an unknown key", _right_key(key, section), key=True)
        for key, field in fields.items():
            if field.required and key not in value:
                self._add(path, f"lacks the key `{key}`", "")

    def _add(self, path: Path, message: str, suggestion: str, *, key: bool = False) -> None:
        place = self._document.place(path, key=key)
        self.problems.append(Problem(dotted(path), message, suggestion, place))


@cache
def _inner(section: type[Section]) -> tuple[tuple[str, str], ...]:
    """Name the fields of a section that can hold sections, and their keys."""
    fields = msgspec.structs.fields(section)
    return tuple((field.name, field.encode_name) for field in fields if _holds_section(field.type))


def _holds_section(kind: Any) -> bool:
    return any(_is_section(member) or any(map(_holds_section, get_args(member))) for member in _members(kind))


def _members(kind: Any) -> Iterator[Any]:
    """Take a union apart, and annotations off."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _members(get_args(kind)[0])
    elif origin in {Union, UnionType}:
        for member in get_args(kind):
            yield from _members(member)
    else:
        yield kind


def _container(kind: Any, value: Any) -> Any:
    """Choose the member of a union that a mapping, or a list, must have been meant as."""
    for member in _members(kind):
        origin = get_origin(member)
        if isinstance(value, list) and origin in {list, tuple}:
            return member
        if isinstance(value, dict) and (origin is dict or _is_section(member)):
            return member
    return None


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


# What would be right.


def _right_key(key: str, section: type[Section]) -> str:
    known = section.__struct_encode_fields__
    meant = [other for other in SYNONYMS.get(key.lower(), ()) if other in known]
    near = meant or get_close_matches(key.lower(), known, n=1, cutoff=0.7) or _nearly_meant(key, known)
    if near:
        return f"Did you mean `{near[0]}`?"
    for field in msgspec.structs.fields(section):
        if any(key in inner.__struct_encode_fields__ for inner in _sections(field.type)):
            return f"It belongs under `{field.encode_name}`."
    return f"Known here: {', '.join(known)}."


def _nearly_meant(key: str, known: tuple[str, ...]) -> list[str]:
    """Find what a misspelt synonym stands for."""
    synonyms = get_close_matches(key.lower(), SYNONYMS, n=3, cutoff=0.8)
    return [other for synonym in synonyms for other in SYNONYMS[synonym] if other in known]


def _sections(kind: Any) -> Iterator[type[Section]]:
    return (member for member in _members(kind) if _is_section(member))


_TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def _words(complaint: Complaint, value: Any, kind: Any) -> tuple[str, str]:
    shown = _shown(value)
    match complaint.kind:
        case "wrong_type":
            names = [name for name in complaint.expected.split(" | ") if name != "null"] or ["null"]
            wanted = listed([_TYPES.get(name, name) for name in names])
            return f"must be {wanted}, not {shown}", _right_type(value, names)
        case "bad_value" if options := list(_options(kind)):
            wanted = listed([_shown(option) for option in options])
            near = did_you_mean(str(value), [str(option) for option in options])
            return f"must be {wanted}, not {shown}", near
        case "below_min" | "above_max" as bound:
            least, most = ("more than", "less than") if complaint.exclusive else ("at least", "at most")
            side = least if bound == "below_min" else most
            return f"must be {side} {complaint.limit:g}, not {shown}", ""
        case "other":
            return f"{complaint.text}; it is {shown}", ""
        case _:
            return f"cannot be {shown}", ""


def _options(kind: Any) -> Iterator[Any]:
    for member in _members(kind):
        if get_origin(member) is Literal:
            yield from get_args(member)


_SWITCHES = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}


def _right_type(value: Any, wanted: list[str]) -> str:
    if "str" in wanted and isinstance(value, bool | int | float):
        return f'For text, put it in quotes: "{_shown(value)}".'
    if "bool" in wanted and isinstance(value, str) and value.lower() in _SWITCHES:
        return f"Write {_SWITCHES[value.lower()]}."
    if isinstance(value, str) and {"int", "float"} & set(wanted) and value.replace(".", "", 1).isdigit():
        return "Leave the quotes out."
    return ""


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return str(value).lower()
        case str():
            short = value if len(value) <= 40 else f"{value[:37]}..."
            return '"' + short.replace("\n", " ") + '"'
        case _:
            return f"{value:.15g}" if isinstance(value, float) else str(value)


def listed(words: list[str]) -> str:
    """Join words as a sentence does: `a, b or c`."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
