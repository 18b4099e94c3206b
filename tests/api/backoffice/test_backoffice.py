"""What runs a gateway: it tells the session's truth, and what is changed is in force from the next call on."""

from urllib.request import Request, urlopen

import msgspec
import pytest

from mockgate.api import backoffice
from mockgate.wire import Json

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
START = "2025-01-01T00:00:00Z"


def read(exchange):
    assert isinstance(exchange.answer, Json), exchange.answer
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def gateway(gw):
    return gw({"gateway": "gomodel", "rules": [{"reply": "one two three"}]})


@pytest.fixture
def admin(ask):
    """Ask below /admin, and return what is told; or the status and message of a refusal, or of no words the status."""

    async def send(gateway, line, body=None, **headers):
        method, path = line.split(" ", 1)
        exchange = await ask(gateway, method, f"/admin{path}", body, **headers)
        if exchange.status == 204:
            return 204
        told = read(exchange)
        return (exchange.status, told["error"]["message"]) if exchange.status >= 400 else told

    return send


@pytest.fixture
def chat(ask):
    """Ask a chat something new each time, on an account and with a key."""

    async def send(gateway, text="hi", path="", key="sk-1", **body):
        asked = {**HI, "messages": [{"role": "user", "content": text}], **body}
        headers = {"x-gomodel-user-path": path} if path else {}
        return await ask(gateway, "POST", CHAT, asked, authorization=f"Bearer {key}", **headers)

    return send


# Who, and below which prefix.


async def test_a_listed_key_needs_rights_and_a_key_that_is_not_listed_has_them(gw, ask):
    keys = {"sk-plain": {}, "sk-boss": {"dashboard": True}}
    gateway = gw({"gateway": "gomodel", "keys": keys})
    statuses = {}
    for key in ("sk-plain", "sk-boss", "sk-other", ""):
        exchange = await ask(gateway, "GET", "/admin/budgets", authorization=f"Bearer {key}".strip())
        statuses[key] = exchange.status
    assert statuses == {"sk-plain": 403, "sk-boss": 200, "sk-other": 200, "": 401}
    refused = await ask(gateway, "GET", "/admin/budgets", authorization="Bearer sk-plain")
    error = read(refused)["error"]
    assert (error["type"], error["code"]) == ("authentication_error", "dashboard_access_denied")


OLD = [endpoint for endpoint in backoffice.family.endpoints if endpoint.path.startswith("/admin/api/v1/")]


async def test_the_older_prefix_has_all_of_it_and_says_that_it_is_old(gateway, ask):
    new = {(each.method, each.path) for each in backoffice.family.endpoints if each not in OLD}
    assert {(each.method, each.path.replace("/api/v1", "", 1)) for each in OLD} == new
    for path, status in (("/admin/api/v1/budgets", 200), ("/admin/api/v1/workflows/none", 404)):
        exchange = await ask(gateway, "GET", path)
        headers = exchange.answer.headers
        assert (exchange.status, headers["deprecation"]) == (status, "true")
        assert headers["sunset"] == "Sun, 09 Aug 2026 00:00:00 GMT"
        assert headers["link"] == '</admin/>; rel="successor-version"'
    assert "deprecation" not in (await ask(gateway, "GET", "/admin/budgets")).answer.headers


READS = [each.path for each in backoffice.family.endpoints if each.method == "GET" and "{" not in each.path]


@pytest.mark.parametrize("path", READS)
async def test_every_list_can_be_read_before_anything_was_done(gateway, ask, path):
    exchange = await ask(gateway, "GET", f"{path}?log_id=x")
    assert exchange.status == 200, exchange.answer


# Usage.


