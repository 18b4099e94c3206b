import pytest

from mockgate.errors import GatewayError
from mockgate.paging import anthropic_list, list_object, page
from mockgate.wire import Call

ITEMS = [{"id": letter} for letter in "abcdefghij"]


def shown(query: str, items=ITEMS, **rest) -> tuple[str, bool]:
    result = page(Call("GET", "/", query), items, **rest)
    return "".join(item["id"] for item in result.items), result.more


@pytest.mark.parametrize(
    ("query", "rest", "expected"),
    [
        ("", {}, ("jihgfedcba", False)),
        ("", {"order": "asc"}, ("abcdefghij", False)),
        ("", {"limit": 3}, ("jih", True)),
        ("order=asc&limit=10", {}, ("abcdefghij", False)),
        ("order=asc&limit=9", {}, ("abcdefghi", True)),
        ("order=asc&limit=3&after=c", {}, ("def", True)),
        ("order=desc&limit=3&after=c", {}, ("ba", False)),
        ("order=asc&after=j", {}, ("", False)),
    ],
)
def test_a_page_is_cut_by_order_limit_and_cursor(query, rest, expected):
    assert shown(query, **rest) == expected


def test_walking_by_cursor_shows_every_item_once():
    walked, more, query = "", True, "order=asc&limit=3"
    while more:
        items, more = shown(query)
        walked += items
        query = f"order=asc&limit=3&after={items[-1]}"
    assert walked == "abcdefghij"


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("limit=0", "limit", "integer_below_min_value"),
        ("limit=-1", "limit", "integer_below_min_value"),
        ("limit=101", "limit", "integer_above_max_value"),
        ("limit=ten", "limit", "invalid_type"),
        ("limit=", "limit", "invalid_type"),
        ("limit=" + "9" * 5000, "limit", "invalid_type"),
        ("order=up", "order", "invalid_value"),
        ("after=zz", "after", "invalid_value"),
    ],
)
def test_a_page_that_cannot_be_is_refused_by_name(query, param, code):
    with pytest.raises(GatewayError) as refused:
        shown(query)
    assert (refused.value.status, refused.value.param, refused.value.code) == (400, param, code)


def test_a_list_object_names_its_first_and_last_item_and_an_empty_one_names_none():
    full = list_object(page(Call("GET", "/", "limit=2"), ITEMS))
    assert (full["object"], full["first_id"], full["last_id"], full["has_more"]) == ("list", "j", "i", True)
    empty = list_object(page(Call("GET", "/"), []))
    assert (empty["data"], empty["first_id"], empty["last_id"], empty["has_more"]) == ([], None, None, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ("abcdefghij", False)),
        ("limit=4", ("abcd", True)),
        ("limit=4&after_id=d", ("efgh", True)),
        ("limit=4&page=page_g", ("hij", False)),
        ("limit=4&before_id=f", ("bcde", True)),
        ("limit=4&before_id=c", ("ab", False)),
        ("before_id=a", ("", False)),
        ("after_id=j", ("", False)),
    ],
)
def test_anthropics_lists_are_paged_both_ways(query, expected):
    result = anthropic_list(Call("GET", "/", query), ITEMS)
    items = "".join(item["id"] for item in result["data"])
    assert (items, result["has_more"]) == expected
    assert (result["first_id"], result["last_id"]) == ((items[0], items[-1]) if items else (None, None))


@pytest.mark.parametrize("query", ["limit=1001", "limit=0", "after_id=zz", "before_id=zz", "page=page_zz"])
def test_a_page_of_anthropics_that_cannot_be_is_refused(query):
    with pytest.raises(GatewayError) as refused:
        anthropic_list(Call("GET", "/", query), ITEMS)
    assert refused.value.status == 400
