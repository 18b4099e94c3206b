"""A gateway's OpenAPI document: valid, complete, and true when its endpoints are asked at random."""

import re

import hypothesis
import msgspec
import pytest
import requests
import schemathesis
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockgate import __version__
from mockgate.edge.boot import build
from mockgate.layers import names
from mockgate.openapi import document

KEY = {"authorization": "Bearer sk-test-0123456789"}

ALL = names("gateways")

#: How requests are drawn: the same in every run.
DRAWN = hypothesis.settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)
CHECKS = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")

#: What stands where a word of a path or a query should.
ODD_WORDS = ("x", "%00", "%FF", "..%2F", "-1", "9" * 60, "1e400", "nan", "[]", "x" * 3000, "9999-12-31", "0000-00-00")

ODD_BODIES = (b"", b"[]", b"null", b"\xff\x00", b'{"model": NaN}', b"[" * 100_000, "{}".encode("utf-16"))

#: As JSON: what Python would not write among them.
ODD_VALUES = (
    *(b"9" * 400, b"-1", b"1e308", b"1e400", rb'"\ud800"', rb'"\u0000"', b'"%s"' % (b"x" * 20_000), b"true"),
    *(b"[]", b"{}", b"[{}]", b'{"a": {}}', b"[[]]", b"[null]", b'{"": ""}', b'{"a":' * 900 + b"1" + b"}" * 900),
)

#: What a request must name before it can be answered: a body alone does not do.
NEEDS_MORE = {"batches_create", "images_edit", "videos_edit", "videos_extend", "realtime_call"}


def described(gateway, base=""):
    return msgspec.json.decode(msgspec.json.encode(document(gateway.policy, base)))


def operations(told):
    return {
        (method.upper(), path): operation for path, item in told["paths"].items() for method, operation in item.items()
    }


@pytest.mark.parametrize("name", ALL)
def test_the_document_is_valid_and_has_exactly_the_routes_of_the_gateway(gw, name):
    gateway = gw({"gateway": name})
    told = described(gateway)
    OpenAPIV31SpecValidator(told).validate()
    served = {(each.method, re.sub(r"\.\.\.", "", each.path)) for each in gateway.policy.routes.endpoints}
    assert set(operations(told)) == served
    ids = [operation["operationId"] for operation in operations(told).values()]
    assert len(ids) == len(set(ids))


def test_it_says_what_the_gateway_is_and_where(gw):
    told = described(gw({"gateway": "gomodel", "description": "For the docs."}), "/gomodel")
    assert told["info"] == {"title": "GoModel", "version": __version__, "description": "For the docs."}
    assert told["servers"] == [{"url": "/gomodel"}]


def test_a_body_is_the_type_that_the_family_reads(gw):
    told = described(gw())
    chat = operations(told)["POST", "/v1/chat/completions"]
    assert chat["requestBody"]["required"]
    assert chat["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ChatRequest"}
    fields = told["components"]["schemas"]["ChatRequest"]
    assert fields["required"] == ["model", "messages"]
    assert fields["properties"]["temperature"]["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": 2}
    assert {"messages.Create", "responses.Create"} <= told["components"]["schemas"].keys()
    assert "text/event-stream" in chat["responses"]["200"]["content"]
    assert not operations(told)["POST", "/v1/conversations"]["requestBody"]["required"]


def test_a_form_has_its_fields_and_its_files(gw):
    content = operations(described(gw()))["POST", "/v1/images/edits"]["requestBody"]["content"]
    form = content["multipart/form-data"]["schema"]
    assert form["required"] == ["prompt", "image"]
    assert form["properties"]["image"] == form["properties"]["mask"] == {"type": "string", "format": "binary"}
    assert form["properties"]["n"] == {"type": "integer", "minimum": 1, "maximum": 10}
    assert "application/json" in content


