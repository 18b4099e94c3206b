"""Rate limits, truly counted: who may ask again and when, and what every answer says of it.

One place counts requests, tokens and concurrency. What it charges is the usage that the answer reports; what was
refused is not charged. Every wait that is told is the true one, on the session's clock.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

import msgspec

from .access import Limits
from .catalogue import Names
from .errors import GatewayError
from .keys import Caller, masked
from .metering import MEASURES, SLACK, Level, Measured, Meter, costs, tightest
from .scenario import LimitSpec, Scenario
from .turn import Usage
from .units import Rate
from .wire import retry_headers

_SHORT = {"requests": "R", "tokens": "T", "input_tokens": "IT", "output_tokens": "OT"}
_PERIODS = {1.0: ("sec", "S"), 60.0: ("min", "M"), 3600.0: ("hour", "H"), 86400.0: ("day", "D")}

#: Counters that are kept before those that are full again are forgotten.
_CROWD = 1000


class Quotas:
    """The limits of a scenario, compiled: whoever calls, which meters count it."""

    def __init__(self, scenario: Scenario) -> None:
        self._everyone = tuple(_meters(scenario.limits, "limits"))
        self._groups = {
            name: self._everyone + tuple(_meters(group.limits, f"groups.{name}.limits"))
            for name, group in scenario.groups.items()
        }
        self._keys = {
            key: self._groups.get(spec.group or "", self._everyone)
            + tuple(_meters(spec.limits, f"keys.{key}.limits", f"keys.{masked(key)}.limits"))
            for key, spec in scenario.keys.items()
        }
        self._worded = _HEADERS[scenario.limit_headers]

    def meters(self, caller: Caller) -> tuple[Meter, ...]:
        """Return every meter that counts this caller's calls."""
        return self._everyone if caller.spec is None else self._keys.get(caller.key, self._everyone)

    def headers(self, levels: Iterable[Level], now: float) -> dict[str, str]:
        """Word what is left, as the gateway's headers do; `now` is the moment on the session's clock."""
        return self._worded(tightest(levels, now), now)


def _meters(limits: Limits | None, path: str, shown: str = "") -> Iterator[Meter]:
    specs = {"": limits} if isinstance(limits, LimitSpec) else {f"[{at}]": spec for at, spec in enumerate(limits or [])}
    for at, spec in specs.items():
        per = (spec.per,) if isinstance(spec.per, str) else tuple(spec.per)
        models = (spec.models,) if isinstance(spec.models, str) else tuple(spec.models or ())
        for measure in MEASURES:
            asked = getattr(spec, measure)
            if asked is not None:
                amount, period = (asked.amount, asked.unit) if isinstance(asked, Rate) else (float(asked), 0.0)
                end = f"{at}.{measure}"
                yield Meter(f"{path}{end}", f"{shown or path}{end}", measure, amount, period, per, models, spec)


class Grant(msgspec.Struct):
    """A call that was let in: the counters it takes of, and for how much it has by now.

    Every change says the moment `now`, on the session's clock.
    """

    levels: list[Level]
    taken: dict[Measured, int]

    def charge(self, usage: Usage, now: float) -> None:
        """Take what an answer cost beyond what its prompt did."""
        self._settle(costs(1, usage.input, usage.output), now)

    def give_back(self, now: float, *, keep_request: bool) -> None:
        """Give back what a call took that was refused after all; `keep_request`: but for having asked."""
        self._settle(costs(int(keep_request), 0), now)

    def _settle(self, taken: dict[Measured, int], now: float) -> None:
        for level in self.levels:
            more = taken[level.measure] - self.taken[level.measure]
            if more:
                level.refresh(now)
                level.take(more)
        self.taken = taken

    def end(self) -> None:
        """Let another call take the place of this one: it is over."""
        for level in self.levels:
            level.open -= 1


class _Met(NamedTuple):
    """The counters of a caller's calls of a model, as long as its meters are these."""

    meters: tuple[Meter, ...]
    levels: list[Level]


