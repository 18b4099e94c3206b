"""Which endpoint a method and path mean: mockgate's own table, so that every caller comes in by the same door."""

import re
from collections.abc import Awaitable, Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from .errors import GatewayError

if TYPE_CHECKING:
    from .wire import Answer

#: What serves an endpoint: (gateway, session, exchange) -> answer. The gateway stands above this module.
Handler = Callable[[Any, Any, Any], "Awaitable[Answer]"]

_PARAMETER = re.compile(r"\{(\w+)(\.\.\.)?\}")


class Endpoint(msgspec.Struct, frozen=True):
    """A method and a path (`/v1/models/{id...}`: a parameter with dots takes slashes too), and what serves it.

    `open` endpoints need no key. `prompted` ones read a prompt, and see to limits and faults once they have.
    """

    method: str
    path: str
    handler: Handler
    name: str
    family: str = ""
    open: bool = False
    prompted: bool = False


class Family:
    """The endpoints that one API module serves."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.endpoints: list[Endpoint] = []

    def add(
        self,
        method: str,
        path: str,
        handler: Handler,
        *,
        name: str = "",
        open: bool = False,  # noqa: A002 - as Endpoint has it
        prompted: bool = False,
    ) -> None:
        """Serve a method of a path, under the handler's name unless another is given."""
        full = f"{self.name}.{name or getattr(handler, '__name__', 'answer')}"
        self.endpoints.append(Endpoint(method, path, handler, full, self.name, open, prompted))


class Routes:
    """The table. Plain paths are looked up; paths with parameters are tried in order."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._plain: dict[str, dict[str, Endpoint]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Endpoint]]] = {}
        for endpoint in (endpoint for family in families for endpoint in family.endpoints):
            self._table(endpoint.path)[endpoint.method] = endpoint

    def _table(self, path: str) -> dict[str, Endpoint]:
        if "{" not in path:
            return self._plain.setdefault(path, {})
        if path not in self._patterns:
            regex = _PARAMETER.sub(lambda match: f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})", path)
            self._patterns[path] = (re.compile(regex), {})
        return self._patterns[path][1]

    @property
    def endpoints(self) -> list[Endpoint]:
        """Every endpoint: those of plain paths, then those whose paths have parameters."""
        tables = [*self._plain.values(), *(table for _, table in self._patterns.values())]
        return [endpoint for table in tables for endpoint in table.values()]

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        """Return the endpoint, and the values of its path's parameters, percent-decoded.

        Raises GatewayError: 404 when nothing has this path, 405 when it has other methods.
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
        if allowed:
            raise _wrong_method(method, path, allowed)
        raise self._no_route(method, path)

    def _matching(self, path: str) -> Iterable[tuple[dict[str, Endpoint], dict[str, str]]]:
        bare = path.rstrip("/") or "/"
        if bare in self._plain:
            yield self._plain[bare], {}
        for regex, table in self._patterns.values():
            match = regex.fullmatch(bare)
            if match is not None:
                yield table, {name: unquote(value) for name, value in match.groupdict().items()}

    def _no_route(self, method: str, path: str) -> GatewayError:
        near = get_close_matches(path, self._plain, n=1, cutoff=0.7)
        hint = "mockgate serves: " + ", ".join(sorted(self._plain))
        if any(self._matching("/v1" + path)):
            hint = "the base URL should end in /v1"
        elif path.startswith("/v1/v1/") and any(self._matching(path.removeprefix("/v1"))):
            hint = "the base URL ends in /v1 once too often"
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
