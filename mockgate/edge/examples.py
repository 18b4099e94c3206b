"""A scenario's `examples:`, run through the door in order and in one session: its own test."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ..criteria import listed
from ..facts import fold
from ..gateway import SESSION_HEADER, Gateway
from ..journal import Exchange
from ..rules import same
from ..scenario import Example, Expectation
from ..wire import Call, Frame, Json, Raw, Sse

_SESSION = "examples"

#: What every example sends unless it gives headers of its own.
HEADERS = {"authorization": "Bearer sk-example", "content-type": "application/json"}

_SHOWN = 200  # characters of an answer's words that a failure quotes


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says. `by` is the rule or default that answered, `calls` the names and arguments of tools.

    `text` is also what a refusal says; `body` of a stream is the body its chunks add up to.
    """

    status: int
    by: str
    body: Any
    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    finish_reason: str | None = None


class Failure(msgspec.Struct, frozen=True):
    """An example that does not hold, and every difference from what it expects."""

    index: int
    name: str
    differences: tuple[str, ...]

    def __str__(self) -> str:
        name = f' "{self.name}"' if self.name else ""
        return f"examples[{self.index}]{name}: {'; '.join(self.differences)}"


async def run_examples(gateway: Gateway) -> list[Failure]:
    """Ask what the scenario's examples ask, in order, in a session that is new; return those that do not hold."""
    gateway.reset(_SESSION)
    failures = []
    for index, example in enumerate(gateway.scenario.examples):
        given = await ask(gateway, call_of(example, gateway.scenario.default_model))
        differences = tuple(_differences(example.expect, given))
        if differences:
            failures.append(Failure(index, example.name or "", differences))
    return failures


async def ask(gateway: Gateway, call: Call) -> Given:
    """Send a call through the door and read the whole answer, without waiting for its pace."""
    exchange = await gateway.handle(call)
    given = _read(exchange)
    gateway.close(exchange)
    return given


def call_of(example: Example, model: str) -> Call:
    """Make the call of an example; `user` alone is a chat of one message with `model`."""
    body = example.request
    if body is None and example.user is not None:
        body = {"model": model, "messages": [{"role": "user", "content": example.user}]}
    path, _, query = example.path.partition("?")
    own = {name.lower(): value for name, value in example.headers.items()}
    headers = {**HEADERS, SESSION_HEADER: _SESSION, **own}
    return Call(example.method, path, query, headers, b"" if body is None else msgspec.json.encode(body))


# What was answered.


def _read(exchange: Exchange) -> Given:
    by = exchange.turn.by if exchange.turn is not None else exchange.rule
    match exchange.answer:
        case Json(status=status, body=raw):
            body = _decoded(raw)
        case Sse(status=status, frames=frames, length=None):
            body = _added_up(frames)
        case Sse(status=status, frames=frames):
            body = _decoded(b"".join(frame.encode() for frame in frames))
        case other:
            return Given(status=other.status if other is not None else 0, by=by, body=None)
    if exchange.error is not None:
        return Given(status=status, by=by, body=body, text=exchange.error.message)
    return _worded(body, status, by)


def _worded(body: Any, status: int, by: str) -> Given:
    match body:
        case {"object": "response" | "realtime.response"}:
            return _response(body, status, by)
        case {"type": "message"}:
            return _message(body, status, by)
        case {"candidates": [_, *_]}:
            return _candidate(body, status, by)
        case {"choices": [{"message": _}, *_]}:
            return _completion(body, status, by)
        case _:
            return Given(status=status, by=by, body=body)


def _completion(body: dict[str, Any], status: int, by: str) -> Given:
    choice = body["choices"][0]
    message = choice["message"]
    sound = message.get("audio") or {}
    return Given(
        status=status,
        by=by,
        body=body,
        text=message.get("content") or message.get("refusal") or sound.get("transcript") or "",
        calls=tuple(_calls(message)),
        finish_reason=choice.get("finish_reason"),
    )


def _decoded(raw: bytes) -> Any:
    """Read a body: what is no JSON is so by a fault, and is shown as text."""
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")


def _response(body: dict[str, Any], status: int, by: str) -> Given:
    items = body["output"]
    parts = [part for item in items if item["type"] == "message" for part in item["content"]]
    calls = [(item["name"], item.get("arguments", item.get("input"))) for item in items if "name" in item]
    text = "".join(part.get("text") or part.get("transcript") or part.get("refusal") or "" for part in parts)
    return Given(status=status, by=by, body=body, text=text, calls=tuple(calls), finish_reason=body["status"])


def _message(body: dict[str, Any], status: int, by: str) -> Given:
    text = "".join(block.get("text", "") for block in body["content"])
    used = [block for block in body["content"] if block["type"] in {"tool_use", "server_tool_use"}]
    calls = tuple((block["name"], msgspec.json.encode(block["input"]).decode()) for block in used)
    return Given(status=status, by=by, body=body, text=text, calls=calls, finish_reason=body["stop_reason"])


