"""The OpenAPI document of a gateway: the endpoints that it has, and what they take as the types that they read it by.

Source: the OpenAPI Specification, version 3.1.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from http import HTTPStatus
from inspect import getdoc
from types import NoneType
from typing import Any, get_args

import msgspec

from . import __version__
from .errors import GatewayError, encode_envelope
from .policy import Policy
from .protocols import PROTOCOLS
from .rng import Dice
from .routes import Endpoint
from .scenario import Auth
from .synth.schema import Setting, instance
from .synth.validity import is_valid
from .wire import JSON_TYPE, SSE_TYPE

VERSION = "3.1.0"

_FORM_TYPE = "multipart/form-data"
_SCHEMAS = "#/components/schemas/"

#: Envelopes of clients that show whose they are: `protocols.spoken_by`.
_CLIENTS = ("anthropic", "google")

#: What examples say, where they have to say something.
_MESSAGE = {"role": "user", "content": "Hello"}
_CONTENT = {"role": "user", "parts": [{"text": "Hello"}]}
_WORDS: tuple[tuple[str, Any], ...] = (
    ("messages", [_MESSAGE]),
    ("items", [_MESSAGE]),
    ("input", "Hello"),
    ("prompt", "Hello"),
    ("contents", [_CONTENT]),
    ("content", _CONTENT),
    ("requests", [{"custom_id": "first", "params": {"max_tokens": 100, "messages": [_MESSAGE]}}]),
    ("requests", [{"content": _CONTENT}]),
    ("documents", ["Hello", "Goodbye"]),
    ("voice", "alloy"),
    ("purpose", "user_data"),
)

Schema = dict[str, Any]


def document(policy: Policy, base: str = "") -> dict[str, Any]:
    """Describe the endpoints that a gateway has, below the prefix that it is served under."""
    return _Document(policy).whole(base)


class _Document:
    """One document in the making."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._manners = policy.scenario.manners
        self._endpoints = [endpoint.whole for endpoint in policy.routes.endpoints]
        self._names = _unique(endpoint.name.replace(".", "_") for endpoint in self._endpoints)
        self._refs, self._schemas = _schemas(tuple(dict.fromkeys(_kinds(self._endpoints))))

    def whole(self, base: str) -> dict[str, Any]:
        """Return the document."""
        paths: dict[str, dict[str, Any]] = {}
        for endpoint, name in zip(self._endpoints, self._names, strict=True):
            paths.setdefault(endpoint.template, {})[endpoint.method.lower()] = self._operation(endpoint, name)
        schemes = _schemes(self._policy.scenario.auth)
        anonymous: list[Schema] = [{}] if self._policy.scenario.auth.anonymous else []
        return {
            "openapi": VERSION,
            "info": {
                "title": self._manners.title or "mockgate",
                "version": __version__,
                "description": self._policy.scenario.description or "Every endpoint that this gateway has.",
            },
            "servers": [{"url": base or "/"}],
            "security": [*anonymous, *({name: []} for name in schemes)],
            "tags": [{"name": name} for name in dict.fromkeys(endpoint.family for endpoint in self._endpoints)],
            "paths": paths,
            "components": {
                "schemas": self._used(paths),
                "responses": {_refusal(name): self._refused(name) for name in self._protocols()},
                "securitySchemes": schemes,
            },
        }

    def _operation(self, endpoint: Endpoint, name: str) -> dict[str, Any]:
        operation = {
            "operationId": name,
            "tags": [endpoint.family],
            "summary": _summary(endpoint),
            "parameters": [*self._parameters(endpoint)],
            "responses": {
                **_answers(endpoint),
                "default": {"$ref": f"#/components/responses/{_refusal(endpoint.protocol)}"},
            },
        }
        if endpoint.open:
            operation["security"] = []
        content = dict(self._contents(endpoint))
        if content:
            body = endpoint.traits.get("body")
            operation["requestBody"] = {"required": NoneType not in get_args(body), "content": content}
        return operation

    # What a request has.

    def _parameters(self, endpoint: Endpoint) -> Iterator[dict[str, Any]]:
        for name in endpoint.parameters:
            model = self._model(endpoint) if name == "model" else ""
            about = {"example": model} if model else {}
            yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, **about}
        query = endpoint.traits.get("query")
        if query is not None:
            schema = self._schema(query)
            for name, about in schema["properties"].items():
                needed = name in schema.get("required", ())
                yield {"name": name, "in": "query", "required": needed, "schema": _there(about)}
        for header in self._manners.requires.get(endpoint.family, ()):
            yield {"name": header, "in": "header", "required": True, "schema": {"type": "string"}}
        if self._manners.idempotency and endpoint.method == "POST":
            yield {"name": self._manners.idempotency, "in": "header", "schema": {"type": "string"}}

    def _contents(self, endpoint: Endpoint) -> Iterator[tuple[str, dict[str, Any]]]:
        traits = endpoint.traits
        body = _required(traits.get("body"))
        if body is not None:
            yield JSON_TYPE, {"schema": self._refs[body], **self._example(body, endpoint)}
        if "form" in traits or "files" in traits:
            yield _FORM_TYPE, {"schema": self._form(traits.get("form"), traits.get("files", ()))}

    def _form(self, kind: type[msgspec.Struct] | None, files: Iterable[str]) -> Schema:
        schema: Schema = {} if kind is None else self._schema(kind)
        properties = {name: _there(about) for name, about in schema.get("properties", {}).items()}
        properties |= {name.rstrip("?"): {"type": "string", "format": "binary"} for name in files}
        required = [*schema.get("required", ()), *(name for name in files if not name.endswith("?"))]
        return {"type": "object", "properties": properties, "required": required}

    def _example(self, body: Any, endpoint: Endpoint) -> dict[str, Any]:
        """Make a body that has what it must have, unless no model on offer could answer it."""
        root = {**self._refs[body], "components": {"schemas": self._schemas}}
        properties = self._schema(body)["properties"] if "$ref" in self._refs[body] else {}
        model = self._model(endpoint)
        if "model" in properties and not model:
            return {}
        words = [*_WORDS, ("model", model)]
        known = {name: word for name, word in words if name in properties and is_valid(word, properties[name], root)}
        return {"example": instance(root, Dice(0, endpoint.name), setting=Setting(given=known, optional=0))}

    def _model(self, endpoint: Endpoint) -> str:
        """Return a model on offer that serves an endpoint, the default one where it does; empty: none does."""
        catalogue, default = self._policy.catalogue, self._policy.scenario.default_model
        family = endpoint.traits.get("models", endpoint.family)
        fitting = [model.id for model in catalogue.listed if not model.families or family in model.families]
        return default if default in fitting or not catalogue.listed else next(iter(fitting), "")

    def _schema(self, kind: Any) -> Schema:
        found: Schema = self._schemas[self._refs[kind]["$ref"].removeprefix(_SCHEMAS)]
        return found

    def _used(self, paths: dict[str, Any]) -> dict[str, Schema]:
        """Return the schemas that the paths refer to, and those that these refer to."""
        used: dict[str, Schema] = {}
        found = [*_referred(paths)]
        while found:
            name = found.pop()
            if name not in used:
                used[name] = self._schemas[name]
                found += _referred(self._schemas[name])
        return dict(sorted(used.items()))

    # How it is refused.

    def _protocols(self) -> Iterable[str]:
        return dict.fromkeys(endpoint.protocol for endpoint in self._endpoints)

    def _refused(self, protocol: str) -> dict[str, Any]:
        own = self._policy.scenario.envelope
        if protocol:
            schema = _worded(PROTOCOLS[protocol].envelope or own)
        else:  # a client that shows whose it is hears its own vendor's words
            spoken = [own, *(each for each in _CLIENTS if each != own)]
            schema = {"anyOf": [*map(_worded, spoken)]}
        return {"description": "Refused, and why.", "content": {JSON_TYPE: {"schema": schema}}}