async def test_usage_sums_to_what_was_billed_by_day_model_and_account(gateway, admin, chat):
    first = await chat(gateway, path="/team/a")
    second = await chat(gateway, "hello there", path="/team/b", model="openai/gpt-4o-mini")
    gateway.session().clock.advance(86_400)
    third = await chat(gateway, "hi again", path="/team/a")
    total = await admin(gateway, "GET /usage/summary")
    calls = (first, second, third)
    assert total["total_requests"] == 3
    assert total["total_tokens"] == sum(call.usage.total for call in calls)
    assert total["total_cost"] == pytest.approx(float(sum(call.cost for call in calls)))
    assert total["total_input_cost"] + total["total_output_cost"] == pytest.approx(total["total_cost"])
    days = await admin(gateway, "GET /usage/daily")
    assert [(day["date"], day["requests"]) for day in days] == [("2025-01-02", 1), ("2025-01-01", 2)]
    models = {row["model"]: row["output_tokens"] for row in await admin(gateway, "GET /usage/models")}
    assert models == {"gpt-4o": 6, "gpt-4o-mini": 3}
    paths = {row["user_path"]: row["output_tokens"] for row in await admin(gateway, "GET /usage/user-paths")}
    assert paths == {"/team/a": 6, "/team/b": 3}


@pytest.mark.parametrize(
    ("query", "requests"),
    [("", 2), ("days=1", 1), ("start_date=2025-01-01&end_date=2025-01-01", 1), ("end_date=2024-12-31", 0),
     ("user_path=/a", 1), ("user_path=/", 2), ("cache_mode=cached", 0), ("provider=openai&model=gpt-4o", 2)],
)  # fmt: skip
async def test_usage_is_that_of_the_days_and_the_account_asked_about(gateway, admin, chat, query, requests):
    await chat(gateway, path="/a/x")
    gateway.session().clock.advance(86_400)
    await chat(gateway, "hi again")
    assert (await admin(gateway, f"GET /usage/summary?{query}"))["total_requests"] == requests


@pytest.mark.parametrize(
    ("interval", "date"), [("daily", "2025-01-01"), ("weekly", "2025-W01"), ("monthly", "2025-01"), ("yearly", "2025")]
)
async def test_days_are_put_together_as_asked(gateway, admin, chat, interval, date):
    await chat(gateway)
    assert [row["date"] for row in await admin(gateway, f"GET /usage/daily?interval={interval}")] == [date]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/usage/summary?start_date=tomorrow", "invalid start_date format, expected YYYY-MM-DD"),
        ("/audit/log?end_date=2025-13-01", "invalid end_date format, expected YYYY-MM-DD"),
        ("/usage/log?limit=x", "invalid limit, expected integer"),
        ("/usage/log?limit=0", "invalid limit parameter: limit must be between 1 and 200"),
        ("/audit/conversation", "log_id is required"),
        ("/models?category=poems", "invalid category: poems"),
    ],
)
async def test_a_query_that_says_nothing_known_is_refused(gateway, admin, line, message):
    assert await admin(gateway, f"GET {line}") == (400, message)


async def test_the_log_has_single_answers_the_newest_first_a_page_at_a_time(gateway, admin, chat):
    calls = [await chat(gateway, text, path="/team") for text in ("one", "two", "three")]
    told = await admin(gateway, "GET /usage/log?limit=2&offset=1&search=gpt")
    assert (told["total"], told["limit"], told["offset"]) == (3, 2, 1)
    assert [entry["request_id"] for entry in told["entries"]] == [call.request_id for call in calls[1::-1]]
    entry = told["entries"][0]
    assert (entry["user_path"], entry["model"], entry["total_tokens"]) == ("/team", "gpt-4o", calls[1].usage.total)
    assert entry["total_cost"] == pytest.approx(float(calls[1].cost))


async def test_what_the_cache_answered_is_told_with_what_it_saved(gateway, admin, chat):
    paid, *_ = [await chat(gateway) for _ in range(3)]
    told = await admin(gateway, "GET /cache/overview")
    assert (told["summary"]["total_hits"], told["daily"][0]["hits"]) == (2, 2)
    assert told["summary"]["total_tokens"] == 2 * paid.usage.total
    assert told["summary"]["total_saved_cost"] == pytest.approx(2 * float(paid.cost))
    assert (await admin(gateway, "GET /usage/summary?cache_mode=all"))["total_requests"] == 3


async def test_a_gateway_without_a_cache_has_nothing_to_tell_of_it(gw, ask):
    gateway = gw({"gateway": "gomodel", "manners": {"caches": []}})
    exchange = await ask(gateway, "GET", "/admin/cache/overview")
    error = read(exchange)["error"]
    assert (exchange.status, error["type"], error["code"]) == (503, "invalid_request_error", "feature_unavailable")


