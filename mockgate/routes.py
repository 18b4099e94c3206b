"""Which endpoint a method and path mean: mockgate's own table, so that every caller comes in by the same door."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import unquote

import msgspec

from .errors import GatewayError
from .expressions import regex

if TYPE_CHECKING:
    from .wire import Answer

#: What serves an endpoint: (gateway, session, exchange) -> answer. The gateway stands above this module.
Handler = Callable[[Any, Any, Any], "Awaitable[Answer]"]

_PARAMETER = re.compile(r"\{(\w+)(\.\.\.)?\}")


class Endpoint(msgspec.Struct, frozen=True):
    """A method and a path (`/v1/models/{id...}`: a parameter with dots takes slashes too), and what serves it.

    `open` endpoints need no key. `prompted` ones read a prompt, and see to limits and faults once they have. `protocol`
    names whose manners it has, if not the gateway's (see protocols). `traits` are all that was said of it.
    """

    method: str
    path: str
    handler: Handler
    name: str
    family: str = ""
    open: bool = False
    prompted: bool = False
    protocol: str = ""
    traits: "Traits" = {}

    @property
    def whole(self) -> "Endpoint":
        """This endpoint with all that is said of it, for which its module is imported."""
        return self.handler.endpoint if isinstance(self.handler, Later) else self

    @property
    def template(self) -> str:
        """The path as others write it: `/v1/models/{id}`."""
        return _PARAMETER.sub(r"{\1}", self.path)

    @property
    def parameters(self) -> list[str]:
        """The names of the path's parameters."""
        return [match[1] for match in _PARAMETER.finditer(self.path)]


class Later:
    """Stands for a handler until it is first called: only then is its module imported, in a thread.

    `module` has a family of that name, and this is the endpoint of that number there.
    """

    def __init__(self, module: str, family: str, at: int) -> None:
        self._module = module
        self._family = family
        self._at = at
        self._serve: Handler = self._import

    @cached_property
    def endpoint(self) -> Endpoint:
        """The endpoint that this one stands for."""
        found: Endpoint = getattr(import_module(self._module), self._family).endpoints[self._at]
        return found

    def __call__(self, gateway: Any, session: Any, exchange: Any) -> "Awaitable[Answer]":
        """Have the call served."""
        return self._serve(gateway, session, exchange)

    async def _import(self, gateway: Any, session: Any, exchange: Any) -> "Answer":
        await asyncio.to_thread(getattr, self, "endpoint")
        self._serve = self.endpoint.handler
        return await self._serve(gateway, session, exchange)


class Traits(TypedDict, total=False):
    """What may be said of an endpoint: how it is served, and what its callers are told it takes and gives.

    `body` is the type that a JSON body is read as (`| None`: it may be missing), `form` the one of a form's fields, and
    `files` names the form's files (`mask?`: it may be missing). `query` is a type with a field for each of the query's
    parameters. `answers` are the media types of its answers (left out: JSON, and events where `stream` may be asked
    for), `status` is theirs, if not 200. `models` is the family of the models that serve it, if not its own.
    Calls of `quiet` ones are noted nowhere: a page and its parts are no traffic.
    """

    name: str
    open: bool
    prompted: bool
    quiet: bool
    body: Any
    form: type[msgspec.Struct]
    files: tuple[str, ...]
    query: type[msgspec.Struct]
    answers: tuple[str, ...]
    status: int
    models: str


class Family:
    """The endpoints that one API module serves, in the manners of `protocol`, if not the gateway's."""

    def __init__(self, name: str, protocol: str = "") -> None:
        self.name = name
        self.protocol = protocol
        self.endpoints: list[Endpoint] = []

    def add(self, method: str, path: str, handler: Handler, **traits: Unpack[Traits]) -> None:
        """Serve a method of a path, under the handler's name unless another is given."""
        full = f"{self.name}.{traits.get('name') or getattr(handler, '__name__', 'answer')}"
        self.endpoints.append(
            Endpoint(
                method,
                path,
                handler,
                full,
                self.name,
                traits.get("open", False),
                traits.get("prompted", False),
                self.protocol,
                traits,
            )
        )


