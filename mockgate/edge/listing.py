"""The gateways there are, in words: each on a line, or one with all that it does its own way."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from .. import layers
from ..errors import KINDS, GatewayError
from ..gateway import Gateway
from ..manners import QUIRKS
from ..rewording import reword
from ..scenario import Scenario
from ..wire import Call
from . import boot

_WIDTH = 100

#: The first folders of paths that are told of as one: what a page is made of, and what only programs read.
_FOLDED = ("/admin/", "/frontpage/", "/swagger/", "/v1beta/", "/p/")


def overview() -> str:
    """Say what gateways there are: name, title, path, how many endpoints and models, and quirks."""
    rows = [("name", "title", "below", "endpoints", "models", "quirks")]
    for name in layers.names("gateways"):
        gateway = boot.build({"gateway": name})
        manners = gateway.scenario.manners
        counts = str(len(gateway.policy.routes.endpoints)), str(len(gateway.policy.catalogue.listed))
        rows.append((name, manners.title, f"/{name}", *counts, ", ".join(manners.quirks) or "-"))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    )


def details(gateway: str, profile: str | None = None) -> str:
    """Say what one gateway, of this name or in this file, does its own way.

    Raises ScenarioError when there is none, or its file is wrong.
    """
    asked = {"gateway": gateway} if profile is None else {"gateway": gateway, "profile": profile}
    played = boot.build(asked)
    return "\n".join(_details(played, layers.profiles({"gateway": gateway})))


def _details(gateway: Gateway, profiles: Sequence[str]) -> Iterator[str]:
    scenario, policy = gateway.scenario, gateway.policy
    manners = scenario.manners
    facts = {
        "base URL": manners.base_url,
        "hosts": ", ".join(manners.hosts),
        "keys in": ", ".join(scenario.auth.headers),
        "limits": f"told in the {scenario.limit_headers} way" if scenario.limit_headers != "none" else "not told",
        "request id": manners.request_id.header,
        "default model": scenario.default_model,
        "models": str(len(policy.catalogue.listed)),
        "profiles": ", ".join(f"{name} (played)" if name == scenario.profile else name for name in profiles),
    }
    yield manners.title or scenario.gateway
    yield from (f"  {name + ':':15}{value}" for name, value in facts.items() if value)
    yield "\nendpoints"
    yield from (f"  {methods:8} {path}" for path, methods in endpoints(gateway).items())
    yield from (f"  501      {route}" for route in manners.unimplemented)
    yield from _own_way(scenario)


def endpoints(gateway: Gateway) -> dict[str, str]:
    """Return the paths that a gateway has, with the methods of each; of some folders, only that."""
    found: dict[str, list[str]] = {}
    for endpoint in gateway.policy.routes.endpoints:
        folder = next((each for each in _FOLDED if endpoint.path.startswith(each)), None)
        path = endpoint.template if folder is None else f"{folder}*"
        found.setdefault(path, []).append(endpoint.method)
    return {path: " ".join(dict.fromkeys(found[path])) for path in sorted(found)}


def _own_way(scenario: Scenario) -> Iterator[str]:
    manners = scenario.manners
    if manners.quirks:
        yield "\nquirks"
        yield from (line for quirk in manners.quirks for line in _entry(quirk, QUIRKS[quirk]))
    customs: Mapping[str, Any] = {
        "requires": manners.requires,
        "fills in": manners.fills,
        "adds": manners.adds,
        "answers once by": manners.idempotency,
        "caches": ", ".join(manners.caches),
        "passes to": ", ".join(manners.passes),
    }
    if any(customs.values()):
        yield "\ncustoms"
        yield from (line for name, value in customs.items() if value for line in _entry(name, str(value)))
    yield "\nerrors"
    yield from (f"  {kind:20} {told}" for kind, told in errors(scenario).items())


def _entry(name: str, text: str) -> Iterator[str]:
    first, *rest = wrap(text, _WIDTH - 23)
    yield f"  {name:20} {first}"
    yield from (f"{'':23}{line}" for line in rest)


def errors(scenario: Scenario) -> dict[str, str]:
    """Return what each kind of refusal is to a client: status, type and code."""
    worded = {kind: reword(GatewayError(kind), scenario.manners.errors, Call("", "")) for kind in KINDS}
    return {kind: f"{error.status} {error.type} {error.code or '-'}" for kind, error in worded.items()}