# The audit log.


async def test_the_audit_log_is_the_journal_without_secrets_and_without_itself(gateway, admin, chat):
    await chat(gateway, key="sk-secret-0123456789")
    bad = await chat(gateway, model="nope", path="/a")
    await admin(gateway, "GET /budgets")
    told = await admin(gateway, "GET /audit/log")
    assert (told["total"], "sk-secret-0123456789" in str(told)) == (2, False)
    newest, oldest = told["entries"]
    assert (newest["status_code"], newest["error_type"], newest["user_path"]) == (400, "invalid_request_error", "/a")
    assert newest["data"]["error_message"]
    assert newest["request_id"] == bad.request_id
    assert (oldest["provider"], oldest["method"], oldest["path"]) == ("openai", "POST", CHAT)
    assert oldest["usage"]["output_tokens"] == 3
    assert oldest["data"]["response_body"]["choices"][0]["message"]["content"] == "one two three"


@pytest.mark.parametrize(
    ("query", "count"),
    [("status_code=400", 1), ("method=post", 3), ("model=nope", 1), ("stream=true", 1), ("provider=openai", 2),
     ("error_type=invalid_request_error", 1), ("path=/v1/chat", 3), ("user_path=/a", 1), ("search=NOPE", 1)],
)  # fmt: skip
async def test_the_audit_log_is_searched(gateway, admin, chat, query, count):
    await chat(gateway, path="/a")
    await chat(gateway, stream=True)
    await chat(gateway, model="nope")
    assert (await admin(gateway, f"GET /audit/log?{query}"))["total"] == count


async def test_a_conversation_is_what_goes_before_a_response_and_after_it(gateway, admin, ask):
    previous, exchanges = None, []
    for text in ("a", "b", "c"):
        body = {"model": "gpt-4o", "input": text, "previous_response_id": previous}
        exchanges.append(await ask(gateway, "POST", "/v1/responses", body))
        previous = read(exchanges[-1])["id"]
    await ask(gateway, "POST", "/v1/responses", {"model": "gpt-4o", "input": "elsewhere"})
    told = await admin(gateway, f"GET /audit/conversation?log_id={exchanges[1].request_id}")
    assert [entry["id"] for entry in told["entries"]] == [exchange.request_id for exchange in exchanges]


# Models and providers.


async def test_models_are_told_with_who_provides_them_and_counted_by_category(gateway, admin):
    rows = await admin(gateway, "GET /models")
    counts = {row["category"]: row["count"] for row in await admin(gateway, "GET /models/categories")}
    assert counts["all"] == len(rows)
    sounds = await admin(gateway, "GET /models?category=audio")
    assert counts["audio"] == len(sounds) > 0
    row = next(row for row in rows if row["selector"] == "openai/gpt-4o")
    assert (row["provider_type"], row["model"]["metadata"]["pricing"]["output_per_mtok"]) == ("openai", 10)
    assert row["access"]["effective_enabled"] is True


async def test_a_provider_whose_last_call_failed_is_degraded_until_one_goes_well(gw, admin, chat):
    gateway = gw({"gateway": "gomodel", "rules": [{"replies": [{"error": 503, "message": "Down."}, "up"]}]})
    states = []
    for _ in "ab":
        await chat(gateway)
        told = await admin(gateway, "GET /providers/status")
        openai = next(each for each in told["providers"] if each["name"] == "openai")
        states.append((told["summary"]["overall_status"], openai["status"], openai.get("last_error")))
    assert states == [("degraded", "degraded", "Down."), ("healthy", "healthy", None)]


async def test_an_override_is_shown_with_its_model(gateway, admin):
    put = await admin(gateway, "PUT /model-overrides/openai%2Fgpt-4o", {"user_paths": ["/team"]})
    assert await admin(gateway, "GET /model-overrides") == [put]
    row = next(row for row in await admin(gateway, "GET /models") if row["selector"] == "openai/gpt-4o")
    assert row["access"]["user_paths"] == ["/team"]
    assert await admin(gateway, "DELETE /model-overrides/openai/gpt-4o") == 204
    assert (await admin(gateway, "DELETE /model-overrides/openai/gpt-4o"))[0] == 404
    assert await admin(gateway, "PUT /model-overrides/nope", {}) == (400, "unsupported model: nope")


