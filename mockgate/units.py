"""The measures a scenario is written in: durations, shares, sizes; each reads `"350ms"`, `"15%"`, `"10MB"`.

A plain number is seconds, a fraction, or bytes. Every reader raises ValueError with a sentence that says what
would be right.
"""

import re
from typing import ClassVar, Self

_NUMBER = re.compile(r"\s*([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)\s*([A-Za-zµ%]*)\s*")


class Measure(float):
    """A number with a unit. `pattern` is the JSON Schema pattern of its written form."""

    units: ClassVar[dict[str, float]]
    what: ClassVar[str]
    example: ClassVar[str]
    greatest: ClassVar[float] = float("inf")

    @classmethod
    def read(cls, written: object) -> Self:
        """Read what stands in a scenario.

        Raises ValueError when it is no such measure.
        """
        if isinstance(written, bool) or not isinstance(written, int | float | str):
            raise ValueError(f"is not {cls.what}: write it like {cls.example}")
        if isinstance(written, str):
            amount = cls._amount(written)
        else:
            amount = float(written)
        if not 0 <= amount <= cls.greatest:
            raise ValueError(f"is out of range for {cls.what}: 0 is the least, {cls.greatest:g} the most")
        return cls(amount)

    @classmethod
    def _amount(cls, written: str) -> float:
        total = 0.0
        at = 0
        while at < len(written):
            match = _NUMBER.match(written, at)
            if match is None or (match[2] not in cls.units):
                known = ", ".join(unit for unit in cls.units if unit)
                raise ValueError(f"is not {cls.what}: write it like {cls.example} (units: {known})")
            total += float(match[1].replace("_", "")) * cls.units[match[2]]
            at = match.end()
        if not written:
            raise ValueError(f"is empty: write {cls.what} like {cls.example}")
        return total


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

    units: ClassVar = {"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    what = "an amount of data"
    example = '"10MB" or "512KiB"'
