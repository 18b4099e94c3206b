"""What values look like in a text, and how what was found reads: the expressions that clues are found by."""

import re
from collections.abc import Callable
from typing import Any

from ..expressions import regex
from .language import bag

READ_LIMIT = 4000  # characters
EMAIL = regex(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URL = regex(r"https?://[^\s<>\"'”)]+[^\s<>\"'”).,!?;:]")
UUID = regex(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
ISO_DATE = regex(r"\b\d{4}-\d{2}-\d{2}\b")
ISO_MOMENT = regex(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?")
DATE = regex(
    rf"\b(?:\d{{4}}-\d{{2}}-\d{{2}}|(?:{MONTHS})[a-z]* \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTHS})[a-z]*(?: \d{{4}})?"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    r"|(?:next |this |on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|tonight|yesterday"
    r"|(?:next|this) (?:week|month|year|weekend))\b",
    re.IGNORECASE,
)
TIME = regex(r"\b(?:\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m)?|\d{1,2}\s*[ap]m|noon|midnight)\b", re.IGNORECASE)
PHONE = regex(r"(?<!\w)\+?\d[\d ()-]{6,}\d\b")
NUMBER = regex(r"(?<![\w.])(?P<sign>-?)[$€£]?(?P<number>\d[\d,]*(?:\.\d+)?)(?P<times>[kKmM]\b)?(?=\W|$|[A-Za-z°%])")
QUOTED = regex(r"[\"“«]([^\"”»]+)[\"”»]|`([^`]+)`|(?<!\w)['‘]([^'’]+)['’](?!\w)")
CODE = regex(r"#?\b(?=[\w-]*\d)[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*\b")
CURRENCY = regex(r"\b(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|INR|SEK|NOK|DKK|PLN|CZK|BRL|MXN|KRW|NZD|ZAR|TRY|UAH|RUB)\b")
SYMBOL = regex(r"\b[A-Z]{2,5}\b")
PROPER = r"[A-Z][\w'’.-]*(?: (?:(?:de|la|le|da|van|von|of|the|am|upon) )?[A-Z][\w'’-]*){0,3}"
ABOUT = regex(
    r"\b(?:search|look|google|find|looking)(?: (?:up|on|in|through|the|web|internet|online|docs"
    r"|documentation|database))*"
    r"(?: for| about)? (?P<what>[^.?!\n]+)|\b(?:about|regarding|titled|called|named|saying"
    r"|says) (?P<other>[^.?!\n]+)",
    re.IGNORECASE,
)
BEFORE = "from|departing|leaving|starting|between"
AFTER = "to|into|towards|arriving in|and"
PERSON = regex(r"(?<!^)(?<![.!?] )\b[A-Z][a-z]+(?: [A-Z][a-z]+)?\b")
SMALL_PLACE = regex(
    r"\b(?:in|near|for|from|to) ([^\W\d_]{3,}(?: [^\W\d_]{3,})??)(?=\s*(?:[?.!,]|$|today|tomorrow|now|right))"
)
NOT_PLACES = bag("the a an my our your this that it me please celsius fahrenheit kelvin metric imperial general")
NO_NAMES = bag("I The A An What Which Who How When Where Why Is Are Please Can Could Monday Today Tomorrow")

PLACES = bag("city location place town region country destination origin area address where venue capital")
SOURCES = bag("from origin source departure start sender")
TARGETS = bag("to destination target arrival end dest")
PEOPLE = bag(
    "name person recipient contact attendee customer user author guest friend to participant participants"
    " attendees guests people names recipients assignee patient"
)
ASKED = bag("query question search q keywords term topic subject")
WHOLE = bag("text input prompt message content body request task query question q note")
SUMS = bag("expression formula equation calculation math expr")


def number_in(found: re.Match[str], kind: str) -> float | None:
    """Read a number: whole where the schema wants it whole."""
    value = float(found["number"].replace(",", "").rstrip(".") or 0)
    value *= {"k": 1e3, "m": 1e6}.get((found["times"] or "").lower(), 1)
    value = -value if found["sign"] else value
    return int(value) if kind == "integer" or value.is_integer() else value


def inside(found: re.Match[str]) -> str:
    """Read what stands within quotation marks."""
    return next(group for group in found.groups() if group is not None).strip()


def has_kind(text: str, name: str, part: Any) -> bool:
    """Has a text a value of the kind that a property's schema and name call for: a number, a date, an address?"""
    schema = part if isinstance(part, dict) else {}
    if schema.get("type") in ("integer", "number"):
        return NUMBER.search(text) is not None
    words = frozenset(re.findall(r"[a-z]+", name.lower()))
    by_sight = [shape for sign, shape in SHAPES if sign(schema.get("format"), words)]
    dated = [DATE] if words & {"date", "day", "when"} else []
    return any(shape.search(text) for shape in (*by_sight, *dated))


def last_in(found: re.Match[str]) -> str:
    """Read the innermost group."""
    return found[found.lastindex or 0]


def name_in(found: re.Match[str]) -> str | None:
    """Read a proper name; None when it is a currency or a date."""
    name = found[1].rstrip(".-'’")
    return None if name in NO_NAMES or CURRENCY.fullmatch(name) or DATE.fullmatch(name) else name


def small_in(found: re.Match[str]) -> str | None:
    """Read a place in small letters; None when the word is no place."""
    return None if found[1].lower().split()[0] in NOT_PLACES or DATE.fullmatch(found[1]) else found[1]


#: When a string must be of a shape that can be told at sight.
SHAPES: tuple[tuple[Callable[[Any, frozenset[str]], bool], re.Pattern[str]], ...] = (
    (lambda form, words: form == "email" or bool(words & {"email", "mail"}), EMAIL),
    (lambda form, words: form in ("uri", "url") or bool(words & {"url", "uri", "link", "website"}), URL),
    (lambda form, _words: form == "uuid", UUID),
    (lambda form, words: form is None and "to" in words, EMAIL),
    (lambda form, _words: form == "date", ISO_DATE),
    (lambda form, _words: form == "date-time", ISO_MOMENT),
    (lambda form, words: form is None and "time" in words, TIME),
    (lambda form, words: form is None and bool(words & {"phone", "telephone", "mobile"}), PHONE),
)