class Routes:
    """The table. Plain paths are looked up; paths with parameters are tried in order.

    `unimplemented` are patterns of what it knows, but does not serve.
    """

    def __init__(self, families: Iterable[Family], unimplemented: Sequence[str] = ()) -> None:
        self._unimplemented = tuple(unimplemented)
        self._plain: dict[str, dict[str, Endpoint]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Endpoint]]] = {}
        for endpoint in (endpoint for family in families for endpoint in family.endpoints):
            self._table(endpoint.path)[endpoint.method] = endpoint

    def _table(self, path: str) -> dict[str, Endpoint]:
        if "{" not in path:
            return self._plain.setdefault(path, {})
        if path not in self._patterns:
            pattern = _PARAMETER.sub(lambda match: f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})", path)
            self._patterns[path] = (regex(pattern), {})
        return self._patterns[path][1]

    @property
    def endpoints(self) -> list[Endpoint]:
        """Every endpoint: those of plain paths, then those whose paths have parameters."""
        tables = [*self._plain.values(), *(table for _, table in self._patterns.values())]
        return [endpoint for table in tables for endpoint in table.values()]

    def only(self, patterns: Iterable[str], unimplemented: Sequence[str] = ()) -> "Routes":
        """Return a table of those endpoints whose method and path, such as `GET /v1/models`, fit one of these patterns.

        Of what has no endpoint then, some may be `unimplemented`. Raises ValueError, with the first that nothing fits.
        """
        chosen: dict[str, list[Endpoint]] = {
            pattern: [each for each in self.endpoints if fnmatchcase(f"{each.method} {each.path}", pattern)]
            for pattern in patterns
        }
        for pattern, endpoints in chosen.items():
            if not endpoints:
                raise ValueError(pattern)
        kept = Family("")
        kept.endpoints = [endpoint for endpoints in chosen.values() for endpoint in endpoints]
        return Routes([kept], unimplemented)

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        """Return the endpoint, and the values of its path's parameters, percent-decoded.

        Raises GatewayError: 501 for what is not implemented, 404 when nothing has this path, 405 when it has other
        methods.
        """
        methods = self._plain.get(path)
        if methods is not None and method in methods:
            return methods[method], {}
        allowed: set[str] = set()
        for table, params in self._matching(path):
            endpoint = table.get("GET" if method == "HEAD" else method)
            if endpoint is not None:
                return endpoint, params
            allowed |= table.keys()
        if any(fnmatchcase(f"{method} {path}", pattern) for pattern in self._unimplemented):
            raise GatewayError("unimplemented")
        if allowed:
            raise _wrong_method(method, path, allowed)
        raise self._no_route(method, path)

    def _matching(self, path: str) -> Iterable[tuple[dict[str, Endpoint], dict[str, str]]]:
        bare = path.rstrip("/") or "/"
        if bare in self._plain:
            yield self._plain[bare], {}
        for pattern, table in self._patterns.values():
            match = pattern.fullmatch(bare)
            if match is not None:
                yield table, {name: unquote(value) for name, value in match.groupdict().items()}

    def _no_route(self, method: str, path: str) -> GatewayError:
        near = get_close_matches(path, self._plain, n=1, cutoff=0.7)
        rest = path[1:].partition("/")[2]
        hint = "mockgate serves: " + ", ".join(sorted(self._plain))
        if any(self._matching("/v1" + path)):
            hint = "the base URL should end in /v1"
        elif path.startswith("/v1/v1") and any(self._matching(path.removeprefix("/v1"))):
            hint = "the base URL ends in /v1 once too often"
        elif rest and any(self._matching("/" + rest)):
            hint = f"did you mean /{rest}?"
        elif near:
            hint = f"did you mean {near[0]}?"
        return GatewayError("route_not_found", f"Invalid URL ({method} {path})", hint=hint)


def _wrong_method(method: str, path: str, allowed: set[str]) -> GatewayError:
    return GatewayError(
        "method_not_allowed",
        f"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)",
        headers={"allow": ", ".join(sorted(allowed))},
        hint=f"allowed here: {', '.join(sorted(allowed))}",
    )
