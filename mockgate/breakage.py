"""What goes wrong, and when: the mappings of a scenario about faults and incidents."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from .reading import Flaw, Section, did_you_mean
from .sections import Positive, Refused, When, bad_headers
from .units import Bytes, Point, Seconds, Share

#: What a fault can do besides raising an `error`, and the keys that go with each.
DOES: dict[str, tuple[str, ...]] = {
    "slow": ("by",),
    "stall": ("after", "by"),
    "bandwidth": ("rate",),
    "hang": ("by",),
    "disconnect": ("after", "reset"),
    "truncate": ("after",),
    "malformed": ("after",),
    "wrong_type": ("content_type",),
    "no_done": (),
    "no_blank_line": (),
    "duplicate": ("after",),
    "huge": ("after", "size"),
    "split_utf8": (),
}

#: Keys that belong to an `error`.
_OF_ERRORS = ("message", "type", "code", "param", "retry_after", "body", "headers")

#: The largest chunk, in bytes, that is sent for being huge.
MAX_SIZE = 100_000_000

#: Built-in lists of faults that one word stands for: `fixtures/faults/NAME.yaml`.
PRESETS = ("brown-out", "flaky", "provider-down", "rate-limited", "slow")

#: Every key that only some faults know.
_OWN = tuple(dict.fromkeys(key for keys in DOES.values() for key in keys))


class Fault(Refused, frozen=True):
    """One way to go wrong: an `error` instead of an answer (with `after`: in the middle of a stream), or what to `do`
    to the answer.

    It strikes calls that match `when`: by `chance`, the `first` so many of them, `every` so many-th, at most `times`,
    from `begins` after the session's start for as long as it `lasts`, while at least `load` answers are under way. All
    that is given must hold.
    """

    when: When = When()
    name: str | None = None
    chance: Share | None = None
    first: Positive | None = None
    every: Positive | None = None
    times: Positive | None = None
    begins: Seconds | None = None
    lasts: Seconds | None = None
    load: Positive | None = None
    headers: dict[str, str] | None = None
    body: Literal["empty", "html"] | None = None
    do: (
        Literal[
            "slow",
            "stall",
            "bandwidth",
            "hang",
            "disconnect",
            "truncate",
            "malformed",
            "wrong_type",
            "no_done",
            "no_blank_line",
            "duplicate",
            "huge",
            "split_utf8",
        ]
        | None
    ) = None
    after: Point | None = None
    by: Seconds | None = None
    rate: Bytes | None = None
    size: Bytes | None = None
    content_type: str | None = None
    reset: bool | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find faults that do nothing, or two things, and keys that go with something else."""
        yield from bad_headers(self.headers or {})
        if (self.error is None) == (self.do is None):
            given = "does nothing" if self.do is None else "has `error` and `do` at once"
            yield Flaw((), given, f"Give an `error` (such as 503) or one thing to `do`: {', '.join(DOES)}.")
            return
        allowed = ("after",) if self.do is None else DOES[self.do]
        for key in _OWN:
            if key not in allowed and getattr(self, key) is not None:
                whose = [name for name, keys in DOES.items() if key in keys]
                yield Flaw((key,), f"does not go with {self._deed}", f"It goes with {', '.join(whose)}.")
        for key in _OF_ERRORS:
            if self.error is None and getattr(self, key) is not None:
                yield Flaw((key,), "goes with an `error`", "Give the error's status: `error: 429`.")
        yield from self._flaws_of_words()
        yield from self._flaws_of_amounts()

    def _flaws_of_words(self) -> Iterator[Flaw]:
        if self.body is None:
            return
        if self.after is not None:
            yield Flaw(("body",), "cannot come in the middle of an answer", "Leave `after` or `body` out.")
        for key in ("message", "type", "code", "param"):
            if getattr(self, key) is not None:
                yield Flaw((key,), f"is said nowhere: the body is {self.body}", f"Leave `{key}` or `body` out.")

    def _flaws_of_amounts(self) -> Iterator[Flaw]:
        if self.lasts is not None and self.lasts <= 0:
            yield Flaw(("lasts",), "is over before it begins", "Give a duration such as 30s.")
        if self.rate is not None and self.rate <= 0:
            yield Flaw(("rate",), "lets nothing through", "Give bytes a second, such as 1KB, or `do: hang`.")
        if self.size is not None and self.size > MAX_SIZE:
            yield Flaw(("size",), f"is more than {MAX_SIZE:,} bytes", "Less is huge already.")

    @property
    def _deed(self) -> str:
        return "an error" if self.do is None else f"`do: {self.do}`"


def no_preset(path: tuple[str | int, ...], name: str) -> Flaw:
    """Say that there is no such preset, and which was meant."""
    near = did_you_mean(name, PRESETS) or f"There are {', '.join(PRESETS)}."
    return Flaw(path, f'names no preset of faults: "{name}"', near)


#: Faults as they are written: one, or the name of a preset, or a list of both.
Faults = str | Fault | list[str | Fault]


def each(faults: Faults) -> list[str | Fault]:
    """Return faults as a list, however they are written."""
    return faults if isinstance(faults, list) else [faults]


def _unknown(faults: Faults, path: tuple[str | int, ...]) -> Iterator[Flaw]:
    for at, fault in enumerate(each(faults)):
        if isinstance(fault, str) and fault not in PRESETS:
            yield no_preset((*path, at) if isinstance(faults, list) else path, fault)


def unknown_presets(faults: Faults) -> Iterator[Flaw]:
    """Find presets under `faults` that do not exist."""
    return _unknown(faults, ("faults",))


class Phase(Section, frozen=True):
    """A stretch of an incident: its faults, for as long as it `lasts`; only the last one may last for ever."""

    phase: str
    lasts: Seconds | None = None
    faults: Faults = msgspec.field(default_factory=list[Any])

    def flaws(self) -> Iterator[Flaw]:
        """Find presets that do not exist, and a phase that is over before it begins."""
        yield from _unknown(self.faults, ("faults",))
        if self.lasts is not None and self.lasts <= 0:
            yield Flaw(("lasts",), "is over before it begins", "Give a duration such as 30s.")


class Incident(Section, frozen=True):
    """A timeline of phases, from the session's start; after the last one all is well, or it starts over."""

    phases: list[Phase]
    repeat: bool = False

    def flaws(self) -> Iterator[Flaw]:
        """Find phases that never end where another should follow."""
        if not self.phases:
            yield Flaw(("phases",), "is an empty list", "Give at least one phase.")
        for at, phase in enumerate(self.phases):
            if phase.lasts is None and (self.repeat or at < len(self.phases) - 1):
                never = f'never ends: the phases after "{phase.phase}" would never come'
                yield Flaw(("phases", at), never, "Say how long it `lasts`, such as 30s.")
