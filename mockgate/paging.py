"""Lists a page at a time: the query that asks for a page, and the list object that answers.

Source: OpenAI's API reference; all of its list operations share `limit`, `after` and `order`.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from .errors import GatewayError
from .wire import Call


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


def _place_after(ordered: Sequence[dict[str, Any]], cursor: str) -> int:
    for place, item in enumerate(ordered):
        if item["id"] == cursor:
            return place + 1
    raise GatewayError("bad_request", f"No item found with id '{cursor}'.", param="after", code="invalid_value")


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
