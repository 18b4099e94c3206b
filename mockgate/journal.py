"""What came and went: one Exchange a call, kept as references and put into words only when it is read."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Literal
from urllib.parse import parse_qsl, quote

import msgspec

from .catalogue import Names
from .clock import Clock, Stopwatch
from .errors import GatewayError
from .faults import Strike
from .keys import NOBODY, Caller, key_id
from .limits import Grant
from .scenario import JournalSpec
from .turn import Audio, Part, Prompt, Turn, Usage, words_of
from .wallet import ZERO
from .wire import Answer, Call, Json

Outcome = Literal["open", "finished", "left", "cut", "failed"]

#: Headers whose values are secrets: kept, never shown.
_SECRET = frozenset({"authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie", "proxy-authorization"})


#: Parameters of a query that are secrets too.
_SECRET_PARAMETERS = frozenset({"key", "api_key", "access_token"})


class Exchange(msgspec.Struct, kw_only=True):
    """A call on its way through the door, and what became of it.

    `number` counts the session's calls from 1; `started` is the moment on its clock; `due` is when a refusal goes, in
    seconds after it. `outcome` is `left` when the client went away before the end, `cut` when a fault ended the answer,
    `failed` when mockgate itself did. `own` exchanges are about mockgate itself; they and `quiet` ones are kept
    nowhere. `model` is the one asked for, once it is known, `names` what it goes by. `usage` is what was billed.
    `caller` is whose call it is, `grant` what it has taken of limits, `strikes` the faults that strike it.
    `first_token` is when a stream's first words went, in seconds after it began, where that is noted.
    """

    number: int
    call: Call
    clock: Clock
    started: float
    request_id: str
    session: str = ""
    own: bool = False
    quiet: bool = False
    model: str = ""
    names: Names = ("",)
    endpoint: str = ""
    family: str = ""
    protocol: str = ""
    params: dict[str, str] = {}
    caller: Caller = NOBODY
    grant: Grant | None = None
    strikes: list[Strike] = msgspec.field(default_factory=list)
    cost: Decimal = ZERO
    prompt: Prompt | None = None
    turn: Turn | None = None
    usage: Usage | None = None
    error: GatewayError | None = None
    answer: Answer | None = None
    rule: str = ""
    due: float = 0.0
    first_token: float | None = None
    outcome: Outcome = "open"
    stopwatch: Stopwatch = msgspec.field(default_factory=Stopwatch)
    seconds: float = 0.0
    unknown_fields: Callable[[Any], list[str]] | None = None

    @property
    def key(self) -> str:
        """The key that the call carried, "" for none."""
        return self.caller.key

    @property
    def status(self) -> int:
        """The answer's HTTP status; 0 while there is none."""
        return self.answer.status if self.answer is not None else 0

    @property
    def by(self) -> str:
        """The rule, or the default, that answered; "" for neither."""
        return self.turn.by if self.turn is not None else self.rule

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
        usage = turn.usage if turn is not None else self.usage
        body = _readable(self.call.raw)
        return {
            "number": self.number,
            "id": self.request_id,
            "session": self.session,
            "at": datetime.fromtimestamp(self.started, UTC).isoformat(),
            "method": self.call.method,
            "path": self.call.path,
            "query": self._query(),
            "headers": {name: self._shown(name, value) for name, value in self.call.headers.items()},
            "body": body,
            "unknown_fields": self.unknown_fields(body) if self.unknown_fields and isinstance(body, dict) else [],
            "endpoint": self.endpoint,
            "model": turn.prompt.model if turn else self.model or None,
            "stream": turn.prompt.stream if turn else None,
            "by": self.by or None,
            "key": key_id(self.key) if self.key else None,
            "faults": [strike.label for strike in self.strikes],
            "status": self.status,
            "error": None if error is None else {"kind": error.kind, "message": error.message, "hint": error.hint},
            "usage": None if usage is None else {**msgspec.to_builtins(usage), "total": usage.total},
            "cost": float(self.cost),
            "parts": None if turn is None else msgspec.to_builtins([[*reply.parts] for reply in turn.replies]),
            "finish": None if turn is None else [reply.finish for reply in turn.replies],
            "answer": _readable(self.answer.body) if isinstance(self.answer, Json) else None,
            "outcome": self.outcome,
            "seconds": round(self.seconds, 6),
        }

    def _query(self) -> str:
        given = parse_qsl(self.call.query, keep_blank_values=True)
        if not any(name in _SECRET_PARAMETERS for name, _ in given):
            return self.call.query
        shown = ((name, mask(value) if name in _SECRET_PARAMETERS else quote(value)) for name, value in given)
        return "&".join(f"{name}={value}" for name, value in shown)

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

    def clear(self) -> None:
        """Forget what was kept; the numbers go on."""
        self._kept.clear()
        self._bytes = 0

    def __iter__(self) -> Iterator[Exchange]:
        return iter([exchange for exchange, _ in self._kept])

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, request_id: str) -> Exchange | None:
        """Return the exchange with this request id, if it is still kept."""
        return next((exchange for exchange in self if exchange.request_id == request_id), None)
