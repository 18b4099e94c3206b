"""Rate limits, truly counted: who may ask again and when, and what every answer says of it.

One place counts requests, tokens and concurrency. What it charges is the usage that the answer reports; what was
refused is not charged. Every wait that is told is the true one, on the session's clock.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import NamedTuple

import msgspec

from .access import Limits
from .catalogue import Names
from .errors import GatewayError
from .keys import Caller, masked
from .metering import MEASURES, SLACK, Costs, Level, Meter, costs, tightest
from .scenario import LimitSpec, Scenario
from .turn import Usage
from .units import Rate
from .wire import retry_headers

_SHORT = {"requests": "R", "tokens": "T", "input_tokens": "IT", "output_tokens": "OT"}
_PERIODS = {1.0: ("sec", "S"), 60.0: ("min", "M"), 3600.0: ("hour", "H"), 86400.0: ("day", "D")}

#: Waits are told in whole milliseconds; what is so little more than one is not told as the next.
_HALF_SLACK = SLACK / 2

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
        self._style = scenario.limit_headers
        self.everywhere = self._style in _EVERYWHERE

    def meters(self, caller: Caller) -> tuple[Meter, ...]:
        """Return every meter that counts this caller's calls."""
        return self._everyone if caller.spec is None else self._keys.get(caller.key, self._everyone)

    def headers(self, told: Iterable[Level], now: float, style: str = "") -> dict[str, str]:
        """Word what is left, as the gateway's headers do, or those of another style, unless it has none at all.

        `now` is the moment on the session's clock.
        """
        style = self._style if self._style == "none" else style or self._style
        return _HEADERS[style](told, now)


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


class Counters(NamedTuple):
    """Those of a caller's calls of a model, as long as its meters are these; answers tell of some of them.

    `choose`: several of those are of one measure.
    """

    meters: tuple[Meter, ...]
    levels: list[Level]
    told: list[Level]
    choose: bool

    def tell(self) -> list[Level]:
        """Return what answers tell of as of the last refresh, one of each measure: the tightest.

        Concurrency is not told of, and neither are limits of the provider behind the gateway.
        """
        return tightest(self.told) if self.choose else self.told

    def refresh(self, now: float) -> None:
        """Let time refill them all."""
        for level in self.levels:
            level.refresh(now)


class Grant(msgspec.Struct):
    """A call that was let in: the counters it takes of, and for how much it has by now.

    Every change says the moment `now`, on the session's clock; `at` is that of the last.
    """

    counters: Counters
    taken: Costs
    at: float

    def charge(self, usage: Usage, now: float) -> None:
        """Take what an answer cost beyond what its prompt did."""
        self._settle(costs(1, usage.input, usage.output), now)

    def give_back(self, now: float, *, keep_request: bool) -> None:
        """Give back what a call took that was refused after all; `keep_request`: but for having asked."""
        self._settle(costs(int(keep_request), 0), now)

    def _settle(self, taken: Costs, now: float) -> None:
        before, self.at = self.taken, now
        for level in self.counters.levels:
            level.draw(taken[level.at] - before[level.at], now)
        self.taken = taken

    def refuse(self, lacking: Iterable[Level], model: str) -> GatewayError:
        """Give all of it back, and return how to say that these had not enough."""
        taken = self.taken
        self.end()
        self._settle(costs(0, 0), self.at)
        return _refusal([(level, taken[level.at] or 1) for level in lacking], model)

    def end(self) -> None:
        """Let another call take the place of this one: it is over."""
        for level in self.counters.levels:
            level.open -= 1


class Limiter:
    """A session's counters. Those that are full again are forgotten now and then: they say nothing."""

    def __init__(self) -> None:
        self._levels: dict[tuple[str, ...], Level] = {}
        self._met: dict[tuple[str, str], Counters] = {}
        self._crowd = _CROWD

    def __len__(self) -> int:
        return len(self._levels)

    def admit(self, meters: tuple[Meter, ...], caller: Caller, names: Names, tokens: int, now: float) -> Grant:
        """Take one request, and a prompt of `tokens`, of every meter that concerns the call: all or nothing.

        Raises GatewayError (429), with the true wait, when one of them has not enough left.
        """
        counters, taken = self.counters(meters, caller, names, now), costs(1, tokens)
        lacking: list[Level] = []
        for level in counters.levels:
            cost = taken[level.at]
            level.draw(cost, now)
            level.open += 1
            if level.left + level.slack < (not cost):  # of what it takes nothing yet, there must be one
                lacking.append(level)
        grant = Grant(counters, taken, now)
        if lacking:
            raise grant.refuse(lacking, names[0])
        return grant

    def counters(self, meters: tuple[Meter, ...], caller: Caller, names: Names, now: float) -> Counters:
        """Return the counters of every meter that concerns a caller's calls of a model, as they were last refreshed.

        A meter that is not what it was, since the scenario was replaced, counts anew.
        """
        met = self._met.get((caller.key, names[0]))
        if met is None or met.meters is not meters:
            if max(len(self._levels), len(self._met)) >= self._crowd:
                self._forget(now)
            levels = [self._level(meter, meter.scope(caller, names), now) for meter in meters if meter.concerns(names)]
            told = [level for level in levels if level.told]
            choose = len({level.measure for level in told}) < len(told)
            met = self._met[caller.key, names[0]] = Counters(meters, levels, told, choose)
        return met

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
        return _worded(level.meter, message, model)
    wait = ceil((wait - _HALF_SLACK) * 1000) / 1000
    message += f" Please try again in {go_duration(wait)}."
    return _worded(level.meter, message, model, retry_headers(wait), "; advance the clock to go on at once")