def test_queries_headers_and_models_are_parameters(gw):
    listing = operations(described(gw()))["GET", "/v1/files"]["parameters"]
    assert {each["name"]: each["in"] for each in listing} == dict.fromkeys(
        ("limit", "order", "after", "purpose"), "query"
    )
    assert listing[0]["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000}
    asked = operations(described(gw()))["POST", "/v1beta/models/{model}:embedContent"]["parameters"]
    assert (asked[0]["in"], asked[0]["required"]) == ("path", True)
    assert "embedding" in asked[0]["example"]
    wanting = gw(manners={"requires": {"chat": ["X-Tenant"]}, "idempotency": "Idempotency-Key"})
    chat = operations(described(wanting))["POST", "/v1/chat/completions"]["parameters"]
    assert [(each["name"], each.get("required", False)) for each in chat] == [
        ("X-Tenant", True),
        ("Idempotency-Key", False),
    ]


def test_keys_stand_where_the_scenario_says(gw):
    told = described(gw(auth={"headers": ["authorization", "x-api-key"], "query": [], "anonymous": True}))
    assert told["components"]["securitySchemes"] == {
        "authorization": {"type": "http", "scheme": "bearer"},
        "x-api-key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    }
    assert told["security"] == [{}, {"authorization": []}, {"x-api-key": []}]
    assert operations(told)["GET", "/health"]["security"] == []
    assert "security" not in operations(told)["GET", "/v1/models"]


def test_refusals_are_in_the_envelope_of_the_gateway_or_of_the_endpoint(gw):
    told = described(gw(envelope={"oops": "{message}", "number": "{status}"}))
    own, *others = told["components"]["responses"]["refused"]["content"]["application/json"]["schema"]["anyOf"]
    assert own["properties"] == {"oops": {"type": "string"}, "number": {"type": "integer"}}
    assert [sorted(each["properties"]) for each in others] == [["error", "request_id", "type"], ["error"]]
    anthropic = told["components"]["responses"]["refused.anthropic"]["content"]["application/json"]["schema"]
    assert anthropic["properties"]["error"]["required"][:1] == ["type"]


def _examples():
    for (method, path), operation in operations(described(build())).items():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        kept = "{id}" in path or "tuned" in path or operation["operationId"] in NEEDS_MORE
        if "example" in content and not kept:
            yield pytest.param(method, path, operation["parameters"], content["example"], id=operation["operationId"])


@pytest.mark.parametrize(("method", "path", "parameters", "example"), [*_examples()])
async def test_the_example_of_a_body_is_answered(gw, ask, method, path, parameters, example):
    for each in parameters:
        path = path.replace(f"{{{each['name']}}}", each.get("example", ""))
    exchange = await ask(gw(), method, path, example)
    assert exchange.status == 200, exchange.answer


def test_what_no_model_on_offer_can_answer_has_no_example(gw):
    for gateway, has in {"openai": False, "newapi": True}.items():
        content = operations(described(gw({"gateway": gateway})))["POST", "/v1/rerank"]["requestBody"]["content"]
        assert ("example" in content["application/json"]) == has


@pytest.mark.parametrize("name", ["openai", "gomodel", "newapi"])
async def test_nothing_odd_makes_an_endpoint_fail(gw, ask, name):
    gateway = gw({"gateway": name})
    told = described(gateway)
    for number, ((method, path), operation) in enumerate(operations(told).items()):
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        bodies = [*_odd_bodies(told, schema)] if schema else [b""]
        queries = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
        asked = [("", body) for body in bodies] + [(f"?{name}={odd}", b"") for name in queries for odd in ODD_WORDS]
        for at, (query, body) in enumerate(asked):
            word = ODD_WORDS[(number + at) % len(ODD_WORDS)]
            exchange = await ask(gateway, method, re.sub(r"\{\w+\}", word, path) + query, body)
            assert exchange.status < 500 or exchange.status == 501, (method, path, query, body[:300])


def _odd_bodies(told, content):
    """Make bodies that are no JSON, or not what was asked for, and the example with one field that is odd."""
    yield from ODD_BODIES
    schema = content["schema"]
    fields = told["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else {}
    for at, field in enumerate(fields.get("properties", ())):
        for odd in ODD_VALUES[at % 3 :: 3]:
            yield msgspec.json.encode({**content.get("example", {}), field: msgspec.Raw(odd)})


@pytest.mark.timeout(120)
def test_whatever_is_asked_of_an_endpoint_of_any_gateway_is_answered_as_its_document_says(gw, live):
    """What is asked is drawn once, from all endpoints that there are, and sent to each gateway that has one."""
    server = live(pace="instant", seed=1)
    told = {name: requests.get(f"{server.url}/{name}/_mockgate/openapi.json", timeout=20).json() for name in ALL}
    read = {name: schemathesis.openapi.from_dict(each) for name, each in told.items()}
    everything = schemathesis.openapi.from_dict(described(gw(manners={"routes": ["* /*"]})))
    driven = set()
    with requests.Session() as http:
        for found in everything.get_all_operations():
            operation = found.ok()
            path, method = operation.path, operation.method
            having = {
                f"{server.url}/{name}": read[name][path][method]
                for name in ALL
                if method in told[name]["paths"].get(path, ())
            }
            _drive(operation, having, http)
            driven |= {(method.upper(), path)} if having else set()
    assert driven == {route for each in told.values() for route in operations(each)}


def _drive(operation, having, http):
    """Ask each gateway a few things that its document allows, of a model on offer every other time."""
    again = re.search(r"_\d+$", operation.definition.raw["operationId"])  # the same endpoint, at another path

    @hypothesis.settings(DRAWN, max_examples=1 if again else 2)
    @hypothesis.given(case=operation.as_strategy(), known=st.booleans())
    def ask(case, known):
        parts = {name: getattr(case, name) for name in ("path_parameters", "query", "media_type")}
        for url, served in having.items():
            raw = served.definition.raw
            body = (
                case.body | {"model": _model(raw)}
                if known and _model(raw) and isinstance(case.body, dict)
                else case.body
            )
            sent = served.Case(**parts, body=body)
            wanted = {
                each["name"]: "x" for each in raw["parameters"] if each["in"] == "header" and each.get("required")
            }
            response = sent.call(base_url=url, headers=KEY | wanted, timeout=20, allow_redirects=False, session=http)
            assert response.status_code < 500 or str(response.status_code) in raw["responses"], response.text
            sent.validate_response(response, checks=[schemathesis.checks.CHECKS.get_one(name) for name in CHECKS])

    ask()


def _model(raw):
    example = raw.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    return example.get("model") if isinstance(example, dict) else None
