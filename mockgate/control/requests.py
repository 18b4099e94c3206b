"""The journal over HTTP: listed by a filter and a page at a time, one in full, as it happens, cleared."""

from typing import Annotated

import msgspec

from ..errors import GatewayError
from ..verification import Filter, Number, select
from ..wire import Answer, Feed, json_answer
from .live import live
from .visit import Visit


class Listing(Filter, frozen=True):
    """Which requests to list: those numbered above `after`, at most `limit` of them."""

    after: Number = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


def listing(visit: Visit) -> Answer:
    """List requests, oldest first; `last` is the cursor for the next page, to be sent as `after`."""
    wanted = visit.query(Listing)
    found = [each for each in select(visit.session.journal, wanted) if each.number > wanted.after]
    shown = found[: wanted.limit]
    last = shown[-1].number if shown else wanted.after
    body = {
        "requests": [exchange.describe() for exchange in shown],
        "last": last,
        "has_more": len(found) > len(shown),
    }
    return json_answer(body)


def one(visit: Visit) -> Answer:
    """Return a request by its number or id, with its answer, timing and usage."""
    journal, id = visit.session.journal, visit.params["id"]
    found = next((each for each in journal if id in {str(each.number), each.request_id}), None)
    if found is None:
        numbers = [each.number for each in journal]
        kept = f"the journal holds numbers {min(numbers)} to {max(numbers)}" if numbers else "the journal is empty"
        raise GatewayError("not_found", f"No request '{id}' in session '{visit.session.name}'.", hint=kept)
    return json_answer(found.describe())


def clear(visit: Visit) -> Answer:
    """Forget the requests so far; their numbers go on."""
    count = len(visit.session.journal)
    visit.session.journal.clear()
    return json_answer({"cleared": count})


def feed(visit: Visit) -> Answer:
    """Tell of requests as they end, as server-sent events: of the session named, else of all."""
    wanted = visit.query(Filter)
    return Feed(pieces=live(visit.gateway, wanted, visit.session.name if visit.named else None))
