import pytest

from mockgate.errors import GatewayError
from mockgate.routes import Family, Routes


async def create(*_):
    raise NotImplementedError


async def show(*_):
    raise NotImplementedError


@pytest.fixture
def routes() -> Routes:
    things, health = Family("things"), Family("admin")
    things.add("POST", "/v1/chat/completions", create)
    things.add("GET", "/v1/things", show)
    things.add("GET", "/v1/things/{id...}", show)
    things.add("DELETE", "/v1/jobs/{id}", show)
    things.add("GET", "/v1/jobs/{id}/events", show)
    things.add("POST", "/v1beta/things/{id}", show)
    health.add("GET", "/health", show, open=True)
    return Routes([things, health])


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("POST", "/v1/chat/completions", {}),
        ("POST", "/v1/chat/completions/", {}),
        ("GET", "/v1/things", {}),
        ("GET", "/v1/things/", {}),
        ("HEAD", "/v1/things", {}),
        ("HEAD", "/v1/things/a", {"id": "a"}),
        ("GET", "/v1/things/meta/llama-3", {"id": "meta/llama-3"}),
        ("GET", "/v1/things/meta%2Fllama%203", {"id": "meta/llama 3"}),
        ("GET", "/v1/things/ft:gpt-4o:me::1", {"id": "ft:gpt-4o:me::1"}),
        ("GET", "/v1/things/%E2%82%AC", {"id": "€"}),
        ("GET", "/v1/things/a/", {"id": "a"}),
        ("DELETE", "/v1/jobs/a%2Fb", {"id": "a/b"}),
        ("GET", "/v1/jobs/x/events", {"id": "x"}),
    ],
)
def test_a_path_is_found_with_its_parameters_decoded(routes, method, path, params):
    endpoint, found = routes.find(method, path)
    assert endpoint.method == ("GET" if method == "HEAD" else method)
    assert found == params


def test_an_endpoint_is_named_by_family_and_handler_and_may_be_open(routes):
    endpoint, _ = routes.find("GET", "/health")
    assert (endpoint.name, endpoint.family, endpoint.open) == ("admin.show", "admin", True)
    assert routes.find("GET", "/v1/things")[0].open is False


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/chat/completions", "should end in /v1"),
        ("/things/some-model", "should end in /v1"),
        ("/v1/v1/chat/completions", "/v1 once too often"),
        ("/v1/v1/things/some-model", "/v1 once too often"),
        ("/v1/v1beta/things/some-model", "/v1 once too often"),
        ("/v1beta/v1/things/some-model", "did you mean /v1/things/some-model?"),
        ("//v1/things", "did you mean /v1/things?"),
        ("/v1/chat/completion", "did you mean /v1/chat/completions?"),
        ("/v1/chat/completions/x/y", "did you mean /v1/chat/completions?"),
        ("/nothing/like/it", "mockgate serves: /health, /v1/chat/completions, /v1/things"),
        ("/v1/jobs/a/b", "mockgate serves"),
        ("", "mockgate serves"),
        ("*", "mockgate serves"),
    ],
)
def test_a_path_that_is_not_there_is_refused_with_what_is_likely_wrong(routes, path, hint):
    with pytest.raises(GatewayError, match="Invalid URL") as refused:
        routes.find("POST", path)
    assert refused.value.status == 404
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("PUT", "/v1/things", "GET"),
        ("GET", "/v1/jobs/a", "DELETE"),
        ("HEAD", "/v1/chat/completions", "POST"),
        ("BREW", "/health", "GET"),
    ],
)
def test_a_method_that_a_path_lacks_is_refused_with_those_it_has(routes, method, path, allow):
    with pytest.raises(GatewayError, match=f"Not allowed to {method}") as refused:
        routes.find(method, path)
    assert (refused.value.status, refused.value.headers["allow"]) == (405, allow)


def test_a_very_long_path_is_refused_like_any_other(routes):
    with pytest.raises(GatewayError, match="Invalid URL"):
        routes.find("GET", "/v1/" + "x" * 60_000)


def test_an_endpoint_may_be_given_another_name_than_its_handlers():
    family = Family("things")
    family.add("POST", "/v1/things", create, name="make")
    assert Routes([family]).find("POST", "/v1/things")[0].name == "things.make"
