"""A control call as its handlers see it: the session it is about, its query and its body, read whole or refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs

import msgspec

from .. import layers, loader
from ..errors import GatewayError, Problem, ScenarioError
from ..gateway import SESSION_HEADER, Gateway
from ..journal import Exchange
from ..layers import Source
from ..loader import Document
from ..reading import Section, convert
from ..routes import Handler
from ..scenario import Scenario
from ..session import DEFAULT, Session
from ..wire import Answer, Call
from .guard import admit

S = TypeVar("S", bound=Section)

#: Reads a scenario as the server does that it is for. Raises ScenarioError.
Load = Callable[[Source], Scenario]


class Visit(NamedTuple):
    """One control call. `named`: its session was asked for, by header, query or key; else it is the default one."""

    gateway: Gateway
    session: Session
    named: bool
    call: Call
    params: dict[str, str]
    load: Load

    @property
    def scenario(self) -> Scenario:
        """The scenario that the call is about: the named session's, else that of all who have none of their own."""
        return self.session.policy.scenario if self.named else self.gateway.scenario

    def query(self, kind: type[S]) -> S:
        """Read the query; a key given twice is a list.

        Raises ScenarioError.
        """
        types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        given = parse_qs(self.call.query, keep_blank_values=True)
        given.pop("session", None)
        values = {name: _plain(words if words[1:] else words[0], types.get(name, Any)) for name, words in given.items()}
        return convert(layers.of_values(values), kind)

    def document(self) -> Document:
        """Read the body: JSON, or YAML where its content type says so.

        Raises GatewayError (400) for what is neither, and ScenarioError for what is no mapping.
        """
        if not self.call.raw:
            raise GatewayError("bad_request", "The body is empty.", hint="send JSON, or YAML as application/yaml")
        document = _yaml(self.call.raw) if "yaml" in self.call.headers.get("content-type", "") else _json(self.call.raw)
        if not isinstance(document.value, dict):
            raise ScenarioError([Problem("", "the body must be a mapping of keys")])
        return document

    def body(self, kind: type[S]) -> S:
        """Read the body as a Section; no body at all says nothing.

        Raises GatewayError (400) and ScenarioError.
        """
        return convert(self.document() if self.call.raw else Document({}), kind)


Answers = Callable[[Visit], Answer]


def taken(answers: Answers, load: Load, key: str) -> Handler:
    """Make an endpoint's handler: guarded, its session found, all that is wrong told as a 422."""

    @wraps(answers)
    async def answer(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
        call = exchange.call
        admit(call, key, exposed=gateway.exposed)
        name = call.arguments().get("session")
        if name:
            session = gateway.session(name)
        named = bool(name) or SESSION_HEADER in call.headers or session.name != DEFAULT
        try:
            return answers(Visit(gateway, session, named, call, exchange.params, load))
        except ScenarioError as wrong:
            raise _unprocessable(wrong.problems) from None

    return answer


def _unprocessable(problems: list[Problem]) -> GatewayError:
    shown = [*map(_shown, problems)]
    said = str(problems[0]) if len(problems) == 1 else f"{len(problems)} problems, the first: {problems[0]}"
    return GatewayError("unprocessable", said, details={"problems": shown}, hint="nothing was changed")


def _shown(problem: Problem) -> dict[str, str | None]:
    place = str(problem.place) if problem.place else None
    return {"path": problem.path, "message": problem.message, "suggestion": problem.suggestion, "place": place}


def _plain(words: str | list[str], kind: Any) -> Any:
    """Read what a query says as what is wanted there; what cannot be is left for the reader to complain of."""
    try:
        return msgspec.convert(words, kind, strict=False)
    except msgspec.ValidationError:
        return words


def _json(raw: bytes) -> Document:
    try:
        values = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        message = f"The body is not JSON: {problem}"
        raise GatewayError(
            "bad_request", message, hint="YAML is read where content-type says application/yaml"
        ) from None
    return layers.of_values(values) if isinstance(values, dict) else Document(values)


def _yaml(raw: bytes) -> Document:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise GatewayError("bad_request", "The body is not text in UTF-8.") from None
    return loader.parse(text, "<body>")
