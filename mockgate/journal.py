"""What came and went: one Exchange a call, kept as references and put into words only when it is read."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any, Literal

import msgspec

from .clock import Clock, Stopwatch
from .errors import GatewayError
from .scenario import JournalSpec
from .turn import Audio, Part, Turn, words_of
from .wire import Answer, Call, Json

Outcome = Literal["open", "finished", "left", "cut", "failed"]

#: Headers whose values are secrets: kept, never shown.
_SECRET = frozenset({"authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie", "proxy-authorization"})


class Exchange(msgspec.Struct, kw_only=True):
    """A call on its way through the door, and what became of it.

    `number` counts the session's calls from 1; `started` is the moment on its clock; `due` is when a refusal goes, in
    seconds after it. `outcome` is `left` when
    the client went away before the end, `cut` when a fault ended the answer, `failed` when mockgate itself did.
    """

    number: int
    call: Call
    clock: Clock
    started: float
    request_id: str
    session: str = ""
    endpoint: str = ""
    family: str = ""
    params: dict[str, str] = {}
    key: str = ""
    turn: Turn | None = None
    error: GatewayError | None = None
    answer: Answer | None = None
    rule: str = ""
    due: float = 0.0
    outcome: Outcome = "open"
    stopwatch: Stopwatch = msgspec.field(default_factory=Stopwatch)
    seconds: float = 0.0
    unknown_fields: Callable[[Any], list[str]] | None = None

    @property
    def status(self) -> int:
        """The answer's HTTP status; 0 while there is none."""
        return self.answer.status if self.answer is not None else 0

    @property
    def size(self) -> int:
        """About how many bytes keeping this costs."""
        if isinstance(self.answer, Json):
            said = len(self.answer.body)
        elif self.turn is not None:
            said = sum(_size(part) for reply in self.turn.replies for part in reply.parts)
        else:
            said = 0
        return 1000 + len(self.call.raw) + said

    def describe(self) -> dict[str, Any]:
        """Put the exchange into plain values, secrets masked."""
        turn, error = self.turn, self.error
        body = _readable(self.call.raw)
        return {
            "number": self.number,
            "id": self.request_id,
            "session": self.session,
            "at": datetime.fromtimestamp(self.started, UTC).isoformat(),
            "method": self.call.method,
            "path": self.call.path,
            "query": self.call.query,
            "headers": {name: self._shown(name, value) for name, value in self.call.headers.items()},
            "body": body,
            "unknown_fields": self.unknown_fields(body) if self.unknown_fields and isinstance(body, dict) else [],
            "endpoint": self.endpoint,
            "model": turn.prompt.model if turn else None,
            "stream": turn.prompt.stream if turn else None,
            "by": turn.by if turn else self.rule or None,
            "status": self.status,
            "error": None if error is None else {"kind": error.kind, "message": error.message, "hint": error.hint},
            "usage": None if turn is None else {**msgspec.to_builtins(turn.usage), "total": turn.usage.total},
            "parts": None if turn is None else msgspec.to_builtins([[*reply.parts] for reply in turn.replies]),
            "finish": None if turn is None else [reply.finish for reply in turn.replies],
            "answer": _readable(self.answer.body) if isinstance(self.answer, Json) else None,
            "outcome": self.outcome,
            "seconds": round(self.seconds, 6),
        }

    def _shown(self, name: str, value: str) -> str:
        secret = name.lower() in _SECRET or (self.key and self.key in value)
        return mask(value) if secret else value


def mask(secret: str) -> str:
    """Show only the ends of a secret."""
    return f"{secret[: min(10, len(secret) // 3)]}...{secret[-2:]}" if len(secret) > 16 else "***"


def _size(part: Part) -> int:
    return len(words_of(part)) + (len(part.data) if isinstance(part, Audio) else 0)


def _readable(raw: bytes) -> Any:
    """Read a body for people: JSON as values, else text, cut where it is long."""
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw[:2000].decode("utf-8", "replace")


class Journal:
    """The last exchanges of a session, bounded in number and in bytes; the oldest go first."""

    def __init__(self, spec: JournalSpec) -> None:
        self.spec = spec
        self._kept: deque[tuple[Exchange, int]] = deque()
        self._bytes = 0
        self._numbers = count(1)

    def next_number(self) -> int:
        """Return the number of the session's next call."""
        return next(self._numbers)

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange; called when its answer is known."""
        size = exchange.size
        self._kept.append((exchange, size))
        self._bytes += size
        while len(self._kept) > self.spec.entries or (self._bytes > self.spec.size and len(self._kept) > 1):
            self._bytes -= self._kept.popleft()[1]

    def __iter__(self) -> Iterator[Exchange]:
        return iter([exchange for exchange, _ in self._kept])

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, request_id: str) -> Exchange | None:
        """Return the exchange with this request id, if it is still kept."""
        return next((exchange for exchange in self if exchange.request_id == request_id), None)
