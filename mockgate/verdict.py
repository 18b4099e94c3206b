"""Did the client behave? The journal, judged: what it did wrong, and what would have been right.

Only what the record shows is blamed; where it could be read in two ways, the judge is silent.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal, get_args

import msgspec

from .journal import Exchange
from .repeats import Again, Chain, chains, same, span, truncated
from .turn import Message, words_of
from .wire import Json

Kind = Literal[
    "retry_after_ignored",
    "refusal_retried",
    "retry_storm",
    "no_back_off",
    "truncated_taken_for_whole",
    "connection_never_reused",
]

#: What would be right.
RIGHT: dict[Kind, str] = {
    "retry_after_ignored": "Wait as long as `retry-after-ms` or `retry-after` says before asking again",
    "refusal_retried": "Change the request, the key or the balance first: the same request is refused again",
    "retry_storm": "Give up after a few tries, and wait longer before each",
    "no_back_off": "Wait before each retry, each time about twice as long, with some chance in it",
    "truncated_taken_for_whole": "A stream is whole when it has a `finish_reason`; without one, ask again or say so",
    "connection_never_reused": "Make one client and keep it: it keeps its connections",
}

#: Refusals of a request as it is. (408, 409 and 429 pass; 5xx are not the request's fault.)
REFUSALS = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422})

#: Failures after which a client should wait longer each time, where it is not told how long.
_BACK_OFF = frozenset({408, 409, 429})

_TOLERANCE = 0.05  # seconds that a wait may be short of what was told
_MANY = 10  # retries of one request that are too many at any pace
_BURST, _WITHIN = 3, 1.0  # so many retries within so many seconds are a storm
_AT_ONCE = 0.25  # seconds: too short a wait to help; an SDK begins at 0.375
_GROWTH = 1.3  # the longest wait by the shortest, at least; an SDK's waits double, less a quarter of chance
_PATIENT = 10.0  # seconds: waits as long as that need not grow
_REUSABLE = 1.0  # seconds for which any client keeps an idle connection


class Finding(msgspec.Struct, frozen=True):
    """One thing that the client did wrong: what was seen, and the numbers of the requests that show it."""

    kind: Kind
    message: str
    requests: tuple[int, ...]

    @property
    def right(self) -> str:
        """What the client should do instead."""
        return RIGHT[self.kind]

    def describe(self) -> dict[str, Any]:
        """Put the finding into plain values."""
        return {"kind": self.kind, "message": self.message, "right": self.right, "requests": [*self.requests]}


class Verdict(msgspec.Struct, frozen=True):
    """What is found in so many requests."""

    requests: int
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is nothing to complain about."""
        return not self.findings

    def but(self, *kinds: str) -> "Verdict":
        """Return the verdict without findings of these kinds.

        Raises ValueError for a kind that there is not.
        """
        known = get_args(Kind)
        for kind in kinds:
            if kind not in known:
                raise ValueError(f'"{kind}" is no kind of finding: there are {", ".join(known)}')
        return Verdict(self.requests, tuple(each for each in self.findings if each.kind not in kinds))

    def describe(self) -> dict[str, Any]:
        """Put the verdict into plain values."""
        return {"ok": self.ok, "requests": self.requests, "findings": [each.describe() for each in self.findings]}

    def __str__(self) -> str:
        judged = _times(self.requests, "request")
        if self.ok:
            return f"The client behaved: nothing to complain about in {judged}."
        lines = [f"The client did not behave: {_times(len(self.findings), 'finding')} in {judged}."]
        for kind, right in RIGHT.items():
            found = [each.message for each in self.findings if each.kind == kind]
            lines += [f"  {kind}: {message}" for message in found[:5]]
            lines += [f"  ... and {len(found) - 5} more" for _ in found[5:6]]
            lines += [f"    {right}." for _ in found[:1]]
        return "\n".join(lines)


def judge(exchanges: Iterable[Exchange], *, complete: bool = True) -> Verdict:
    """Judge what a client did, by the requests it made.

    `complete`: the client is done, so what it has not asked by now it never will.
    """
    record = sorted(exchanges, key=lambda exchange: exchange.number)
    findings = [finding for chain in chains(record) for look in _LOOKS for finding in look(chain)]
    findings += _truncations(record, complete)
    findings += _connections(record)
    return Verdict(len(record), tuple(sorted(findings, key=lambda finding: finding.requests)))


# What is wrong with how one request was asked again and again.


def _ignored(chain: Chain) -> Iterator[Finding]:
    early = [again for again in chain if not again.by_hand and again.told and not _waited(again)]
    if early:
        first = early[0]
        seen = f"{_failure(first.before)} and told to wait {_seconds(first.told or 0.0)}, {_repeated(first)}"
        yield _finding("retry_after_ignored", seen, early)


def _waited(again: Again) -> bool:
    return again.told is not None and again.wait + _TOLERANCE >= again.told


def _refusals(chain: Chain) -> Iterator[Finding]:
    refused = [again for again in chain if not again.by_hand and _is_refusal(again.before) and not _mended(again)]
    if refused:
        seen = f"{_failure(refused[0].before)}, {_repeated(refused[0])}, with nothing changed"
        yield _finding("refusal_retried", seen, refused)


def _is_refusal(exchange: Exchange) -> bool:
    answer = exchange.answer
    return exchange.status in REFUSALS and answer is not None and answer.headers.get("x-should-retry") != "true"


def _mended(again: Again) -> bool:
    """Tell whether what was refused got through although nothing was staged: a balance or a key was seen to."""
    staged = again.before.strikes or again.before.rule.startswith("rule")
    return not staged and 200 <= again.after.status < 300


