"""The audit log: who asked what, and what became of it. It is the session's journal, in GoModel's words."""

from collections.abc import Iterator
from typing import Any

from ...accounts import account
from ...books import cache_of, day_of, tally
from ...errors import GatewayError
from ...journal import Exchange
from ...keys import key_id
from ...wire import Answer, Sse, json_answer
from ...wording import bad_request
from .desk import Desk, moment, shown
from .usage import Window, window

#: Families whose calls are about the gateway itself.
_OWN = {"backoffice", "admin", "metrics"}


def log(desk: Desk) -> Answer:
    """List calls, the newest first: as many as the journal keeps."""
    asked, limit, offset = window(desk, "all"), desk.number("limit", 25, 100), desk.number("offset", 0, 10**9)
    entries = [entry for entry in _entries(desk, asked) if _wanted(desk, entry)]
    told = {"entries": entries[offset : offset + limit], "total": len(entries), "limit": limit, "offset": offset}
    return json_answer(told)


def conversation(desk: Desk) -> Answer:
    """List the responses that go before one and after it, each answering the one before."""
    id, limit = desk.query("log_id"), desk.number("limit", 40, 200)
    if not id:
        raise bad_request("log_id is required", "log_id")
    exchanges = [exchange for exchange in desk.session.journal if exchange.family not in _OWN]
    anchor = next((exchange for exchange in exchanges if exchange.request_id == id), None)
    found = [] if anchor is None else [*_before(anchor, exchanges), anchor, *_after(anchor, exchanges)]
    return json_answer({"anchor_id": id, "entries": [_entry(desk, exchange) for exchange in found[:limit]]})


def _before(anchor: Exchange, exchanges: list[Exchange]) -> list[Exchange]:
    found: list[Exchange] = []
    wanted = _fields(anchor).get("previous_response_id")
    for exchange in reversed(exchanges):
        if wanted and _answered(exchange).get("id") == wanted:
            found.insert(0, exchange)
            wanted = _fields(exchange).get("previous_response_id")
    return found


def _after(anchor: Exchange, exchanges: list[Exchange]) -> Iterator[Exchange]:
    known = {_answered(anchor).get("id", anchor)}
    for exchange in exchanges:
        if _fields(exchange).get("previous_response_id") in known:
            known.add(_answered(exchange).get("id", exchange))
            yield exchange


def _fields(exchange: Exchange) -> dict[str, Any]:
    try:
        body = exchange.call.json() if exchange.call.raw[:1] == b"{" else {}
    except GatewayError:  # it was refused for that
        body = {}
    return {name: value for name, value in body.items() if isinstance(value, str)}


def _answered(exchange: Exchange) -> dict[str, Any]:
    answer = exchange.describe()["answer"]
    return answer if isinstance(answer, dict) else {}


def _entries(desk: Desk, asked: Window) -> Iterator[dict[str, Any]]:
    policy = desk.session.policy
    for exchange in reversed([*desk.session.journal]):
        on = account(exchange.call, exchange.caller, policy.account_header)
        if exchange.family not in _OWN and asked.shows(day_of(exchange), on, cache_of(exchange)):
            yield _entry(desk, exchange)


def _wanted(desk: Desk, entry: dict[str, Any]) -> bool:
    """Tell whether an entry is what the query's other parameters ask for."""
    said = {name.replace("model", "requested_model"): desk.query(name) for name in ("model", "provider", "error_type")}
    said |= {"method": desk.query("method").upper(), "status_code": desk.query("status_code")}
    said |= {"stream": desk.query("stream").title()}
    exact = all(not value or str(entry.get(name, "")) == value for name, value in said.items())
    words = f"{entry['requested_model']} {entry['provider']} {entry['path']} {entry['request_id']}".lower()
    return exact and desk.query("path") in entry["path"] and desk.query("search").lower() in words


def _entry(desk: Desk, exchange: Exchange) -> dict[str, Any]:
    policy, error = desk.session.policy, exchange.error
    provider, resolved = policy.catalogue.owner(exchange.model), exchange.names[-1]
    told = {
        "id": exchange.request_id,
        "timestamp": moment(exchange.started),
        "duration_ns": int(exchange.seconds * 1e9),
        "requested_model": exchange.model,
        "resolved_model": resolved,
        "provider": provider,
        "provider_name": provider,
        "alias_used": exchange.model in policy.scenario.aliases,
        "cache_type": cache_of(exchange),
        "status_code": exchange.status,
        "request_id": exchange.request_id,
        "auth_key_id": key_id(exchange.key) if exchange.key else "",
        "auth_method": "api_key" if exchange.key else "no_key",
        "method": exchange.call.method,
        "path": exchange.call.path,
        "user_path": account(exchange.call, exchange.caller, policy.account_header),
        "stream": isinstance(exchange.answer, Sse),
        "error_type": error.type if error is not None else "",
        "data": _data(exchange),
        "usage": _usage(desk, exchange),
    }
    always = {"requested_model", "provider", "stream"}
    return {name: value for name, value in told.items() if name in always or value not in ("", None, {}, False)}


def _data(exchange: Exchange) -> dict[str, Any]:
    described, error = exchange.describe(), exchange.error
    answer = exchange.answer
    return shown(
        {
            "user_agent": exchange.call.headers.get("user-agent"),
            "error_message": error.message if error is not None else None,
            "error_code": error.code if error is not None else None,
            "request_headers": described["headers"],
            "response_headers": answer.headers if answer is not None else None,
            "request_body": described["body"],
            "response_body": described["answer"],
        }
    )


def _usage(desk: Desk, exchange: Exchange) -> dict[str, Any] | None:
    sums = tally(exchange, desk.session.policy.prices)
    if sums is None:
        return None
    return {
        "entries": 1,
        "input_tokens": sums.input,
        "uncached_input_tokens": sums.input - sums.cached - sums.cache_written,
        "cached_input_tokens": sums.cached,
        "cache_write_input_tokens": sums.cache_written,
        "output_tokens": sums.output,
        "total_tokens": sums.input + sums.output,
        "cached_input_ratio": sums.cached / sums.input if sums.input else 0.0,
    }