def _candidate(body: dict[str, Any], status: int, by: str) -> Given:
    first = body["candidates"][0]
    parts = first["content"].get("parts", ())
    text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
    called = [part["functionCall"] for part in parts if "functionCall" in part]
    calls = tuple((call["name"], msgspec.json.encode(call["args"]).decode()) for call in called)
    return Given(status=status, by=by, body=body, text=text, calls=calls, finish_reason=first["finishReason"])


def _calls(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for call in message.get("tool_calls") or ():
        called = call.get("function") or call["custom"]
        yield called["name"], called["arguments"] if "arguments" in called else called["input"]
    if legacy := message.get("function_call"):
        yield legacy["name"], legacy["arguments"]


def _added_up(frames: Iterable[Frame | Raw]) -> Any:
    """Put the chunks of a stream together to the body they stand for; a response's last event has it whole."""
    whole: dict[str, Any] = {}
    choices: dict[int, dict[str, Any]] = {}
    for frame in frames:
        chunk = _decoded(frame.data)
        if not isinstance(chunk, dict):
            continue
        if "response" in chunk:
            whole = chunk["response"]
        for piece in chunk.pop("choices", ()):
            choice = choices.setdefault(piece["index"], {"message": {}})
            choice["message"] = _grown(choice["message"], piece.pop("delta"))
            choice |= {name: value for name, value in piece.items() if value is not None}
        for piece in chunk.get("candidates", ()):
            before = choices.get(piece["index"], {}).get("content", {}).get("parts", [])
            parts = [*before, *piece["content"].get("parts", ())]
            choices[piece["index"]] = {**piece, "content": {**piece["content"], "parts": parts}}
        whole |= {name: value for name, value in chunk.items() if value is not None}
    named = "candidates" if "candidates" in whole else "choices"
    return {**whole, named: [choices[index] for index in sorted(choices)]}


def _grown(whole: Any, delta: Any) -> Any:
    """Add a delta to what came before: text to text, the entries of a list by their `index`."""
    match whole, delta:
        case str(), str():
            return whole + delta
        case dict(), dict():
            return whole | {name: _grown(whole.get(name), value) for name, value in delta.items()}
        case ((None | list()), [{"index": int()}, *_]):
            entries = {entry["index"]: entry for entry in whole or ()}
            for entry in delta:
                entries[entry["index"]] = _grown(entries.get(entry["index"], {}), entry)
            return list(entries.values())
        case _, None:
            return whole
        case _:
            return delta


# How it differs from what was expected.


def _differences(expect: Expectation, given: Given) -> Iterator[str]:
    if given.status != expect.status:
        said = f", saying {_quoted(given.text)}" if given.text else ""
        yield f"the status is {given.status}, not {expect.status}{said}"
    if expect.rule is not None and expect.rule not in _names(given.by):
        yield f"{given.by or 'no rule'} answered, not {expect.rule}"
    if expect.text is not None and given.text != expect.text:
        yield f"the text is {_quoted(given.text)}, not {_quoted(expect.text)}"
    for words in listed(expect.contains or []):
        if fold(words) not in fold(given.text):
            yield f"the text is {_quoted(given.text)}, which does not contain {_quoted(words)}"
    yield from _call_differences(expect, given)
    if expect.finish_reason is not None and given.finish_reason != expect.finish_reason:
        yield f"the finish reason is {given.finish_reason}, not {expect.finish_reason}"
    if expect.body is not None:
        yield from _lacking(given.body, expect.body, "body")


def _call_differences(expect: Expectation, given: Given) -> Iterator[str]:
    fitting = [arguments for name, arguments in given.calls if expect.tool in {None, name}]
    if expect.tool is not None and not fitting:
        called = ", ".join(name for name, _ in given.calls) or f"none, saying {_quoted(given.text)}"
        yield f"the tools called are {called}, not {expect.tool}"
    elif expect.arguments is not None and not any(same(_json(each), expect.arguments) for each in fitting):
        wanted = msgspec.json.encode(expect.arguments).decode()
        yield f"the arguments are {' and '.join(fitting) or 'of no call'}, not {wanted}"


def _lacking(given: Any, wanted: Any, path: str) -> Iterator[str]:
    """Find what of a value is not as wanted; keys of objects that are not wanted may be anything."""
    match given, wanted:
        case dict(), dict():
            for name, value in wanted.items():
                if name in given:
                    yield from _lacking(given[name], value, f"{path}.{name}")
                else:
                    yield f"{path}.{name} is missing"
        case list(), list() if len(given) == len(wanted):
            for index, value in enumerate(wanted):
                yield from _lacking(given[index], value, f"{path}[{index}]")
        case _ if not same(given, wanted):
            yield f"{path} is {_quoted(given)}, not {_quoted(wanted)}"


def _names(by: str) -> set[str]:
    """Return every way to name who answered: `rules[1] "name"`, `rules[1]` and `name`."""
    place, _, name = by.partition(" ")
    return {by, place, name.strip('"')} if place.startswith("rules[") else {by}


def _json(written: str) -> Any:
    try:
        return msgspec.json.decode(written)
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # a custom tool's input may be any words
        return written


def _quoted(value: Any) -> str:
    words = msgspec.json.encode(value).decode()
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}..."
