"""What a property's name (and its description) says of its value: an email, a city, a price."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..expressions import regex
from ..rng import Dice
from .fakes import faker
from .language import bag

if TYPE_CHECKING:
    Draw = Callable[[Any, Dice], str]


def day(dice: Dice) -> str:
    """Return a date (RFC 3339 full-date) of 2024 to 2026: it must not depend on when it is drawn."""
    draw = dice.random
    return f"{draw.randint(2024, 2026)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"


def clock_time(dice: Dice) -> str:
    """Return a time of day to the minute."""
    return f"{dice.random.randrange(24):02}:{dice.random.choice((0, 15, 30, 45)):02}:00"


def hexes(dice: Dice, count: int) -> str:
    """Return hexadecimal digits."""
    return f"{dice.random.getrandbits(4 * count):0{count}x}"


def uuid(dice: Dice) -> str:
    """Return a UUID of version 4 (RFC 9562)."""
    raw = hexes(dice, 31)
    return f"{raw[:8]}-{raw[8:12]}-4{raw[12:15]}-{dice.random.choice('89ab')}{raw[15:18]}-{raw[18:30]}"


def _of(*choices: str) -> "Draw":
    return lambda _fake, dice: dice.random.choice(choices)


def _call(method: str) -> "Draw":
    return lambda fake, _dice: str(getattr(fake, method)())


def _first_call(*methods: str) -> "Draw":
    """Not every locale has every kind of thing: the first that it has."""

    def draw(fake: Any, _dice: Dice) -> str:
        return str(next(getattr(fake, method) for method in methods if hasattr(fake, method))())

    return draw


def _code(letters: str, digits: int) -> "Draw":
    return lambda _fake, dice: f"{letters}{dice.random.randrange(10 ** (digits - 1), 10**digits)}"


_TEXTS: "dict[str, Draw]" = {
    "email mail": _call("ascii_safe_email"),
    "first_name given_name firstname": _call("first_name"),
    "last_name surname family_name lastname": _call("last_name"),
    "name full_name person author customer recipient contact attendee": _call("name"),
    "participant owner assignee speaker": _call("name"),
    "participants attendees people members guests authors": _call("name"),
    "username user_name login handle nickname": _call("user_name"),
    "password secret": lambda _fake, dice: f"{hexes(dice, 12)}!",
    "city town location place destination origin capital": _call("city"),
    "state province region": _first_call("state", "administrative_unit", "region", "province", "city"),
    "country nation nationality": _call("country"),
    "country_code": _call("country_code"),
    "address": lambda fake, _dice: str(fake.address()).replace("\n", ", "),
    "street street_address": _call("street_address"),
    "zip zipcode zip_code postcode postal_code postal": _call("postcode"),
    "phone telephone mobile phone_number": _call("phone_number"),
    "company organization organisation employer brand manufacturer vendor supplier": _call("company"),
    "company_name organization_name brand_name": _call("company"),
    "product_name product item_name": _of(
        "Wireless Headphones", "Ceramic Mug", "Desk Lamp", "Trail Backpack", "Travel Kettle", "Linen Shirt"
    ),
    "job job_title occupation profession position": _call("job"),
    "url uri link website homepage webpage href": lambda fake, _dice: f"https://{fake.domain_word()}.example.com/",
    "image photo picture avatar thumbnail": lambda _fake, dice: f"https://example.com/images/{hexes(dice, 8)}.png",
    "domain hostname host": lambda fake, _dice: f"{fake.domain_word()}.example.com",
    "ip ip_address": _call("ipv4_private"),
    "date day due birthday birthdate dob deadline": lambda _fake, dice: day(dice),
    "time": lambda _fake, dice: clock_time(dice)[:5],
    "datetime timestamp created_at updated_at": lambda _fake, dice: f"{day(dice)}T{clock_time(dice)}Z",
    "month": _of("January", "March", "May", "June", "September", "October"),
    "weekday": _of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "timezone": _of("Europe/Oslo", "America/New_York", "Asia/Tokyo", "UTC"),
    "uuid guid": lambda _fake, dice: uuid(dice),
    "id identifier key token": lambda _fake, dice: hexes(dice, 12),
    "order_id order_number": _code("ORD-", 6),
    "user_id customer_id": _code("usr_", 6),
    "sku product_id": _code("SKU-", 5),
    "hash sha checksum digest": lambda _fake, dice: hexes(dice, 40),
    "version": lambda _fake, dice: ".".join(str(dice.random.randrange(10)) for _ in range(3)),
    "currency currency_code": _of("USD", "EUR", "GBP", "JPY", "CHF"),
    "language lang": _of("English", "German", "French", "Spanish", "Japanese"),
    "locale": _of("en-US", "de-DE", "fr-FR", "ja-JP"),
    "status": _of("active", "pending", "completed", "in_progress"),
    "state_of": _of("open", "closed"),
    "priority severity urgency": _of("low", "medium", "high"),
    "sentiment mood": _of("positive", "neutral", "negative"),
    "difficulty level": _of("easy", "medium", "hard"),
    "gender": _of("female", "male", "non-binary"),
    "color colour": _of("blue", "green", "red", "teal", "amber"),
    "size": _of("S", "M", "L", "XL"),
    "unit units": _of("celsius", "metric", "piece"),
    "category genre type kind": _of("general", "technology", "travel", "food", "science"),
    "tag tags label labels keyword keywords topic topics": _of(
        "planning", "research", "design", "quality", "support", "growth", "teamwork"
    ),
    "ingredient ingredients": _of("flour", "butter", "eggs", "garlic", "olive oil", "tomatoes", "basil", "salt"),
    "sky weather conditions condition forecast": _of("clear", "cloudy", "light rain", "windy", "sunny"),
    "ticker symbol": _of("ACME", "GLOB", "INIT", "HOOL"),
    "isbn": _call("isbn13"),
    "file filename file_name": lambda fake, _dice: f"{fake.domain_word()}.txt",
    "path": lambda fake, _dice: f"/data/{fake.domain_word()}.txt",
    "mime content_type": _of("text/plain", "application/json", "image/png"),
    "model": _of("Standard", "Pro", "Lite", "Max"),
}

#: from, to, digits after the point
_NUMBERS: dict[str, tuple[float, float, int]] = {
    "age": (18, 80, 0),
    "price cost amount total subtotal fee salary budget revenue balance": (5, 500, 2),
    "year": (1990, 2026, 0),
    "month": (1, 12, 0),
    "day": (1, 28, 0),
    "hour": (0, 23, 0),
    "minute minutes second seconds": (0, 59, 0),
    "lat latitude": (-60, 70, 4),
    "lon lng long longitude": (-170, 170, 4),
    "rating stars": (1, 5, 1),
    "score confidence probability likelihood relevance": (0, 1, 2),
    "percent percentage": (0, 100, 1),
    "temp temperature": (-5, 32, 1),
    "humidity": (30, 90, 0),
    "quantity qty count guests people servings nights items": (1, 12, 0),
    "weight mass": (0.2, 90, 1),
    "height width length": (10, 200, 0),
    "distance": (1, 500, 1),
    "duration": (5, 120, 0),
    "port": (1024, 65535, 0),
    "timestamp": (1_704_067_200, 1_790_000_000, 0),
    "id": (1000, 99999, 0),
    "stock inventory": (0, 250, 0),
    "discount tax": (0, 30, 1),
    "population": (10_000, 3_000_000, 0),
    "step index rank": (1, 9, 0),
}

_LONG = bag(
    """description summary explanation reasoning reason content body text answer message comment review note
    notes overview details abstract analysis rationale response output bio paragraph conclusion thought
    final_answer feedback recommendation instructions story caption step steps point points"""
)
_TITLES = bag("title headline subject heading event topic_name question query")
_FLAGS = regex(
    r"^(?:is|has|can|should|was|allow|enable|include)(?=[_A-Z])|^(?:active|available|enabled|completed"
    r"|verified|done)$"
)
_SPLIT = regex(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")


def _by_word(table: dict[str, Any]) -> dict[str, Any]:
    return {word: value for words, value in table.items() for word in words.split()}


_TEXT_OF = _by_word(_TEXTS)
_NUMBER_OF = _by_word(_NUMBERS)


@lru_cache(2048)
def parts(name: str) -> tuple[str, ...]:
    """Return the lower-case words that an identifier is made of."""
    return tuple(word.lower() for word in _SPLIT.split(name[:100]) if word)


@lru_cache(2048)
def _ways(name: str) -> tuple[str, ...]:
    """Return how a name may be looked up: as a whole, by its last words, then by each word from the end."""
    split = parts(name)
    tails = ["_".join(split[at:]) for at in range(len(split))]
    singles = [*reversed(split)]
    plurals = [word[:-1] for word in singles if word.endswith("s")]
    return tuple(dict.fromkeys(tails + singles + plurals))


def text(name: str, description: str, dice: Dice, language: str = "en") -> str | None:
    """Return what a string of this name would hold; None when its name and description say nothing."""
    ways = _ways(name)
    if (is_long(name) or is_title(name)) and name.lower() not in _TEXT_OF:
        return None
    found = next((_TEXT_OF[way] for way in ways if way in _TEXT_OF), None)
    if found is None and description:
        said = parts(description)
        found = next((_TEXT_OF[word] for word in said if word in _TEXT_OF), None)
    return None if found is None else str(found(faker(dice, language), dice))


def number(name: str, description: str = "") -> tuple[float, float, int] | None:
    """Return where a number of this name would lie: from, to, digits; None when nothing says."""
    found = next((_NUMBER_OF[way] for way in _ways(name) if way in _NUMBER_OF), None)
    if found is None:
        found = next((_NUMBER_OF[word] for word in parts(description) if word in _NUMBER_OF), None)
    return found


def is_long(name: str) -> bool:
    """Does the name call for a sentence rather than a word?"""
    return bool(_LONG.intersection(parts(name)[-1:])) or name.lower() in _LONG


def is_title(name: str) -> bool:
    """Does the name call for a title?"""
    return bool(_TITLES.intersection(parts(name)[-1:]))


def is_flag(name: str) -> bool:
    """Does the name sound like a yes or no?"""
    return _FLAGS.search(name) is not None
