"""Lists a page at a time: the query that asks for a page, and the list object that answers.

Source: OpenAI's API reference; all of its list operations share `limit`, `after` and `order`.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from .errors import GatewayError
from .wire import Call


class Listing(msgspec.Struct, frozen=True):
    """The query of a list; what is left out is as the operation has it."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    order: Literal["asc", "desc"] | None = None
    after: str | None = None


class AnthropicListing(msgspec.Struct, frozen=True):
    """The query of a list of Anthropic's."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    before_id: str | None = None
    after_id: str | None = None
    page: str | None = None


class Page(msgspec.Struct, frozen=True):
    """Some of a list, and whether more follow."""

    items: list[Any]
    more: bool


def page(
    call: Call,
    items: Sequence[dict[str, Any]],
    *,
    order: Literal["asc", "desc"] = "desc",
    limit: int = 20,
    most: int = 100,
) -> Page:
    """Return the page of `items` (oldest first, each with an `id`) that a call's query asks for.

    `order` and `limit` are the operation's defaults, `most` its highest limit. Raises GatewayError (400) for a
    limit out of range, an unknown order, or a cursor that names no item.
    """
    asked = call.arguments()
    direction = asked.get("order", order)
    if direction not in {"asc", "desc"}:
        message = f"Invalid value: '{direction}'. Supported values are: 'asc' and 'desc'."
        raise GatewayError("bad_request", message, param="order", code="invalid_value")
    size = _limit(asked["limit"], most) if "limit" in asked and not (call.lenient and asked["limit"] == "0") else limit
    ordered = list(items) if direction == "asc" else list(reversed(items))
    known = not call.lenient or any(item["id"] == asked.get("after") for item in ordered)
    begin = _place_after(ordered, asked["after"]) if "after" in asked and known else 0
    return Page(ordered[begin : begin + size], begin + size < len(ordered))


def _limit(written: str, most: int) -> int:
    try:
        size = int(written)
    except ValueError:
        message = f"Invalid type for 'limit': expected an integer, but got '{written}' instead."
        raise GatewayError("bad_request", message, param="limit", code="invalid_type") from None
    if size < 1:
        message = f"Invalid 'limit': integer below minimum value. Expected a value >= 1, but got {size} instead."
        raise GatewayError("bad_request", message, param="limit", code="integer_below_min_value")
    if size > most:
        message = f"Invalid 'limit': integer above maximum value. Expected a value <= {most}, but got {size} instead."
        raise GatewayError("bad_request", message, param="limit", code="integer_above_max_value")
    return size


def _place_after(ordered: Sequence[dict[str, Any]], cursor: str, param: str = "after") -> int:
    for place, item in enumerate(ordered):
        if item["id"] == cursor:
            return place + 1
    raise GatewayError("bad_request", f"No item found with id '{cursor}'.", param=param, code="invalid_value")


def list_object(shown: Page) -> dict[str, Any]:
    """Word a page as OpenAI's list object."""
    items = shown.items
    return {
        "object": "list",
        "data": items,
        "first_id": items[0]["id"] if items else None,
        "last_id": items[-1]["id"] if items else None,
        "has_more": shown.more,
    }


def _anthropic_limit(written: str, call: Call) -> int:
    size = int(written) if written.removeprefix("-").isdecimal() and len(written) < 10 else None
    if call.lenient and size == 0:
        return 20
    if size is not None and 1 <= size <= 1000:
        return size
    fault = (
        "Input should be a valid integer, unable to parse string as an integer"
        if size is None
        else f"Input should be {'greater than or equal to 1' if size < 1 else 'less than or equal to 1000'}"
    )
    raise GatewayError("bad_request", f"limit: {fault}", param="limit", code="invalid_value")


def anthropic_list(call: Call, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Word the page of `items` (newest first, each with an `id`) that a call's query asks for as Anthropic's list.

    Raises GatewayError (400) for a limit out of range, or a cursor that names no item. Source: Anthropic's API
    reference: `before_id` asks for the page that ends before an item, `after_id` for the one that begins after it, as
    does `page`, the `next_page` of newer lists.
    """
    asked = call.arguments()
    size = _anthropic_limit(asked["limit"], call) if "limit" in asked else 20
    ids = [item["id"] for item in items]
    begin, end = 0, len(items)
    after = asked["page"].removeprefix("page_") if "page" in asked else asked.get("after_id")
    if after is not None and (after in ids or not call.lenient):
        begin = _place_after(items, after, "after_id")
    if (before := asked.get("before_id")) is not None and (before in ids or not call.lenient):
        end = _place_after(items, before, "before_id") - 1
        begin = max(begin, end - size)
        more = begin > 0
    else:
        more = begin + size < end
    shown = items[begin : min(end, begin + size)]
    first, last = (shown[0]["id"], shown[-1]["id"]) if shown else (None, None)
    return {"data": shown, "has_more": more, "first_id": first, "last_id": last}
