"""What a rule answers: each reply, compiled once to a Plan, gives the same Found every time or makes one.

A reply is parts in the author's order, `echo`, `synthetic`, or an error. Which is due is not known here.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, NamedTuple

import msgspec

from . import media
from .errors import GatewayError, Problem
from .scenario import Pace, PartSpec, ReplySpec, Rule, UsageOverride
from .scope import Scope
from .templates import as_json, fill, is_static, json_text, prepare, words
from .turn import Audio, Finish, Image, Part, Reasoning, Refusal, Text, Tool, ToolCall
from .wire import header_safe, retry_headers

Make = Callable[[Scope], Part]
Written = str | list[PartSpec] | ReplySpec


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule answers, and how. `label` names the rule: `rules[2]`, or `rules[2] "name"`.

    `parts` counts only where `source` says so. `finish` is None where the reply ends as it naturally would. A
    tool call without an id, and sound without data, are the caller's to complete.
    """

    label: str
    source: Literal["parts", "echo", "synthetic"] = "parts"
    parts: tuple[Part, ...] = ()
    error: GatewayError | None = None
    finish: Finish | None = None
    usage: UsageOverride | None = None
    pace: str | Pace | None = None
    headers: dict[str, str] = {}


class Plan(NamedTuple):
    """A compiled reply: `found` when it is always the same, else `make` makes it. `weight` is for a draw."""

    make: Callable[[Scope], Found]
    found: Found | None
    weight: float | None


class Desk:
    """What compiling a rule's replies goes by: the rule at `path`, and the names its `when` captures."""

    def __init__(self, rule: Rule, path: str, captures: frozenset[str], problems: list[Problem]) -> None:
        self.rule = rule
        self.label = f'{path} "{rule.name}"' if rule.name else path
        self._captures = captures
        self._problems = problems
        self.headers = self.prepare(rule.headers or {}, f"{path}.headers")

    def prepare(self, value: Any, path: str) -> Any:
        """Compile the templates within a value that stands at `path`."""
        return prepare(value, path, self._problems, self._captures)

    def problem(self, path: str, message: str, suggestion: str) -> None:
        """Note what is wrong at `path`."""
        self._problems.append(Problem(path, message, suggestion))


def compile_replies(desk: Desk, path: str) -> list[Plan]:
    """Compile what the rule at `path` answers, in order, noting what is wrong with it."""
    rule = desk.rule
    if rule.at_end != "repeat_last" and rule.replies is None:
        desk.problem(f"{path}.at_end", "says what follows the last of `replies`, but there are none", "Leave it out.")
    if rule.replies is not None:
        return _sequence(rule.replies, desk, path)
    if rule.reply is None:
        return [_refusal(rule, desk, path)]
    if isinstance(rule.reply, ReplySpec) and rule.reply.weight is not None:
        desk.problem(f"{path}.reply.weight", "has nothing to be weighed against", "Use `replies`.")
    return [_plan(rule.reply, desk, f"{path}.reply")]


def _sequence(replies: list[Written], desk: Desk, path: str) -> list[Plan]:
    plans = [_plan(reply, desk, f"{path}.replies[{index}]") for index, reply in enumerate(replies)]
    if desk.rule.at_end != "repeat_last" and any(plan.weight is not None for plan in plans):
        problem = "has no meaning beside a `weight`: replies that are drawn have no last one"
        desk.problem(f"{path}.at_end", problem, "Use `times` to bound the answers.")
    return plans


def _plan(reply: Written, desk: Desk, path: str) -> Plan:
    match reply:
        case str():
            return _spoken([_words(Text, reply, path, desk)], reply, desk, path)
        case list():
            return _spoken(_parts(reply, desk, path), reply, desk, path)
        case ReplySpec(error=int()):
            return _refusal(reply, desk, path)
        case ReplySpec(echo=True) | ReplySpec(synthetic=True):
            return _spoken([], reply, desk, path, "echo" if reply.echo else "synthetic")
        case ReplySpec(parts=list() as parts):
            return _spoken(_parts(parts, desk, f"{path}.parts"), reply, desk, path)
        case _:
            return _spoken(_given(reply, desk, path), reply, desk, path)


# How an answer is given.