def _too_large(level: Level, model: str, wanted: int) -> GatewayError:
    state = f"Limit {level.amount:.15g}, Requested {wanted}."
    advice = "The input or output tokens must be reduced in order to run successfully."
    return _worded(level.meter, f"Request too large for {model} on {_name(level.meter)}: {state} {advice}", model)


def _worded(meter: Meter, message: str, model: str, headers: Mapping[str, str] = {}, advice: str = "") -> GatewayError:
    """Make the refusal: in the provider's name where it is one's behind the gateway; a limit's own words win."""
    kind = "rate_limit" if meter.measure in {"requests", "concurrency"} else "token_limit"
    if meter.spec.upstream:
        kind, message = "upstream_limit", f"The upstream provider answered 429: {message}"
    hint = f"{meter.shown} in the scenario{advice}"
    details = {"limit": f"{meter.amount:.15g}", **({"minutes": f"{meter.period / 60:.15g}"} if meter.period else {})}
    if meter.spec.message is None:
        details |= {"measure": _measure(meter), "model": model}  # so that protocols have words of their own for it
    return GatewayError(kind, meter.spec.message or message, headers=headers, hint=hint, details=details)


def _measure(meter: Meter) -> str:
    """Say in full what a limit counts: `input tokens per minute`."""
    return _name(meter).partition(" (")[0].replace("per min", "per minute")


def _name(meter: Meter) -> str:
    if meter.measure == "concurrency":
        return "concurrent requests"
    words = meter.measure.replace("_", " ")
    period, letter = _PERIODS.get(meter.period, (go_duration(meter.period), ""))
    return f"{words} per {period} ({_SHORT[meter.measure]}P{letter})" if letter else f"{words} per {period}"


def go_duration(seconds: float) -> str:
    """Word a length of time as OpenAI's headers do, which is Go's way: `20ms`, `1s`, `6m0s`, `1h2m3.5s`."""
    millis = ceil((seconds - _HALF_SLACK) * 1000)
    if millis < 1000:
        return f"{millis}ms" if millis > 0 else "0s"
    minutes, rest = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    words = f"{rest / 1000:g}s"
    if hours:
        return f"{hours}h{minutes}m{words}"
    return f"{minutes}m{words}" if minutes else words


_OPENAI_NAMES = [
    [f"x-ratelimit-{what}-{measure.replace('_', '-')}" for what in ("limit", "remaining", "reset")]
    for measure in MEASURES
]


def _openai_headers(told: Iterable[Level], _now: float) -> dict[str, str]:
    headers: dict[str, str] = {}
    for level in told:
        limit, remaining, reset = _OPENAI_NAMES[level.at]
        headers[limit] = level.limit
        headers[remaining] = str(level.remaining)
        wait = level.wait(level.amount)
        headers[reset] = go_duration(wait) if wait else "0s"
    return headers


def _anthropic_headers(told: Iterable[Level], now: float) -> dict[str, str]:
    """Word limits as Anthropic does: when each is full again is a moment. Source: its API reference, "Rate limits"."""
    headers: dict[str, str] = {}
    for level in told:
        start = f"anthropic-ratelimit-{level.measure.replace('_', '-')}"
        full = ceil(now + (level.wait(level.amount) or 0.0))
        headers[f"{start}-limit"] = level.limit
        headers[f"{start}-remaining"] = str(level.remaining)
        headers[f"{start}-reset"] = f"{datetime.fromtimestamp(full, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return headers


def _second_headers(told: Iterable[Level], _now: float) -> dict[str, str]:
    """Word limits under OpenAI's names, with whole seconds until they are full again."""
    headers: dict[str, str] = {}
    for level in told:
        limit, remaining, reset = _OPENAI_NAMES[level.at]
        headers |= {limit: level.limit, remaining: str(level.remaining)}
        headers[reset] = str(ceil(level.wait(level.amount) or 0.0))
    return headers


def _unix_headers(told: Iterable[Level], now: float) -> dict[str, str]:
    """Word the limit of requests alone, with the moment when it is full again, in seconds since 1970."""
    for level in told:
        if level.measure == "requests":
            reset = ceil(now + (level.wait(level.amount) or 0.0))
            left = str(level.remaining)
            return {"x-ratelimit-limit": level.limit, "x-ratelimit-remaining": left, "x-ratelimit-reset": str(reset)}
    return {}


#: How a gateway's headers tell what is left, by the name that a gateway file gives.
_HEADERS: dict[str, Callable[[Iterable[Level], float], dict[str, str]]] = {
    "openai": _openai_headers,
    "anthropic": _anthropic_headers,
    "seconds": _second_headers,
    "unix": _unix_headers,
    "none": lambda _told, _now: {},
}

#: Whose are on every answer, whether there is such an endpoint or not. Source: GetGoAPI's docs.
_EVERYWHERE = {"unix"}