class Limiter:
    """A session's counters. Those that are full again are forgotten now and then: they say nothing."""

    def __init__(self) -> None:
        self._levels: dict[tuple[str, ...], Level] = {}
        self._met: dict[tuple[str, str], _Met] = {}
        self._crowd = _CROWD

    def __len__(self) -> int:
        return len(self._levels)

    def admit(self, meters: tuple[Meter, ...], caller: Caller, names: Names, tokens: int, now: float) -> Grant:
        """Take one request, and a prompt of `tokens`, of every meter that concerns the call: all or nothing.

        Raises GatewayError (429), with the true wait, when one of them has not enough left.
        """
        levels = self.levels(meters, caller, names, now)
        taken = costs(1, tokens)
        lacking = [level for level in levels if not level.has(taken[level.measure] or 1, now)]
        if lacking:
            raise _refusal([(level, taken[level.measure] or 1) for level in lacking], names[0])
        for level in levels:
            level.open += 1
            level.take(taken[level.measure])
        return Grant(levels, taken)

    def levels(self, meters: tuple[Meter, ...], caller: Caller, names: Names, now: float) -> list[Level]:
        """Return the counters of every meter that concerns a caller's calls of a model.

        A meter that is not what it was, since the scenario was replaced, counts anew.
        """
        met = self._met.get((caller.key, names[0]))
        if met is None or met.meters is not meters:
            if max(len(self._levels), len(self._met)) >= self._crowd:
                self._forget(now)
            levels = [self._level(meter, meter.scope(caller, names), now) for meter in meters if meter.concerns(names)]
            met = self._met[caller.key, names[0]] = _Met(meters, levels)
        return met.levels

    def _level(self, meter: Meter, scope: tuple[str, ...], now: float) -> Level:
        level = self._levels.get(scope)
        if level is None or level.meter != meter:
            level = self._levels[scope] = meter.level(now)
        return level

    def _forget(self, now: float) -> None:
        self._met.clear()
        for scope, level in tuple(self._levels.items()):
            level.refresh(now)
            if not level.open and level.left == level.amount:
                del self._levels[scope]
        self._crowd = max(_CROWD, 2 * len(self._levels))


def _refusal(asked: Sequence[tuple[Level, int]], model: str) -> GatewayError:
    """Word a 429 as OpenAI does, with the longest of all waits, in whole milliseconds: after that there is enough.

    `asked` are the levels that have too little, and how much they ought to have.
    """
    for level, wanted in asked:
        if wanted > level.amount:
            return _too_large(level, model, wanted)
    level, wanted = max(asked, key=lambda each: each[0].wait(each[1]) or 0.0)
    wait = level.wait(wanted)
    state = f"Limit {level.amount:.15g}, Used {level.used}, Requested {wanted}."
    message = f"Rate limit reached for {model} on {_name(level.meter)}: {state}"
    if wait is None:
        return _worded(level.meter, message)
    wait = _whole_millis(wait) / 1000
    message += f" Please try again in {go_duration(wait)}."
    return _worded(level.meter, message, retry_headers(wait), "; advance the clock to go on at once")


def _too_large(level: Level, model: str, wanted: int) -> GatewayError:
    state = f"Limit {level.amount:.15g}, Requested {wanted}."
    advice = "The input or output tokens must be reduced in order to run successfully."
    return _worded(level.meter, f"Request too large for {model} on {_name(level.meter)}: {state} {advice}")


def _worded(meter: Meter, message: str, headers: Mapping[str, str] = {}, advice: str = "") -> GatewayError:
    """Make the refusal: in the provider's name where it is one's behind the gateway; a limit's own words win."""
    kind = "rate_limit" if meter.measure in {"requests", "concurrency"} else "token_limit"
    if meter.spec.upstream:
        kind, message = "upstream_limit", f"The upstream provider answered 429: {message}"
    hint = f"{meter.shown} in the scenario{advice}"
    return GatewayError(kind, meter.spec.message or message, headers=headers, hint=hint)


def _name(meter: Meter) -> str:
    if meter.measure == "concurrency":
        return "concurrent requests"
    words = meter.measure.replace("_", " ")
    period, letter = _PERIODS.get(meter.period, (go_duration(meter.period), ""))
    return f"{words} per {period} ({_SHORT[meter.measure]}P{letter})" if letter else f"{words} per {period}"


def _whole_millis(seconds: float) -> int:
    return ceil((seconds - SLACK / 2) * 1000)


def go_duration(seconds: float) -> str:
    """Word a length of time as OpenAI's headers do, which is Go's way: `20ms`, `1s`, `6m0s`, `1h2m3.5s`."""
    if not seconds:
        return "0s"
    millis = _whole_millis(seconds)
    if millis < 1000:
        return f"{millis}ms" if millis > 0 else "0s"
    minutes, rest = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    words = f"{rest / 1000:g}s"
    if hours:
        return f"{hours}h{minutes}m{words}"
    return f"{minutes}m{words}" if minutes else words


_OPENAI_NAMES = {
    measure: [f"x-ratelimit-{what}-{measure.replace('_', '-')}" for what in ("limit", "remaining", "reset")]
    for measure in MEASURES
}


def _openai_headers(found: Mapping[Measured, Level], _now: float) -> dict[str, str]:
    headers: dict[str, str] = {}
    for measure, level in found.items():
        limit, remaining, reset = _OPENAI_NAMES[measure]
        headers[limit] = level.limit
        headers[remaining] = str(level.remaining)
        headers[reset] = go_duration(level.wait(level.amount) or 0.0)
    return headers


#: How a gateway's headers tell what is left, by the name that a gateway file gives.
_HEADERS: dict[str, Callable[[Mapping[Measured, Level], float], dict[str, str]]] = {
    "openai": _openai_headers,
    "none": lambda _found, _now: {},
}
