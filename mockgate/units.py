"""The measures a scenario is written in: durations, shares, sizes; each reads `"350ms"`, `"15%"`, `"10MB"`.

A plain number is seconds, a fraction, or bytes. Every reader raises ValueError with a sentence that says what
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


def dec_hook(kind: type, written: Any) -> Any:
    """Read a measure for `msgspec.convert`.

    Raises ValueError when it is no such measure, and NotImplementedError for any other type.
    """
    if issubclass(kind, Measure):
        return kind.read(written)
    raise NotImplementedError(f"{kind.__name__} is no measure")


def schema_hook(kind: type) -> dict[str, Any]:
    """Describe a measure for `msgspec.json.schema`.

    Raises NotImplementedError for any other type.
    """
    if issubclass(kind, Measure):
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
