"""Lists whose members a reader knows: English data, and which of them a text asks for."""

import re

from ..expressions import regex


def _of(line: str) -> tuple[str, ...]:
    return tuple(member.strip() for member in line.split(","))


#: What a text calls each kind: always in the plural, for "5 fruit dishes" are no fruits.
_LISTS: dict[str, tuple[str, ...]] = {
    "fruits": _of("Apple, Banana, Mango, Orange, Pear, Grape, Cherry, Kiwi, Peach, Plum, Papaya, Fig, Lemon, Apricot"),
    "vegetables": _of("Carrot, Broccoli, Spinach, Pepper, Onion, Kale, Leek, Cabbage, Celery, Beetroot, Pea, Turnip"),
    "colou?rs": _of("Red, Blue, Green, Yellow, Purple, Orange, Teal, Pink, Brown, Black, White, Grey"),
    "animals": _of("Dog, Cat, Elephant, Fox, Dolphin, Owl, Horse, Rabbit, Tiger, Penguin, Otter, Bear, Giraffe, Wolf"),
    "sports": _of("Football, Tennis, Swimming, Basketball, Cycling, Rowing, Judo, Hockey, Volleyball, Golf, Skiing"),
    "(?:programming|coding|computer) languages": _of(
        "Python, JavaScript, Rust, Go, Java, TypeScript, Kotlin, Swift, Ruby, Haskell, C, C++, C#, PHP, Scala, Elixir"
    ),
    "languages": _of(
        "English, Spanish, Mandarin, Hindi, Arabic, French, Portuguese, Russian, Japanese, German, Turkish, Swahili"
    ),
    "planets": _of("Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune"),
    "flowers": _of("Rose, Tulip, Lily, Daisy, Orchid, Sunflower, Iris, Peony, Violet, Marigold"),
    "(?:musical )?instruments": _of("Piano, Guitar, Violin, Flute, Drums, Cello, Trumpet, Clarinet, Harp, Saxophone"),
    "foods": _of("Pasta, Curry, Sushi, Tacos, Pizza, Ramen, Falafel, Paella, Salad, Risotto"),
    "hobbies": _of("Painting, Gardening, Hiking, Chess, Photography, Baking, Knitting, Birdwatching"),
    "(?:months|months of the year)": _of(
        "January, February, March, April, May, June, July, August, September, October, November, December"
    ),
    "continents": _of("Africa, Antarctica, Asia, Australia, Europe, North America, South America"),
    "oceans": _of("Pacific Ocean, Atlantic Ocean, Indian Ocean, Southern Ocean, Arctic Ocean"),
}

#: Countries and their capitals.
_STATES: dict[str, str] = {
    "europe": "Norway Oslo, Sweden Stockholm, Finland Helsinki, Denmark Copenhagen, Germany Berlin, France Paris,"
    " Spain Madrid, Portugal Lisbon, Italy Rome, Austria Vienna, Poland Warsaw, Czechia Prague, Greece Athens,"
    " Ireland Dublin, Hungary Budapest, Croatia Zagreb, Belgium Brussels, Estonia Tallinn, Iceland Reykjavik",
    "asia": "Japan Tokyo, China Beijing, India Delhi, Thailand Bangkok, Vietnam Hanoi, Indonesia Jakarta,"
    " Nepal Kathmandu, Mongolia Ulaanbaatar, Philippines Manila, Jordan Amman",
    "africa": "Kenya Nairobi, Egypt Cairo, Ghana Accra, Senegal Dakar, Morocco Rabat, Tunisia Tunis, Rwanda Kigali,"
    " Uganda Kampala, Zambia Lusaka, Namibia Windhoek",
    "south america": "Peru Lima, Chile Santiago, Brazil Brasília, Colombia Bogotá, Ecuador Quito, Uruguay Montevideo,"
    " Paraguay Asunción, Venezuela Caracas",
}
_CITIES: dict[str, tuple[str, ...]] = {
    "europe": _of("Barcelona, Milan, Munich, Kraków, Porto, Hamburg, Lyon, Bergen, Gothenburg, London, Vienna"),
    "asia": _of("Osaka, Seoul, Mumbai, Shanghai, Singapore, Bangkok, Hanoi, Kyoto, Busan, Chengdu, Tokyo, Jakarta"),
    "africa": _of("Lagos, Nairobi, Cairo, Cape Town, Casablanca, Accra, Dakar, Kigali, Johannesburg, Mombasa"),
    "south america": _of("Buenos Aires, São Paulo, Lima, Bogotá, Quito, Medellín, Santiago, Montevideo, Recife, Cusco"),
}
_RIVERS: dict[str, tuple[str, ...]] = {
    "europe": _of("Danube, Rhine, Volga, Seine, Loire, Thames, Elbe, Po, Tagus, Vistula, Rhône, Dnieper, Oder, Ebro"),
    "asia": _of("Yangtze, Ganges, Mekong, Indus, Yellow River, Brahmaputra, Lena, Amur, Ob, Irrawaddy"),
    "africa": _of("Nile, Congo, Niger, Zambezi, Limpopo, Orange, Senegal, Volta"),
    "south america": _of("Amazon, Orinoco, Paraná, São Francisco, Magdalena, Paraguay, Uruguay, Tocantins"),
}


def _states(column: int) -> dict[str, tuple[str, ...]]:
    return {place: tuple(pair.split()[column] for pair in _of(pairs)) for place, pairs in _STATES.items()}


#: What lies somewhere, by where.
_PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "countries": _states(0),
    "capitals|capital cities": _states(1),
    "cities": _CITIES,
    "rivers": _RIVERS,
}
_REGIONS = {
    "europe": "europe", "european": "europe", "asia": "asia", "asian": "asia", "africa": "africa",
    "african": "africa", "south america": "south america", "south american": "south america",
}  # fmt: skip
_WORLD = frozenset(("", "world", "earth"))
_KINDS = "|".join((*_PLACES, *_LISTS))
_ASKED = regex(
    r"\b(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|list|name|some|few|the|are"
    r"|list of|table of|me)\s+(?P<which>(?:(?!(?:to|for|of|in|on|about|with|that|as)\b)[\w'-]+\s+){0,3}?)"
    rf"(?P<kind>{_KINDS})\b(?:\s+(?:in|of|from|on|around)\s+(?:the\s+)?(?P<where>south america|[\w-]+))?",
    re.IGNORECASE,
)


def members(text: str) -> tuple[str, ...]:
    """Return the members of the kind of thing that a text asks a list of; () when it is not well known.

    Places are those of the continent named; of any other place nothing is known.
    """
    found = _ASKED.search(text)
    if found is None:
        return ()
    kind = found["kind"].lower()
    by_place = next((places for name, places in _PLACES.items() if re.fullmatch(name, kind)), None)
    if by_place is None:
        return next(listed for name, listed in _LISTS.items() if re.fullmatch(name, kind))
    named = [region for word, region in _REGIONS.items() if re.search(rf"\b{word}\b", found["which"].lower())]
    where = (found["where"] or "").lower()
    region = _REGIONS.get(where) or next(iter(named), "")
    if region:
        return by_place[region]
    return tuple(one for listed in by_place.values() for one in listed) if where in _WORLD | {"json"} else ()