def _manner(reply: Written | Rule, desk: Desk, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what goes with a reply, its own over the rule's: fixed values, and headers to be filled in."""
    rule, own = desk.rule, reply if isinstance(reply, ReplySpec) else ReplySpec()
    fixed = {
        "label": desk.label,
        "finish": own.finish_reason or rule.finish_reason,
        "usage": own.usage or rule.usage,
        "pace": rule.pace if own.pace is None else own.pace,
    }
    return fixed, desk.headers | desk.prepare(own.headers or {}, f"{path}.headers")


def _spoken(
    parts: list[Part | Make],
    reply: Written,
    desk: Desk,
    path: str,
    source: Literal["parts", "echo", "synthetic"] = "parts",
) -> Plan:
    fixed, headers = _manner(reply, desk, path)
    found = partial(Found, source=source, **fixed)

    def make(scope: Scope) -> Found:
        made = tuple(part(scope) if callable(part) else part for part in parts)
        return found(parts=made, headers=_header_values(headers, scope))

    fixed_parts = tuple(part for part in parts if not callable(part))
    always = is_static(headers) and len(fixed_parts) == len(parts)
    weight = reply.weight if isinstance(reply, ReplySpec) else None
    safe = {name: header_safe(value) for name, value in headers.items()} if always else {}
    return Plan(make, found(parts=fixed_parts, headers=safe) if always else None, weight)


def _header_values(headers: dict[str, Any], scope: Scope) -> dict[str, str]:
    return {name: header_safe(words(value, scope)) for name, value in headers.items()}


def _refusal(error: Rule | ReplySpec, desk: Desk, path: str) -> Plan:
    """Plan an error. It is made anew each time, as a raised error keeps its traceback."""
    fixed, headers = _manner(error, desk, path)
    message = desk.prepare(error.message, f"{path}.message")
    own = {"type": error.type, "code": error.code, "param": error.param}
    retry = {} if error.retry_after is None else retry_headers(error.retry_after)

    def make(scope: Scope) -> Found:
        sent = _header_values(headers, scope)
        text = None if message is None else words(message, scope)
        raised = GatewayError.of_status(error.error or 500, text, headers={**retry, **sent}, **own)
        return Found(error=raised, headers=sent, **fixed)

    return Plan(make, None, error.weight if isinstance(error, ReplySpec) else None)


# Parts.


def _parts(specs: list[PartSpec], desk: Desk, path: str) -> list[Part | Make]:
    return [part for index, spec in enumerate(specs) for part in _given(spec, desk, f"{path}[{index}]")]


def _given(spec: PartSpec | ReplySpec, desk: Desk, path: str) -> list[Part | Make]:
    """Compile every part that a mapping gives, in the order in which a model would say them."""
    return [make(spec, desk, path) for key, make in _PARTS.items() if getattr(spec, key) is not None]


def _words(kind: Callable[[str], Part], text: str, path: str, desk: Desk) -> Part | Make:
    prepared = desk.prepare(text, path)
    return kind(text) if is_static(prepared) else lambda scope: kind(words(prepared, scope))


def _worded(kind: Callable[[str], Part], key: str) -> Callable[[Any, Desk, str], Part | Make]:
    """Make the compiler of a part that is words."""
    return lambda spec, desk, path: _words(kind, getattr(spec, key), f"{path}.{key}", desk)


def _text(spec: PartSpec | ReplySpec, desk: Desk, path: str) -> Part | Make:
    if not spec.cites:
        return _words(Text, spec.text or "", f"{path}.text", desk)
    said = desk.prepare({"text": spec.text, "cites": msgspec.to_builtins(spec.cites)}, path)
    return _cited(said) if is_static(said) else lambda scope: _cited(fill(said, scope))


def _cited(said: dict[str, Any]) -> Text:
    return msgspec.convert(said, Text, strict=False)


def _json(spec: PartSpec | ReplySpec, desk: Desk, path: str) -> Part | Make:
    at = f"{path}.json"
    prepared = desk.prepare(spec.json, at)
    if is_static(prepared):
        return Text(_as_json(prepared, desk, at))
    return lambda scope: Text(json_text(prepared, scope, at))


def _as_json(value: Any, desk: Desk, path: str) -> str:
    try:
        return as_json(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as problem:
        desk.problem(path, f"cannot be written as JSON: {problem}", "Use plain values.")
        return ""


def _call(spec: PartSpec | ReplySpec, desk: Desk, path: str) -> Make:
    """Compile a call. Text in `with` goes out as it is: a custom tool's input, or JSON broken on purpose."""
    name, call_id = spec.call or "", spec.id or ""
    arguments = _arguments(spec.with_, name, desk, f"{path}.with")

    def make(scope: Scope) -> Part:
        tool = next((tool for tool in scope.facts.prompt.tools if tool.name == name), Tool(name))
        return ToolCall(name, arguments(scope), call_id, tool.custom, tool.hosted)

    return make


def _arguments(written: Any, name: str, desk: Desk, path: str) -> Callable[[Scope], str]:
    if written is None:
        return lambda scope: scope.supply.fill(name)
    prepared = desk.prepare(written, path)
    if is_static(prepared):
        text = written if isinstance(written, str) else _as_json(written, desk, path)
        return lambda _: text

    def arguments(scope: Scope) -> str:
        value = fill(prepared, scope)
        return value if isinstance(value, str) else json_text(value, scope, path)

    return arguments


def _image(spec: PartSpec | ReplySpec, desk: Desk, path: str) -> Part:
    at, url = f"{path}.image", spec.image or ""
    try:
        found = media.data_url(url)
        size = None if found is None else media.image_size(found[1])
    except ValueError:
        size = None
    if size is None:
        desk.problem(at, "is no picture (PNG, JPEG or WebP)", "Give its file: `image: !include boat.png`.")
    return Image(url, *(size or (0, 0)))


#: The compiler of each kind of part, by its key.
_PARTS: Mapping[str, Callable[[Any, Desk, str], Part | Make]] = {
    "reasoning": _worded(Reasoning, "reasoning"),
    "redacted": _worded(lambda text: Reasoning(text, redacted=True), "redacted"),
    "text": _text,
    "refusal": _worded(Refusal, "refusal"),
    "json": _json,
    "audio": _worded(lambda transcript: Audio(transcript=transcript), "audio"),
    "image": _image,
    "call": _call,
}
