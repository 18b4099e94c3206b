"""The measures a scenario is written in: `"350ms"`, `"15%"`, `"10MB"`, `"$5.00"`, `"60/min"`, `"10 tokens"`.

A plain number is seconds, a fraction, bytes, or dollars. Every reader raises ValueError with a sentence that says what
would be right.
"""

import re
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

_NUMBER = re.compile(r"\s*([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)\s*([A-Za-zµ%]*)\s*")


class Measure(float):
    """A number with a unit. `pattern` is the JSON Schema pattern of its written form."""

    units: ClassVar[dict[str, float]]
    what: ClassVar[str]
    example: ClassVar[str]
    greatest: ClassVar[float] = 1e12

    @classmethod
    def read(cls, written: object) -> Self:
        """Read what stands in a scenario.

        Raises ValueError when it is no such measure.
        """
        if isinstance(written, bool) or not isinstance(written, int | float | str):
            raise ValueError(f"is not {cls.what}: write it like {cls.example}")  # noqa: TRY004 - the contract
        amount = cls._amount(written) if isinstance(written, str) else written
        if not 0 <= amount <= cls.greatest:
            raise ValueError(f"is out of range for {cls.what}: 0 is the least, {cls.greatest:g} the most")
        return cls(amount)

    @classmethod
    def _amount(cls, written: str) -> float:
        terms = list(_NUMBER.finditer(written))
        adds_up = "".join(term[0] for term in terms) == written
        alone = len(terms) == 1
        if not terms or not adds_up or not all(term[2] in cls.units and (term[2] or alone) for term in terms):
            known = ", ".join(unit for unit in cls.units if unit)
            raise ValueError(f"is not {cls.what}: write it like {cls.example} (units: {known})")
        return sum(float(term[1].replace("_", "")) * cls.units[term[2]] for term in terms)

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of what `read` accepts."""
        units = "|".join(re.escape(unit) for unit in cls.units if unit)
        number = r"([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)"
        return {
            "description": f"{cls.what.capitalize()}: {cls.example}.",
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": cls.greatest},
                {"type": "string", "pattern": rf"^\s*({number}\s*|({number}\s*({units})\s*)+)$"},
            ],
        }


class Seconds(Measure):
    """A length of time, in seconds."""

    units: ClassVar = {"": 1, "ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
    what = "a duration"
    example = '"350ms", "2s" or "1m30s"'


class Share(Measure):
    """A part of a whole, as a fraction of 1."""

    units: ClassVar = {"": 1, "%": 0.01}
    what = "a share"
    example = '"15%" or 0.15'
    greatest = 1.0


class Bytes(Measure):
    """An amount of data, in bytes."""

    units: ClassVar = {
        "": 1,
        "B": 1,
        "KB": 1e3,
        "MB": 1e6,
        "GB": 1e9,
        "KiB": 2**10,
        "MiB": 2**20,
        "GiB": 2**30,
    }
    what = "an amount of data"
    example = '"10MB" or "512KiB"'


class Money(Measure):
    """An amount of money, in US dollars."""

    units: ClassVar = {"": 1, "USD": 1}
    what = "an amount of money"
    example = '"$5.00" or 0.25'

    @classmethod
    def _amount(cls, written: str) -> float:
        return super()._amount(written.strip().removeprefix("$"))

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of what `read` accepts."""
        found = super().schema()
        found["anyOf"][1]["pattern"] = r"^\s*\$?\s*([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)\s*(USD)?\s*$"
        return found