def _kinds(endpoints: Iterable[Endpoint]) -> Iterator[Any]:
    for endpoint in endpoints:
        traits = endpoint.traits
        found = (_required(traits.get("body")), traits.get("form"), traits.get("query"))
        yield from (kind for kind in found if kind is not None)


def _required(body: Any) -> Any:
    """Return the type of a body that may be missing."""
    return next((kind for kind in get_args(body) if kind is not NoneType), body) if _may_miss(body) else body


def _may_miss(body: Any) -> bool:
    return NoneType in get_args(body)


@lru_cache(maxsize=16)
def _schemas(kinds: tuple[Any, ...]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """Return a schema for each type, and those of all the types that they are made of, by name."""
    refs, components = msgspec.json.schema_components(kinds, ref_template=_SCHEMAS + "{name}")
    names = {name: _name(name) for name in components}
    assert len({*names.values()}) == len(names), "every schema has a name of its own"
    tidied = {names[name]: {**_tidied(schema, names), "title": names[name]} for name, schema in components.items()}
    return dict(zip(kinds, (_tidied(ref, names) for ref in refs), strict=True)), tidied


def _name(qualified: str) -> str:
    """Shorten the name of a type that is not the only one of its name: `messages.Create`."""
    module, _, name = qualified.rpartition(".")
    within = module.removeprefix("mockgate.").removeprefix("api.").removesuffix(".request")
    return f"{within}.{name}" if module else name


def _tidied(value: Any, names: dict[str, str]) -> Any:
    """Copy a schema with the names that types go by here, and patterns as JSON Schema has them."""
    match value:
        case dict():
            return {key: _tidied(inner, names) for key, inner in value.items()}
        case list() | tuple():
            return [_tidied(inner, names) for inner in value]
        case str() if value.startswith(_SCHEMAS):
            return _SCHEMAS + names[value.removeprefix(_SCHEMAS)]
        case str() if value.endswith(r"\Z"):
            return value.removesuffix(r"\Z") + "$"
        case _:
            return value


def _referred(value: Any) -> Iterator[str]:
    match value:
        case {"$ref": str(ref)} if ref.startswith(_SCHEMAS):
            yield ref.removeprefix(_SCHEMAS)
        case dict():
            for inner in value.values():
                yield from _referred(inner)
        case list():
            for inner in value:
                yield from _referred(inner)


def _there(schema: Schema) -> Schema:
    """Return the schema of what, in a query or a form, is there or is not, but never null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    kept = {key: inner for key, inner in schema.items() if (key, inner) != ("default", None) and key != "anyOf"}
    return {**kept, **options[0]} if len(options) == 1 else {**kept, **({"anyOf": options} if options else {})}


def _unique(names: Iterable[str]) -> list[str]:
    """Number the names that come again."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


def _summary(endpoint: Endpoint) -> str:
    handler = getattr(endpoint.handler, "func", endpoint.handler)  # what a partial is of
    first, _, _ = (getdoc(handler) or endpoint.name).partition("\n\n")
    return " ".join(first.split()).removesuffix(".")


def _answers(endpoint: Endpoint) -> dict[str, Any]:
    status = endpoint.traits.get("status", 200)
    content = {media.partition(";")[0]: _content(media) for media in _media(endpoint)}
    return {str(status): {"description": HTTPStatus(status).phrase, **({"content": content} if content else {})}}


def _media(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the media types of what an endpoint answers."""
    traits = endpoint.traits
    kinds = (_required(traits.get("body")), traits.get("form"))
    streams = any("stream" in getattr(kind, "__struct_fields__", ()) for kind in kinds)
    return traits.get("answers", (JSON_TYPE, SSE_TYPE) if streams else (JSON_TYPE,))


def _content(media: str) -> dict[str, Any]:
    if media == JSON_TYPE:
        return {"schema": {"type": ["object", "array"]}}
    return {"schema": {"type": "string"}} if media.startswith("text/") and media != SSE_TYPE else {}


def _refusal(protocol: str) -> str:
    return f"refused.{protocol}" if protocol else "refused"


def _worded(envelope: str | dict[str, Any]) -> Schema:
    """Return the schema of an envelope's errors."""
    return _shape(msgspec.json.decode(encode_envelope(envelope, GatewayError("bad_request", "Why."), "req_1")))


def _shape(value: Any) -> Schema:
    """Return the schema of what is worded like this."""
    match value:
        case dict():
            properties = {name: _shape(inner) for name, inner in value.items()}
            return {"type": "object", "properties": properties, "required": [*value]}
        case list():
            return {"type": "array"}
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case str():
            return {"type": "string"}
        case _:
            return {"type": ["string", "null"]}


def _schemes(auth: Auth) -> dict[str, Schema]:
    """Describe where a key may stand."""
    schemes: dict[str, Schema] = {}
    for header in auth.headers:
        bearer = header.lower() == "authorization"
        schemes[header] = {"type": "http", "scheme": "bearer"} if bearer else _apart("header", header)
    return schemes | {f"query.{name}": _apart("query", name) for name in auth.query}


def _apart(place: str, name: str) -> Schema:
    return {"type": "apiKey", "in": place, "name": name}
