"""What the session's answers took: summed by day, model or account, and one by one."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from ...accounts import account, tidy, within
from ...books import Page, Sums, cache_of, day_of, tally
from ...errors import GatewayError
from ...journal import Exchange
from ...wire import Answer, json_answer
from ...wording import bad_request
from .desk import Desk, moment

#: How days are put together, by the name of the interval.
_INTERVALS = {"daily": "%Y-%m-%d", "weekly": "%G-W%V", "monthly": "%Y-%m", "yearly": "%Y"}

#: Days that are looked back on where the query says nothing.
_DAYS = 30


class Window(NamedTuple):
    """Which answers are asked about: of days from `first` to `last`, on accounts below `path`, new or given again."""

    first: date
    last: date
    path: str
    caches: tuple[str, ...]

    def shows(self, day: date, account: str, cache: str) -> bool:
        """Tell whether an answer is one of them."""
        return self.first <= day <= self.last and within(account, self.path) and cache in self.caches


def window(desk: Desk, mode: str = "") -> Window:
    """Read which answers a query asks about.

    Raises GatewayError (400) for what is no date.
    """
    today = datetime.fromtimestamp(desk.now, UTC).date()
    first, last = _date(desk, "start_date"), _date(desk, "end_date")
    if first or last:
        last = last or today
        first = first or last - timedelta(days=_DAYS - 1)
    else:
        written = desk.query("days")
        days = int(written) if written.isdecimal() and 0 < len(written) < 6 else _DAYS
        first, last = today - timedelta(days=max(days, 1) - 1), today
    caches = {"cached": ("exact",), "all": ("", "exact")}.get(mode or desk.query("cache_mode"), ("",))
    return Window(first, last, tidy(desk.query("user_path")), caches)


def _date(desk: Desk, name: str) -> date | None:
    written = desk.query(name)
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=UTC).date() if written else None
    except ValueError:
        raise bad_request(f"invalid {name} format, expected YYYY-MM-DD", name) from None


def _pages(desk: Desk, mode: str = "") -> Iterator[tuple[Page, Sums]]:
    """Yield what the books say of the answers that a query asks about."""
    asked, model, provider = window(desk, mode), desk.query("model"), desk.query("provider")
    for page, sums in desk.session.books.pages.items():
        fits = model in {"", page.model} and provider in {"", page.provider}
        if fits and asked.shows(page.day, page.account, page.cache):
            yield page, sums


def _by(desk: Desk, key: Callable[[Page], tuple[str, ...]], mode: str = "") -> dict[tuple[str, ...], Sums]:
    found: dict[tuple[str, ...], Sums] = {}
    for page, sums in _pages(desk, mode):
        found.setdefault(key(page), Sums()).add(sums)
    return dict(sorted(found.items()))


def _dollars(sums: Sums, amount: Decimal) -> float | None:
    return float(amount) if sums.priced else None


def _tokens(sums: Sums) -> dict[str, int]:
    return {
        "input_tokens": sums.input,
        "output_tokens": sums.output,
        "total_tokens": sums.input + sums.output,
        "uncached_input_tokens": sums.input - sums.cached - sums.cache_written,
        "cached_input_tokens": sums.cached,
        "cache_write_input_tokens": sums.cache_written,
    }


def _costs(sums: Sums) -> dict[str, float | None]:
    return {
        "input_cost": _dollars(sums, sums.input_cost),
        "output_cost": _dollars(sums, sums.cost - sums.input_cost),
        "total_cost": _dollars(sums, sums.cost),
    }


def summary(desk: Desk) -> Answer:
    """Sum it all up."""
    sums = _by(desk, lambda _: ()).get((), Sums())
    told = {**_tokens(sums), **_costs(sums)}
    named = {f"total_{name}" if name.startswith(("input", "output")) else name: value for name, value in told.items()}
    return json_answer({"total_requests": sums.requests, **named})


def daily(desk: Desk) -> Answer:
    """Sum it up by day, week, month or year, the newest first."""
    form = _INTERVALS.get(desk.query("interval"), _INTERVALS["daily"])
    found = _by(desk, lambda page: (page.day.strftime(form),))
    rows = [{"date": day, "requests": sums.requests, **_tokens(sums), **_costs(sums)} for (day,), sums in found.items()]
    return json_answer(rows[::-1])


def by_model(desk: Desk) -> Answer:
    """Sum it up by model."""
    found = _by(desk, lambda page: (page.provider, page.model))
    return json_answer(
        [
            {"model": model, "provider": provider, "provider_name": provider, **_tokens(sums), **_costs(sums)}
            for (provider, model), sums in found.items()
        ]
    )


def by_account(desk: Desk) -> Answer:
    """Sum it up by account."""
    found = _by(desk, lambda page: (page.account,))
    return json_answer([{"user_path": path, **_tokens(sums), **_costs(sums)} for (path,), sums in found.items()])


def cache(desk: Desk) -> Answer:
    """Sum up what was answered once more, and what that saved.

    Raises GatewayError (503) where nothing ever is.
    """
    if not desk.session.policy.scenario.manners.caches:
        message = "cache analytics feature is unavailable"
        raise GatewayError("unavailable", message, type="invalid_request_error", code="feature_unavailable")
    form = _INTERVALS.get(desk.query("interval"), _INTERVALS["daily"])
    days = _by(desk, lambda page: (page.day.strftime(form),), "cached")
    total = Sums()
    for sums in days.values():
        total.add(sums)
    told = {"total_hits": total.requests, "exact_hits": total.requests, "semantic_hits": 0}
    told |= {"total_input_tokens": total.input, "total_output_tokens": total.output}
    summed = {**told, "total_tokens": total.input + total.output, "total_saved_cost": _dollars(total, total.cost)}
    return json_answer({"summary": summed, "daily": [_hits(day, sums) for (day,), sums in days.items()][::-1]})


def _hits(day: str, sums: Sums) -> dict[str, Any]:
    return {
        "date": day,
        "hits": sums.requests,
        "exact_hits": sums.requests,
        "semantic_hits": 0,
        "input_tokens": sums.input,
        "output_tokens": sums.output,
        "total_tokens": sums.input + sums.output,
        "saved_cost": _dollars(sums, sums.cost),
    }


def log(desk: Desk) -> Answer:
    """List single answers, the newest first: as many as the journal keeps."""
    asked, wanted = window(desk, desk.query("cache_mode") or "all"), desk.query("search").lower()
    limit, offset = desk.number("limit", 50, 200), desk.number("offset", 0, 10**9)
    entries = [entry for exchange in reversed([*desk.session.journal]) for entry in _entries(desk, exchange, asked)]
    found = [entry for entry in entries if wanted in f"{entry['model']} {entry['provider']} {entry['request_id']}"]
    told = {"entries": found[offset : offset + limit], "total": len(found), "limit": limit, "offset": offset}
    return json_answer(told)


def _entries(desk: Desk, exchange: Exchange, asked: Window) -> Iterator[dict[str, Any]]:
    """Yield the entry of an exchange, if it is asked about."""
    policy = desk.session.policy
    sums = tally(exchange, policy.prices)
    on = account(exchange.call, exchange.caller, policy.account_header)
    if sums is None or not asked.shows(day_of(exchange), on, cache_of(exchange)):
        return
    provider = policy.catalogue.owner(exchange.model)
    yield {
        "id": exchange.request_id,
        "request_id": exchange.request_id,
        "provider_id": "",
        "timestamp": moment(exchange.started),
        "model": exchange.names[-1] or exchange.model,
        "provider": provider,
        "provider_name": provider,
        "endpoint": exchange.call.path,
        "user_path": on,
        **({"cache_type": cache_of(exchange)} if cache_of(exchange) else {}),
        **_tokens(sums),
        **_costs(sums),
    }