def _storms(chain: Chain) -> Iterator[Finding]:
    tries = [again for again in chain if not _waited(again)]
    bursts = (tries[at : at + _BURST] for at in range(len(tries) - _BURST + 1))
    if len(tries) > _MANY or any(_lasts(burst) < _WITHIN for burst in bursts):
        seen = f"{_failure(tries[0].before)} and asked again {_times(len(tries), 'time')} in {_seconds(_lasts(tries))}"
        yield _finding("retry_storm", seen, tries)


def _lasts(chain: Chain) -> float:
    """Return the seconds from the first try to the last, on the clock that shows more."""
    first, last = chain[0].before, chain[-1].after
    return max(last.stopwatch.after(first.stopwatch), last.started - first.started)


def _hurries(chain: Chain) -> Iterator[Finding]:
    untold = [again for again in chain if not again.by_hand and again.told is None and _wants_patience(again.before)]
    waits = [again.wait for again in untold]
    at_once = len(waits) > 1 and max(waits) < _AT_ONCE
    steady = len(waits) > 2 and max(waits) < min(_PATIENT, _GROWTH * min(waits))
    if at_once or steady:
        shown = ", ".join(_seconds(wait) for wait in waits[:6]) + ", ..." * (len(waits) > 6)
        yield _finding(
            "no_back_off", f"{_failure(untold[0].before)}, and the waits before retries were {shown}", untold
        )


def _wants_patience(exchange: Exchange) -> bool:
    if exchange.outcome == "left":  # the client was patient until it had waited long enough
        return False
    return exchange.status in _BACK_OFF or exchange.status >= 500 or exchange.status < 400


_LOOKS: Sequence[Callable[[Chain], Iterator[Finding]]] = (_ignored, _refusals, _storms, _hurries)


# What is wrong with the rest.


def _truncations(record: Sequence[Exchange], complete: bool) -> Iterator[Finding]:
    for at, exchange in enumerate(record):
        if not truncated(exchange) or exchange.outcome == "left":
            continue
        later = record[at + 1 :]
        onward = next((other for other in later if _goes_on(exchange, other)), None)
        if onward is not None:
            seen = f"request {onward.number} goes on with the half of an answer that request {exchange.number} got"
            yield Finding("truncated_taken_for_whole", seen, (exchange.number, onward.number))
        elif complete and _unnoticed(exchange) and not any(_asks_again(exchange, other) for other in later):
            seen = f"request {exchange.number} got a stream that stopped before its end, and was never asked again"
            yield Finding("truncated_taken_for_whole", seen, (exchange.number,))


def _unnoticed(exchange: Exchange) -> bool:
    """Tell whether nothing but a missing end told the client: no connection that broke, no error in the stream."""
    streamed = exchange.outcome == "finished" and exchange.turn is not None and exchange.turn.prompt.stream
    return streamed and {strike.fault.do for strike in exchange.strikes if strike.truncates} == {"truncate"}


def _asks_again(exchange: Exchange, other: Exchange) -> bool:
    """Tell whether a request asks the same, of whichever model, or for the rest of what was said."""
    asked, now = _messages(exchange), _messages(other)
    rest = len(now) == len(asked) + 1 and now[-1].role == "assistant" and now[:-1] == asked
    return same(other) == same(exchange) or (bool(asked) and now == asked) or rest


def _goes_on(exchange: Exchange, other: Exchange) -> bool:
    """Tell whether a conversation has a truncated answer as the assistant's message, and goes on after it."""
    asked, now = _messages(exchange), _messages(other)
    if exchange.turn is None or len(now) < len(asked) + 2 or now[: len(asked)] != asked:
        return False
    said, said_now = now[len(asked)], now[len(asked)].text.strip()
    wholes = ("".join(map(words_of, reply.parts)).strip() for reply in exchange.turn.replies)
    return said.role == "assistant" and any(whole.startswith(said_now) and whole != said_now for whole in wholes)


def _messages(exchange: Exchange) -> tuple[Message, ...]:
    return exchange.prompt.messages if exchange.prompt is not None else ()


def _connections(record: Sequence[Exchange]) -> Iterator[Finding]:
    """Find clients that open a connection for every request, although one of theirs stood idle time and again."""
    clients: dict[object, list[Exchange]] = {}
    for exchange in record:
        if exchange.call.connection:
            clients.setdefault((exchange.key, exchange.call.headers.get("user-agent")), []).append(exchange)
    for asked in clients.values():
        used = {exchange.call.connection for exchange in asked}
        missed = [after for before, after in pairwise(asked) if _stood_idle(before, after)]
        if len(used) == len(asked) and len(missed) >= _MANY:
            seen = f"{len(asked)} requests came by as many connections, though one stood idle {len(missed)} times"
            yield Finding("connection_never_reused", seen, tuple(exchange.number for exchange in asked))


def _stood_idle(before: Exchange, after: Exchange) -> bool:
    """Tell whether a request was in need of no new connection: that before it was over, and its connection whole.

    That of a stream need not be: OpenAI's SDK for Python stops reading at its last event, and drops the connection.
    """
    over = isinstance(before.answer, Json) and before.outcome == "finished" and 0 <= span(before, after) < _REUSABLE
    return over and before.call.newest < after.call.connection


# In words.


def _finding(kind: Kind, seen: str, chain: Chain) -> Finding:
    numbers = sorted({each.number for again in chain for each in (again.before, again.after)})
    return Finding(kind, seen, tuple(numbers))


def _failure(exchange: Exchange) -> str:
    how = "cut off" if exchange.status < 400 else f"answered with {exchange.status}"
    return f"request {exchange.number} was {how}"


def _repeated(again: Again) -> str:
    return f"and came again as request {again.after.number} after {_seconds(again.wait)}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.3g} s"


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