async def test_a_refresh_counts_what_there_is(gateway, admin):
    told = await admin(gateway, "POST /runtime/refresh")
    assert (told["status"], told["started_at"]) == ("ok", START)
    assert told["model_count"] == len(await admin(gateway, "GET /models"))
    assert (await admin(gateway, "GET /dashboard/config"))["CACHE_ENABLED"] == "on"


# Keys.


async def test_a_key_works_from_when_it_is_made_until_it_is_switched_off(gw, admin, chat):
    gateway = gw({"gateway": "gomodel", "unknown_keys": "refuse", "keys": {"sk-boss": {"dashboard": True}}})
    boss = {"authorization": "Bearer sk-boss"}
    asked = {"name": "ci", "user_path": "team/ci", "allowed_models": ["gpt-4o"], "labels": ["x"], "description": "CI"}
    made = await admin(gateway, "POST /auth-keys", asked, **boss)
    secret = made.pop("value")
    assert secret.startswith("sk_gom_")
    assert (made["user_path"], made["active"], made["redacted_value"]) == ("/team/ci", True, f"sk_gom_...{secret[-4:]}")
    assert (await chat(gateway, key=secret)).status == 200
    assert (await chat(gateway, key=secret, model="gpt-4o-mini")).status == 403
    listed = await admin(gateway, "GET /auth-keys", **boss)
    assert secret not in str(listed)
    assert {**made, "last_used_at": START} in listed
    usage = await admin(gateway, "GET /usage/user-paths", **boss)
    assert [row["user_path"] for row in usage] == ["/team/ci"]
    assert await admin(gateway, f"POST /auth-keys/{made['id']}/deactivate", **boss) == 204
    refused = await chat(gateway, key=secret)
    assert (refused.status, read(refused)["error"]["message"]) == (401, "authentication failed")
    listed = {key["id"]: key for key in await admin(gateway, "GET /auth-keys", **boss)}
    assert (listed[made["id"]]["active"], listed[made["id"]]["deactivated_at"]) == (False, START)


async def test_a_keys_rights_and_models_are_changed(gateway, admin, chat):
    made = await admin(gateway, "POST /auth-keys", {"name": "ci"})
    bearer = {"authorization": f"Bearer {made['value']}"}
    assert (await admin(gateway, "GET /budgets", **bearer))[0] == 403
    changed = await admin(gateway, f"PUT /auth-keys/{made['id']}/dashboard-access", {"dashboard_access": True})
    assert changed["dashboard_access"] is True
    assert "budgets" in await admin(gateway, "GET /budgets", **bearer)
    for models, status in ((["gpt-4o-mini"], 403), ([], 200)):
        await admin(gateway, f"PUT /auth-keys/{made['id']}/allowed-models", {"allowed_models": models})
        assert (await chat(gateway, key=made["value"])).status == status


async def test_a_key_expires_when_it_was_told_to(gateway, admin, chat):
    made = await admin(gateway, "POST /auth-keys", {"name": "brief", "expires_at": "2025-01-01T01:00:00Z"})
    assert (await chat(gateway, key=made["value"])).status == 200
    gateway.session().clock.advance(3600)
    assert (await chat(gateway, "later", key=made["value"])).status == 401