class Quantity:
    """A number of something, written as text: `amount`, and what it is of, `unit`. Never changed.

    `form` is what the text must be like, `described` says it with examples.
    """

    __slots__ = ("amount", "unit")

    form: ClassVar[re.Pattern[str]]
    described: ClassVar[str]

    def __init__(self, amount: float, unit: Any) -> None:
        self.amount = amount
        self.unit = unit

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (self.amount, self.unit) == (other.amount, other.unit)

    def __hash__(self) -> int:
        return hash((self.amount, self.unit))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.amount:g}, {self.unit!r})"

    @classmethod
    def read(cls, written: object) -> Self:
        """Read what stands in a scenario. Raises ValueError when it is no such quantity."""
        raise NotImplementedError

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of what `read` accepts."""
        return {"description": cls.described, "type": "string", "pattern": f"^{cls.form.pattern}$"}


_SCALE = {"": 1, "k": 1e3, "K": 1e3, "M": 1e6}
_PERIODS = {"sec": 1.0, "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
_RATE = re.compile(
    r"\s*([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)\s*([kKM]?)\s*/"
    r"\s*([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)?\s*(ms|s|m|min|h|d|sec|second|minute|hour|day)\s*"
)


class Rate(Quantity):
    """So many in a length of time; `unit` is that time in seconds."""

    unit: float
    form: ClassVar = _RATE
    described: ClassVar = 'A rate: "60/min", "40k/min" or "5/10s".'

    def __str__(self) -> str:
        return f"{self.amount:.15g}/{self.unit:.15g}s"

    @classmethod
    def read(cls, written: object) -> Self:
        """Read `"60/min"`, `"40k/min"`, `"5/10s"`. Raises ValueError when it is no rate, or one below 1."""
        found = _RATE.fullmatch(written) if isinstance(written, str) else None
        if found is None:
            raise ValueError('is not a rate: write it like "60/min", "40k/min" or "5/10s" (units: s, min, h, day)')
        number, scale, times, unit = found.groups()
        amount = float(number.replace("_", "")) * _SCALE[scale]
        period = float((times or "1").replace("_", "")) * (_PERIODS.get(unit) or Seconds.units[unit])
        if amount < 1:
            raise ValueError('is less than one at a time: write it over a longer time, like "30/min" or "1/10s"')
        if amount > Measure.greatest or not 0.001 <= period <= Measure.greatest:
            raise ValueError(f"is out of range for a rate: {Measure.greatest:g} is the most, in 1ms or longer")
        return cls(amount, period)


def _of(kind: type[Measure]) -> str:
    """Return the pattern of numbers with a unit of this kind."""
    return rf"((?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)\s*(?:{'|'.join(filter(None, kind.units))})\s*)+"


_POINT = re.compile(rf"\s*(?:([0-9][0-9_]{{0,11}})\s*(token|chunk)s?\s*|{_of(Seconds)}|{_of(Bytes)})")


#: How units of a Point are written that are not written out.
_SHORT = {"seconds": "s", "bytes": "B"}


class Point(Quantity):
    """A place in an answer: after so many tokens, chunks, bytes or seconds of it."""

    unit: str
    form: ClassVar = _POINT
    described: ClassVar = 'A place in an answer: "10 tokens", "3 chunks", "2KB" or "1.5s".'

    def __str__(self) -> str:
        return f"{self.amount:.15g} {_SHORT.get(self.unit, self.unit)}"

    @classmethod
    def read(cls, written: object) -> Self:
        """Read `"10 tokens"`, `"3 chunks"`, `"2KB"`, `"1.5s"`. Raises ValueError when it is no such place."""
        found = _POINT.fullmatch(written) if isinstance(written, str) else None
        if found is None:
            raise ValueError('is no place in an answer: write it like "10 tokens", "3 chunks", "2KB" or "1.5s"')
        number, what, time, _ = found.groups()
        if what:
            return cls(float(number.replace("_", "")), f"{what}s")
        kind, unit = (Seconds, "seconds") if time else (Bytes, "bytes")
        return cls(float(kind.read(written)), unit)


_READ = (Measure, Quantity)


def dec_hook(kind: type, written: Any) -> Any:
    """Read a measure for `msgspec.convert`.

    Raises ValueError when it is no such measure, and NotImplementedError for any other type.
    """
    if issubclass(kind, _READ):
        return kind.read(written)
    raise NotImplementedError(f"{kind.__name__} is no measure")


def enc_hook(value: Any) -> Any:
    """Write a measure for `msgspec.to_builtins`, so that it can be read again.

    Raises NotImplementedError for any other type.
    """
    if isinstance(value, Measure):
        return float(value)
    if isinstance(value, Quantity):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is no measure")


def schema_hook(kind: type) -> dict[str, Any]:
    """Describe a measure for `msgspec.json.schema`.

    Raises NotImplementedError for any other type.
    """
    if issubclass(kind, _READ):
        return kind.schema()
    raise NotImplementedError(f"{kind.__name__} is no measure")


def read_moment(written: str) -> float:
    """Read a date or moment (ISO 8601; UTC where it says no zone) as seconds since the epoch.

    Raises ValueError when it is none, or before 1970.
    """
    try:
        moment = datetime.fromisoformat(written)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError('is not a moment: write it like "2026-01-31" or "2026-01-31T09:30:00Z"') from None
    if seconds < 0:
        raise ValueError("is before 1970, where the clocks of computers begin")
    return seconds


def write_moment(seconds: float) -> str:
    """Write seconds since the epoch as a moment of RFC 3339: `2025-01-01T00:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
