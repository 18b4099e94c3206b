"""What a session has used of its scenario, and what it has asked that no rule was made for."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .criteria import quoted
from .journal import Exchange
from .script import Verdict
from .session import Session
from .verification import facts_of

_NEAREST = 3


class Unmatched(msgspec.Struct, frozen=True):
    """A request that no rule matched, what it asked, what answered instead, and why the nearest rules did not."""

    number: int
    method: str
    path: str
    asked: str
    by: str
    nearest: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"request {self.number}, {self.method} {self.path}: {quoted(self.asked)}"]
        return "\n    ".join([*lines, *self.nearest])


class Coverage(msgspec.Struct, frozen=True):
    """How often each rule, fault and endpoint was used, by its name, in their own order; and what matched no rule.

    Rules and faults that were pushed stand first. Endpoints are all that are served.
    """

    rules: dict[str, int]
    faults: dict[str, int]
    endpoints: dict[str, int]
    unmatched: tuple[Unmatched, ...]

    @property
    def unused_rules(self) -> list[str]:
        """The rules that never answered."""
        return _never(self.rules)

    @property
    def unused_faults(self) -> list[str]:
        """The faults that never struck."""
        return _never(self.faults)

    def describe(self) -> dict[str, Any]:
        """Put the coverage into plain values."""
        parts = {"rules": self.rules, "faults": self.faults, "endpoints": self.endpoints}
        used = {name: {"used": _used(counts), "never": _never(counts)} for name, counts in parts.items()}
        return {**used, "unmatched": msgspec.to_builtins(self.unmatched)}

    def __str__(self) -> str:
        parts = (("rules", self.rules), ("faults", self.faults), ("endpoints", self.endpoints))
        lines = [f"used: {', '.join(f'{len(_used(counts))} of {len(counts)} {name}' for name, counts in parts)}"]
        lines += [f"never used: {label}" for label in (*self.unused_rules, *self.unused_faults)]
        lines += [f"matched no rule: {miss}" for miss in self.unmatched]
        return "\n".join(lines)


def _used(counts: Mapping[str, int]) -> dict[str, int]:
    return {label: count for label, count in counts.items() if count}


def _never(counts: Mapping[str, int]) -> list[str]:
    return [label for label, count in counts.items() if not count]


def coverage(session: Session) -> Coverage:
    """Return what a session has used. Counts are the session's own: they outlast what its journal keeps."""
    return Coverage(_rules(session), _faults(session), _endpoints(session), tuple(unmatched(session)))


def _rules(session: Session) -> dict[str, int]:
    scripts = [(pushed.script, pushed.cursors) for pushed in session.progress.pushed.rules]
    scripts.append((session.policy.script, session.progress.cursors))
    return {label: cursors.answered(place) for script, cursors in scripts for place, label in enumerate(script.labels)}


def _faults(session: Session) -> dict[str, int]:
    counts = {pushed.trap.label: pushed.tally.struck(pushed.trap.label) for pushed in session.progress.pushed.faults}
    return counts | {label: session.tally.struck(label) for label in session.policy.traps.labels}


def _endpoints(session: Session) -> dict[str, int]:
    counts = session.totals.endpoints
    return {endpoint.name: counts.get(endpoint.name, 0) for endpoint in session.policy.routes.endpoints}


def unmatched(session: Session) -> list[Unmatched]:
    """Return the requests of the journal that no rule matched, in order; none where there is no rule to match."""
    found = [exchange for exchange in session.journal if exchange.by.startswith("default")]
    if not _rules(session):
        found = [exchange for exchange in found if exchange.error is not None]
    return [_miss(session, exchange) for exchange in sorted(found, key=lambda exchange: exchange.number)]


def _miss(session: Session, exchange: Exchange) -> Unmatched:
    facts = facts_of(exchange)
    progress = session.progress
    verdicts = [verdict for rule in progress.pushed.rules for verdict in rule.script.nearest(facts, rule.cursors)]
    verdicts += session.policy.script.nearest(facts, progress.cursors)
    call = exchange.call
    return Unmatched(exchange.number, call.method, call.path, facts.question, exchange.by, _nearest(verdicts))


def _nearest(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(map(str, sorted(verdicts, key=lambda verdict: -verdict.share)[:_NEAREST]))