@pytest.mark.parametrize(
    ("line", "body", "refusal"),
    [
        ("POST /auth-keys", {}, (400, "name is required")),
        ("POST /auth-keys", {"name": 7}, (400, "invalid request body: name must be a string")),
        (
            "POST /auth-keys",
            {"name": "x", "labels": "y"},
            (400, "invalid request body: labels must be a list of strings"),
        ),
        ("POST /auth-keys", [], (400, "invalid request body: expected a JSON object")),
        ("POST /auth-keys/none/deactivate", None, (404, "auth key not found: none")),
        ("PUT /auth-keys/none/dashboard-access", {}, (400, "dashboard_access is required")),
        ("PUT /budgets/team/daily", {"amount": 0}, (400, "amount must be a finite number greater than 0")),
        ("PUT /budgets/team/yearly", {"amount": 1}, (400, "period must be one of hourly, daily, weekly, monthly")),
        ("PUT /budgets", {"user_path": "/a", "amount": 1}, (400, "period or period_seconds is required")),
        ("DELETE /budgets/team/daily", None, (404, "budget not found: /team daily")),
        ("POST /budgets/reset", {}, (400, "confirmation must be reset")),
        ("PUT /aliases/fast", {}, (400, "target_model is required")),
        ("PUT /aliases/fast", {"target_model": "nope"}, (400, "unsupported model: nope")),
        ("DELETE /aliases/fast", None, (404, "alias not found: fast")),
        ("PUT /guardrails/g", {"type": "odd"}, (400, 'unknown guardrail type: "odd"')),
        ("DELETE /guardrails/g", None, (404, "guardrail not found: g")),
        ("GET /workflows/none", None, (404, "workflow not found: none")),
        ("POST /workflows", {"scope_model": "gpt-4o"}, (400, "scope_model requires scope_provider_name")),
        ("POST /workflows", {"scope_provider_name": "nobody"}, (400, "unknown provider name: nobody")),
        ("POST /workflows", {"workflow_payload": {"guardrails": [{"ref": "g"}]}}, (400, "unknown guardrail ref: g")),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_refused_and_says_why(gateway, admin, line, body, refusal):
    assert await admin(gateway, line, body) == refusal


# Budgets.


async def test_a_budget_is_set_spent_reset_and_given_up(gateway, admin, chat):
    told = await admin(gateway, "PUT /budgets/team%2Fa/daily", {"amount": 0.00001})
    (budget,) = told["budgets"]
    assert (budget["user_path"], budget["period_seconds"], budget["source"]) == ("/team/a", 86_400, "manual")
    assert (budget["period_start"], budget["period_end"]) == (START, "2025-01-02T00:00:00Z")
    paid = await chat(gateway, path="/team/a/x")
    refused = await chat(gateway, "more", path="/team/a")
    error = read(refused)["error"]
    assert (refused.status, error["type"], error["code"]) == (429, "rate_limit_error", "budget_exceeded")
    assert refused.answer.headers["retry-after"] == "86400"
    (budget,) = (await admin(gateway, "GET /budgets"))["budgets"]
    assert (budget["spent"], budget["has_usage"]) == (pytest.approx(float(paid.cost)), True)
    key = {"user_path": "/team/a", "period": "daily"}
    (budget,) = (await admin(gateway, "POST /budgets/reset-one", key))["budgets"]
    assert (budget["spent"], budget["last_reset_at"]) == (0, START)
    assert (await chat(gateway, "and more", path="/team/a")).status == 200
    assert (await chat(gateway, "too much", path="/team/a")).status == 429
    daily = {"user_path": "/team/a", "budget_key": {"period_seconds": 86_400}}
    assert await admin(gateway, "DELETE /budgets", daily) == {"budgets": [], "server_time": START}
    assert (await chat(gateway, "for free", path="/team/a")).status == 200


async def test_all_budgets_are_reset_where_that_is_confirmed(gw, admin, chat):
    gateway = gw({"gateway": "gomodel", "budgets": {"/": {"hourly": 0.00001}}})
    await chat(gateway)
    assert (await chat(gateway, "more")).status == 429
    assert await admin(gateway, "POST /budgets/reset", {"confirmation": "reset"}) == {"status": "ok"}
    assert (await chat(gateway, "again")).status == 200
    assert (await admin(gateway, "GET /budgets"))["budgets"][0]["source"] == "config"


async def test_periods_begin_when_the_settings_say(gateway, admin):
    await admin(gateway, "PUT /budgets", {"user_path": "/", "budget_key": {"period": "daily"}, "amount": 1})
    told = await admin(gateway, "PUT /budgets/settings", {"daily_reset_hour": 6, "updated_at": START})
    assert told["daily_reset_hour"] == 6
    (budget,) = (await admin(gateway, "GET /budgets"))["budgets"]
    assert (budget["period_start"], budget["period_end"]) == ("2024-12-31T06:00:00Z", "2025-01-01T06:00:00Z")
    assert (await admin(gateway, "PUT /budgets/settings", {"daily_reset_hour": 24}))[0] == 400
    assert await admin(gateway, "GET /budgets/settings") == told


# Aliases, guardrails, workflows.


async def test_an_alias_stands_for_its_model_while_it_is_enabled(gateway, admin, chat):
    put = await admin(gateway, "PUT /aliases/fast", {"target_model": "gpt-4o", "target_provider": "openai"})
    answered = await chat(gateway, model="fast")
    assert (answered.status, answered.names[-1]) == (200, "gpt-4o")
    (listed,) = await admin(gateway, "GET /aliases")
    assert listed == {**put, "resolved_model": "openai/gpt-4o", "provider_type": "openai", "valid": True}
    await admin(gateway, "PUT /aliases/fast", {"target_model": "gpt-4o", "enabled": False})
    assert (await chat(gateway, "off", model="fast")).status == 400
    assert [alias["enabled"] for alias in await admin(gateway, "GET /aliases")] == [False]
    assert await admin(gateway, "DELETE /aliases/fast") == 204
    assert await admin(gateway, "GET /aliases") == []


async def test_aliases_of_the_scenario_are_listed_too(gw, admin):
    (listed,) = await admin(gw({"gateway": "gomodel", "aliases": {"team/fast": "gpt-4o"}}), "GET /aliases")
    assert (listed["name"], listed["target_model"], listed["valid"]) == ("team/fast", "gpt-4o", True)


async def test_guardrails_and_workflows_are_kept_as_they_were_put(gateway, admin):
    guardrail = {"type": "system_prompt", "config": {"mode": "inject", "content": "Be kind."}}
    put = await admin(gateway, "PUT /guardrails/kind", guardrail)
    assert (put["name"], put["config"], put["created_at"]) == ("kind", guardrail["config"], START)
    assert await admin(gateway, "GET /workflows/guardrails") == ["kind"]
    payload = {"features": {"guardrails": True}, "guardrails": [{"ref": "kind", "step": 1}]}
    asked = {"name": "w", "scope_provider_name": "openai", "scope_model": "gpt-4o", "workflow_payload": payload}
    first, second = [await admin(gateway, "POST /workflows", asked) for _ in "ab"]
    assert (second["version"], second["workflow_payload"]) == (2, payload)
    assert [kept["id"] for kept in await admin(gateway, "GET /workflows")] == [second["id"]]
    assert (await admin(gateway, f"GET /workflows/{first['id']}"))["active"] is False
    assert await admin(gateway, f"POST /workflows/{second['id']}/deactivate") == 204
    assert await admin(gateway, "GET /workflows") == []
    assert await admin(gateway, "DELETE /guardrails/kind") == 204


# Whose scenario is changed.


async def test_a_session_that_is_named_changes_only_its_own(gateway, admin, ask):
    await admin(gateway, "PUT /aliases/fast", {"target_model": "gpt-4o"}, **{"x-mockgate-session": "mine"})
    statuses = [
        (await ask(gateway, "POST", CHAT, {**HI, "model": "fast"}, **headers)).status
        for headers in ({"x-mockgate-session": "mine"}, {})
    ]
    assert statuses == [200, 400]


async def test_a_mounted_gateway_is_run_below_its_name(gw, ask):
    gateway = gw({"rules": [{"reply": "ho"}]})
    made = await ask(gateway, "POST", "/gomodel/admin/api/v1/aliases/fast", None)
    assert made.status == 405
    assert (await ask(gateway, "PUT", "/gomodel/admin/aliases/fast", {"target_model": "gpt-4o"})).status == 200
    assert (await ask(gateway, "POST", f"/gomodel{CHAT}", {**HI, "model": "fast"})).status == 200
    old = await ask(gateway, "GET", "/gomodel/admin/api/v1/aliases")
    assert old.answer.headers["link"] == '</gomodel/admin/>; rel="successor-version"'
    assert (await ask(gateway, "GET", "/admin/aliases")).status == 404


def test_nothing_is_said_over_the_wire_where_something_is_done(live):
    server = live({"gateway": "gomodel", "aliases": {"fast": "gpt-4o"}})
    request = Request(f"{server.url}/admin/aliases/fast", method="DELETE", headers={"authorization": "Bearer sk-1"})
    with urlopen(request) as answer:
        assert (answer.status, answer.read()) == (204, b"")
