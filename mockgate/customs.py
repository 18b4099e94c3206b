"""What a gateway wants of requests, and puts into answers, beyond what its endpoints do: by family, as data."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from .errors import GatewayError
from .forms import is_form
from .forms import read as read_form
from .manners import WORD, Manners
from .replays import LIFETIME
from .wire import Answer, Call, Frame, Json, Raw, Sse

#: Where in an event of a stream the object is that the stream is about, if not the event itself.
_WRAPPED = ("response", "message")


class Customs:
    """The customs of one gateway, and whether it has any."""

    def __init__(self, manners: Manners) -> None:
        self._requires = manners.requires
        self._fills = manners.fills
        self._adds = manners.adds
        self._cached = frozenset(manners.caches)
        self.key_header = manners.idempotency.lower()
        self._owner = manners.owner_field
        self._names_an_owner = f'"{self._owner}"'.encode()
        self.any = bool(self._owner or self._requires or self._fills or self._adds or self._cached or self.key_header)

    def caches(self, call: Call, family: str) -> bool:
        """Tell whether an answer may come from the cache of what was asked before, and go there."""
        control = call.headers.get("cache-control", "") + call.headers.get("x-cache-control", "")
        return family in self._cached and call.method == "POST" and not ("no-cache" in control or "no-store" in control)

    def lifetime(self, call: Call) -> float:
        """Return for how many seconds an answer may be given again."""
        asked = call.headers.get("x-cache-ttl", "")
        return float(asked) if asked.isdecimal() else LIFETIME

    def receive(self, call: Call, endpoint: str) -> None:
        """See to it that a call of an endpoint has the headers it needs, and fill in fields that its body lacks.

        Raises GatewayError (400) for a header that is not there.
        """
        family = endpoint.partition(".")[0]
        for name in self._requires.get(family, ()):
            if not call.headers.get(name.lower()):
                raise GatewayError("bad_request", f"Missing required header: '{name}'.", param=name)
        fills = self._fills.get(endpoint) or self._fills.get(family)
        if fills:
            _fill(call, fills)
        if self._owner and self._names_an_owner in call.raw and call.raw.lstrip()[:1] == b"{":
            self._owned(call)

    def _owned(self, call: Call) -> None:
        """Put the owner that a body names in front of its model's name."""
        body = call.json()
        if isinstance(body, dict) and isinstance(body.get("model"), str) and isinstance(body.get(self._owner), str):
            owner = body.pop(self._owner)
            call.replace_body(msgspec.json.encode({**body, "model": f"{owner}/{body['model']}"}))

    def adding(self, endpoint: str) -> Mapping[str, str]:
        """Return the gateway's own fields in answers of an endpoint."""
        return self._adds.get(endpoint) or self._adds.get(endpoint.partition(".")[0], {})

    def send(self, answer: Answer, adds: Mapping[str, str], words: Mapping[str, str]) -> None:
        """Put a gateway's own fields into an answer; in their values, `{owner}` and such stand for what `words` say."""
        fields = {name: _worded(value, words) for name, value in adds.items()}
        if isinstance(answer, Json) and answer.body[:1] == b"{":
            answer.body = answer.body[:-1] + b"," + msgspec.json.encode(fields)[1:]
        elif isinstance(answer, Sse):
            answer.frames = _dressed(answer.frames, fields)


def _fill(call: Call, fills: Mapping[str, Any]) -> None:
    """Put what a body lacks into it, whether it is JSON or a form."""
    if is_form(call):
        form = read_form(call)
        given = form.fields.keys() | form.files.keys()
        form.fields |= {name: [str(value)] for name, value in fills.items() if name not in given}
        call.form = form
        return
    body = call.json() if call.raw else None
    if isinstance(body, dict) and not fills.keys() <= body.keys():
        call.replace_body(msgspec.json.encode({**fills, **body}))


def _worded(value: str, words: Mapping[str, str]) -> str:
    return WORD.sub(lambda found: words.get(found[1], ""), value)


def _dressed(frames: Iterator[Frame | Raw], fields: dict[str, str]) -> Iterator[Frame | Raw]:
    for frame in frames:
        if isinstance(frame, Frame) and frame.data[:1] == b"{":
            event: dict[str, Any] = msgspec.json.decode(frame.data)
            wrapped = next((event[name] for name in _WRAPPED if isinstance(event.get(name), dict)), None)
            if wrapped is None and "object" in event:
                wrapped = event
            if wrapped is not None:
                wrapped.update(fields)
                frame.data = msgspec.json.encode(event)
        yield frame
