"""What msgspec finds wrong with a value, taken apart: where it stands, what was expected, what was there.

The only reader of msgspec's sentences; whoever tells a user words the Complaint anew.
"""

import re
from typing import Literal

import msgspec

#: The way to a value: keys and indexes from the outermost in.
Path = tuple[str | int, ...]

#: What stands in a path for a key that msgspec does not name: that of an entry of a mapping with free keys.
SOME_KEY = "*"

Fault = Literal[
    "missing_field",
    "unknown_field",
    "wrong_type",
    "bad_value",
    "below_min",
    "above_max",
    "too_short",
    "too_long",
    "pattern",
    "other",
]


class Complaint(msgspec.Struct, frozen=True):
    """One thing wrong with a value.

    `path` leads to the value (for a missing or unknown `field`: to the object it belongs in). `expected` and
    `got` are msgspec's type names joined by ` | ` (`int | null`, `array`, `object`), its regular expression,
    or for a bad value the value as Python writes it. `limit` is the bound that was broken, a length where it
    is one; `exclusive` says that the bound itself is refused too. `of_key` says that a mapping's key is
    meant, not its value. `text` is msgspec's sentence without the path.
    """

    path: Path
    kind: Fault
    text: str
    field: str = ""
    expected: str = ""
    got: str = ""
    limit: float | None = None
    exclusive: bool = False
    of_key: bool = False

    @property
    def where(self) -> str:
        """The path in words: `rules[0].when.user`."""
        return dotted(self.path)


_PLAIN_KEY = re.compile(r"[^\s.\[\]\"'`]+")


def dotted(path: Path) -> str:
    """Word a path as `rules[0].when.user`; a key that would mislead is quoted: `paces["a.b"]`."""
    words = ""
    for step in path:
        if isinstance(step, int):
            words += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            words += f".{step}" if words else step
        else:
            words += f'["{step}"]'
    return words


_WRITTEN_STEP = re.compile(r'\["(?P<quoted>.*?)"\]|\[(?P<index>\d+)\]|(?P<name>[^.\[]+)')


def steps(words: str) -> Path:
    """Read a path that `dotted` worded."""
    found = (step.groupdict() for step in _WRITTEN_STEP.finditer(words))
    return tuple(int(step["index"]) if step["index"] else step["quoted"] or step["name"] for step in found)


_PLACED = re.compile(r"(?P<text>.*) - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`", re.DOTALL)
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+)\]|(?P<some>\[\.\.\.\])")
#: msgspec's sentences. Compiled when first needed, by `re`'s own cache: most runs never need one.
_FORMS: tuple[tuple[Fault, str], ...] = (
    ("missing_field", r"Object missing required field `(?P<field>.*)`"),
    ("unknown_field", r"Object contains unknown field `(?P<field>.*)`"),
    ("wrong_type", r"Expected `(?P<expected>[^`]*)`(, got `(?P<got>[^`]*)`)?"),
    ("below_min", r"Expected `(?P<expected>\w+)` (?P<sign>>=?) (?P<limit>\S+)"),
    ("above_max", r"Expected `(?P<expected>\w+)` (?P<sign><=?) (?P<limit>\S+)"),
    ("too_short", r"Expected `(?P<expected>\w+)` of length >= (?P<limit>\d+)"),
    ("too_short", r"Expected `(?P<expected>\w+)` of at least length (?P<limit>\d+), got (?P<got>\d+)"),
    ("too_long", r"Expected `(?P<expected>\w+)` of length <= (?P<limit>\d+)"),
    ("too_long", r"Expected `(?P<expected>\w+)` of at most length (?P<limit>\d+)(, got (?P<got>\d+))?"),
    ("pattern", r"Expected `str` matching regex (?P<expected>.*)"),
    ("bad_value", r"Expected `(\w+)` (?P<expected>that's a multiple of (?P<limit>\d+))"),
    ("bad_value", r"Invalid (?:enum )?value (?P<got>.*)"),
    ("bad_value", r"(?P<expected>Integer value|Number|Duration|Timestamp) (?:is )?out of range"),
    ("bad_value", r"Invalid (?P<expected>.*)"),
)
_FIXED_LENGTH = r"Expected `array` of length (?P<least>\d+)(?: to (?P<most>\d+))?, got (?P<got>\d+)"


def parse(error: msgspec.ValidationError) -> Complaint:
    """Take apart what msgspec says; a sentence that is not its own (a `dec_hook`'s) is of kind `other`."""
    sentence = str(error)
    placed = _PLACED.fullmatch(sentence)
    if placed is None:
        return _read((), sentence, of_key=False)
    path = tuple(_step(step) for step in _STEP.finditer(placed["path"]))
    return _read(path, placed["text"], of_key=placed["key"] is not None)


def _step(found: re.Match[str]) -> str | int:
    if found["index"] is not None:
        return int(found["index"])
    return SOME_KEY if found["some"] else found["name"]


def _read(path: Path, text: str, *, of_key: bool) -> Complaint:
    for kind, form in _FORMS:
        if found := re.fullmatch(form, text, re.DOTALL):
            parts = found.groupdict()
            return Complaint(
                path,
                kind,
                text,
                field=parts.get("field") or "",
                expected=parts.get("expected") or "",
                got=parts.get("got") or "",
                limit=float(parts["limit"]) if "limit" in parts else None,
                exclusive=parts.get("sign") in {"<", ">"},
                of_key=of_key,
            )
    if found := re.fullmatch(_FIXED_LENGTH, text):
        return _wrong_length(path, text, found)
    return Complaint(path, "other", text, of_key=of_key)


def _wrong_length(path: Path, text: str, found: re.Match[str]) -> Complaint:
    least, got = int(found["least"]), int(found["got"])
    if got < least:
        return Complaint(path, "too_short", text, expected="array", got=found["got"], limit=least)
    most = int(found["most"] or least)
    return Complaint(path, "too_long", text, expected="array", got=found["got"], limit=most)
