"""Values true to a JSON Schema: drawn along the schema, guided by the names of its properties, then judged.

No schema makes it fail or run for ever: what cannot be satisfied is answered as nearly as was come by.
"""

from collections.abc import Callable
from typing import Any

from ..rng import Dice
from ..turn import Value
from . import hints, numbers, patterns, prose
from .fakes import faker
from .merging import merged
from .validity import Schema, is_formed, is_number, is_valid, item_schema, pointed, schemas_of

_TRIES = 10  # of a whole value, and of a part whose schema can only be met by chance
_NODES = 1500  # schemas visited for one value: beyond half of them only what is required is made
_EFFORT = 2 * _NODES  # schemas visited for all tries together
_JUDGING = 100  # what judging a part costs, in schemas visited
_PLAIN_DEPTH = 5  # nested values: from here on only what is required is made
_DEEPEST = 24
_MOST_ITEMS = 200
_MOST_LETTERS = 20_000
_LETTERS_A_NODE = 20  # long strings count as so many values
_ENDLESS = 1_000
_NULLS = 0.12  # how often null is taken where it is one choice of several
_COMPOSING = frozenset(("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else"))
_BY_CHANCE = frozenset(("not", "oneOf", "if", "contains", "dependentRequired", "propertyNames"))

#: The type that a keyword speaks of.
_TYPE_OF = {
    **dict.fromkeys(("properties", "required", "additionalProperties", "patternProperties", "minProperties"), "object"),
    **dict.fromkeys(("items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems"), "array"),
    **dict.fromkeys(("pattern", "format", "minLength", "maxLength"), "string"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
}

#: Strings of a format (JSON Schema 2020-12, Validation, section 7.3).
_FORMATS: dict[str, Callable[[Any, Dice], str]] = {
    "date-time": lambda _fake, dice: f"{hints.day(dice)}T{hints.clock_time(dice)}Z",
    "date": lambda _fake, dice: hints.day(dice),
    "time": lambda _fake, dice: f"{hints.clock_time(dice)}Z",
    "duration": lambda _fake, dice: f"P{dice.random.randint(1, 9)}DT{dice.random.randint(1, 23)}H",
    "email": lambda fake, _dice: str(fake.ascii_safe_email()),
    "idn-email": lambda fake, _dice: str(fake.ascii_safe_email()),
    "hostname": lambda fake, _dice: f"{fake.domain_word()}.example.com",
    "idn-hostname": lambda fake, _dice: f"{fake.domain_word()}.example.com",
    "ipv4": lambda fake, _dice: str(fake.ipv4_private()),
    "ipv6": lambda fake, _dice: str(fake.ipv6()),
    "uuid": lambda _fake, dice: hints.uuid(dice),
    "uri": lambda fake, _dice: f"https://{fake.domain_word()}.example.com/",
    "url": lambda fake, _dice: f"https://{fake.domain_word()}.example.com/",
    "iri": lambda fake, _dice: f"https://{fake.domain_word()}.example.com/",
    "uri-reference": lambda fake, _dice: f"/{fake.domain_word()}",
    "iri-reference": lambda fake, _dice: f"/{fake.domain_word()}",
    "uri-template": lambda fake, _dice: f"/{fake.domain_word()}/{{id}}",
    "json-pointer": lambda fake, _dice: f"/{fake.domain_word()}",
    "relative-json-pointer": lambda _fake, _dice: "0",
    "regex": lambda _fake, _dice: "^[a-z]+$",
}


class Setting(Value, frozen=True):
    """What a value is made for: the language and topic of its words, and what is known of it already.

    `given` holds values by property name, nested as the schema is; those that are not valid are passed over.
    `optional` is how likely a property is that is not required.
    """

    language: str = "en"
    topic: str = ""
    given: dict[str, Any] = {}  # noqa: RUF012  (msgspec copies it)
    optional: float = 0.75


def instance(schema: Schema, dice: Dice, hint: str = "", setting: Setting = Setting()) -> Any:  # noqa: B008  (frozen)
    """Return a value true to the schema. `hint` is the name of what it is a value of."""
    value, left = None, _EFFORT
    for attempt in range(_TRIES):
        maker = _Maker(schema, dice.fork("schema", attempt), setting)
        value = maker.make(schema, hint, setting.given)
        left -= _NODES - maker.left
        if left < 0 or is_valid(value, schema, schema):
            break
    return value


def _mapping(schema: dict[str, Any], keyword: str) -> dict[str, Any]:
    found = schema.get(keyword)
    return found if isinstance(found, dict) else {}


def _list(schema: dict[str, Any], keyword: str) -> list[Any]:
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


def _size(schema: dict[str, Any], keyword: str, otherwise: int) -> int:
    found = schema.get(keyword)
    return max(0, int(found)) if found is not None and is_number(found) else otherwise


class _Maker:
    """Makes one value along one schema; counts how much of it has been made."""

    def __init__(self, root: Schema, dice: Dice, setting: Setting) -> None:
        self.root = root
        self.dice = dice
        self.setting = setting
        self.left = _NODES
        self.depth = 0

    @property
    def plain(self) -> bool:
        """Is it time to make only what is required?"""
        return self.depth >= _PLAIN_DEPTH or self.left < _NODES // 2

    def chance(self, share: float) -> bool:
        """Throw for a share of 1."""
        return self.dice.random.random() < share

    def part_dice(self) -> Dice:
        """Make dice for the part being made."""
        return self.dice.fork(self.left)

    def make(self, schema: Schema, name: str, given: Any = None) -> Any:
        """Make a value; where only chance can meet the schema, the first of a few that does."""
        tries = _TRIES if isinstance(schema, dict) and not _BY_CHANCE.isdisjoint(schema) else 1
        value = None
        for _ in range(tries):
            value = self._made(schema, name, given)
            self.left -= _JUDGING if tries > 1 else 0
            if tries == 1 or self.left < 0 or is_valid(value, schema, self.root):
                break
        return value

    def _made(self, schema: Schema, name: str, given: Any) -> Any:
        self.left -= 1
        if self.left < 0 or self.depth > _DEEPEST:
            return None
        flat = self.flat(schema, 0)
        if "const" in flat:
            return flat["const"]
        ready = self._ready(flat)
        if ready:
            return self.dice.random.choice(ready)
        self.depth += 1
        value = self._typed(self._type(flat, name), flat, name, given)
        self.depth -= 1
        return value

    def _ready(self, flat: dict[str, Any]) -> list[Any]:
        """Return the values that the schema itself names, those that are true to it."""
        if chosen := _list(flat, "enum"):
            fitting = [value for value in chosen if is_valid(value, flat, self.root)] or chosen
            return [value for value in fitting if value is not None or self.chance(_NULLS)] or fitting
        examples = _list(flat, "examples")
        if examples and self.chance(0.5):
            return [value for value in examples if is_valid(value, flat, self.root)]
        if flat.get("default") is not None and self.chance(0.3) and is_valid(flat["default"], flat, self.root):
            return [flat["default"]]
        return []

    def _typed(self, kind: str, flat: dict[str, Any], name: str, given: Any) -> Any:
        match kind:
            case "object":
                return self._object(flat, name, given if isinstance(given, dict) else {})
            case "array":
                return self._array(flat, name)
            case "string":
                return self._string(flat, name)
            case "integer" | "number":
                usual = hints.number(name, str(flat.get("description", ""))[:200])
                return numbers.number(flat, self.dice, integer=kind == "integer", usual=usual)
            case "boolean":
                return self.chance(0.6)
            case _:
                return None

    def _type(self, flat: dict[str, Any], name: str) -> str:
        kinds = flat.get("type")
        names = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]
        if not names:
            return next((kind for keyword, kind in _TYPE_OF.items() if keyword in flat), _type_of_name(name))
        if self.plain:
            return next((kind for kind in names if kind not in ("object", "array")), names[0])
        others = [kind for kind in names if kind != "null"]
        return (
            "null"
            if not others or (len(others) < len(names) and self.chance(_NULLS))
            else self.dice.random.choice(others)
        )

    # One schema out of many.

    def flat(self, schema: Schema, depth: int) -> dict[str, Any]:
        """Return the schema with its references followed and its branches chosen."""
        if not isinstance(schema, dict):
            return {} if schema is not False else {"type": "null"}
        if _COMPOSING.isdisjoint(schema):
            return schema
        self.left -= 1
        flat = {keyword: value for keyword, value in schema.items() if keyword not in _COMPOSING}
        if depth > _DEEPEST or self.left < 0:
            return flat
        for part in self._parts(schema):
            flat = merged(flat, self.flat(part, depth + 1))
        return flat

    def _parts(self, schema: dict[str, Any]) -> list[Schema]:
        """Return all that must hold beside the schema's own keywords."""
        parts = [*_list(schema, "allOf")]
        if "$ref" in schema:
            parts.append(pointed(self.root, schema["$ref"]))
        parts += [self._branch(branches) for word in ("anyOf", "oneOf") if (branches := _list(schema, word))]
        if "if" in schema and self.chance(0.5):
            parts += [schema["if"], schema.get("then", True)]
        elif "if" in schema:
            parts.append(schema.get("else", True))
        return parts

    def _branch(self, branches: list[Schema]) -> Schema:
        open_ones = [branch for branch in branches if branch is not False] or branches
        if self.plain:
            return min(open_ones, key=lambda branch: self._height(branch, frozenset()))
        others = [branch for branch in open_ones if not (isinstance(branch, dict) and branch.get("type") == "null")]
        if not others or (len(others) < len(open_ones) and self.chance(_NULLS * (1 + 2 * self.depth))):
            return next(branch for branch in open_ones if branch not in others) if others else open_ones[0]
        return self.dice.random.choice(others)

    def _height(self, schema: Schema, above: frozenset[int]) -> int:
        """Return how deep the shallowest value is; _ENDLESS where the schema needs itself."""
        self.left -= 1
        if not isinstance(schema, dict) or schema.get("type") == "null" or "null" in _list(schema, "type"):
            return 0
        if id(schema) in above or len(above) > _DEEPEST or self.left < 0:
            return _ENDLESS
        above |= {id(schema)}
        needed = [0, *(self._height(part, above) for part in _list(schema, "allOf"))]
        if "$ref" in schema:
            needed.append(self._height(pointed(self.root, schema["$ref"]), above))
        needed += [
            min([self._height(branch, above) for branch in branches])
            for word in ("anyOf", "oneOf")
            if (branches := _list(schema, word))
        ]
        required, properties = _list(schema, "required"), _mapping(schema, "properties")
        needed += [1 + self._height(part, above) for name, part in properties.items() if name in required]
        if _size(schema, "minItems", 0):
            needed.append(1 + self._height(item_schema(schema, 0), above))
        return max(needed)

    # What values are made of.

    def _object(self, flat: dict[str, Any], name: str, given: dict[str, Any]) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key in self._keys(flat, given):
            parts = schemas_of(key, flat)
            part = parts[0] if len(parts) == 1 else {"allOf": parts}
            known = given.get(key)
            if key in given and is_valid(known, part, self.root):
                value[key] = known
            else:
                value[key] = self.make(part, _name(name, key), known)
        return value

    def _keys(self, flat: dict[str, Any], given: dict[str, Any]) -> list[str]:
        """Return an object's names: the required, some optional, and new ones where it needs more."""
        required = [key for key in _list(flat, "required") if isinstance(key, str)]
        properties = [key for key, part in _mapping(flat, "properties").items() if part is not False]
        least, most = _size(flat, "minProperties", 0), _size(flat, "maxProperties", _MOST_ITEMS)
        share = 0.0 if self.plain else self.setting.optional
        free = [key for key in properties if key not in required and (key in given or self.chance(share))]
        free = free[: max(0, most - len(required))]
        spare = [key for key in properties if key not in required and key not in free]
        free += spare[: max(0, least - len(required) - len(free))]
        keys = [key for key in properties if key in required or key in free]
        keys += [key for key in dict.fromkeys(required) if key not in keys]
        wanted = max(least, self._entries(flat) if not properties else 0)
        return keys + self._new_keys(flat, min(wanted, most, _MOST_ITEMS) - len(keys), keys)

    def _entries(self, flat: dict[str, Any]) -> int:
        """Return how many entries a map (an object without named properties) is given."""
        is_map = isinstance(flat.get("additionalProperties"), dict) or _mapping(flat, "patternProperties")
        return self.dice.random.randint(1, 3) if is_map and not self.plain else 0

    def _new_keys(self, flat: dict[str, Any], count: int, taken: list[str]) -> list[str]:
        allowed = flat.get("propertyNames")
        forms = list(_mapping(flat, "patternProperties"))
        found: list[str] = []
        for _ in range(max(0, count) * 4):
            if len(found) >= count or self.left < 0:
                break
            if isinstance(allowed, dict):
                key = self.make({"type": "string", "maxLength": 24} | allowed, "label")
            elif forms and (flat.get("additionalProperties") is False or self.chance(0.5)):
                key = self._formed_key(self.dice.random.choice(forms), [*taken, *found])
            else:
                key = f"{hints.text('label', '', self.part_dice())}{'' if not found else len(found) + 1}"
            if isinstance(key, str) and key not in taken and key not in found:
                found.append(key)
        return found

    def _formed_key(self, form: str, taken: list[str]) -> str:
        """Return a name that matches a pattern: with a word beside it where it would else be taken, or ends oddly."""
        key = patterns.string(form, self.dice)
        if key not in taken and key[:1].isalnum() and key[-1:].isalnum():
            return key
        word = hints.text("label", "", self.part_dice())
        others = (f"{key}{word}", f"{word}{key}", f"{key}{word}{len(taken)}", f"{word}{len(taken)}{key}")
        return next((one for one in others if one not in taken and patterns.matches(form, one)), key)

    def _array(self, flat: dict[str, Any], name: str) -> list[Any]:
        least, most = _size(flat, "minItems", 0), _size(flat, "maxItems", _MOST_ITEMS)
        places = _list(flat, "prefixItems") or _list(flat, "items")
        usual = len(places) if places else 0 if self.plain else self.dice.random.randint(1, max(1, 4 - self.depth // 2))
        closed = item_schema(flat, len(places)) is False
        count = min(max(least, usual), most, _MOST_ITEMS, len(places) if closed else _MOST_ITEMS)
        made: list[Any] = []
        wanted = flat.get("contains")
        for at in range(count):
            part = item_schema(flat, at)
            if wanted is not None and at >= count - max(1, _size(flat, "minContains", 1)):
                part = {"allOf": [part, wanted]}
            item = self._item(part, name, made if flat.get("uniqueItems") is True else [])
            if self.left < 0 and at >= least:
                break
            made.append(item)
        return made

    def _item(self, part: Schema, name: str, taken: list[Any]) -> Any:
        item = self.make(part, name)
        for _ in range(_TRIES * 3):
            if item not in taken or self.left < 0:
                break
            item = self.make(part, name)
        return item

    def _string(self, flat: dict[str, Any], name: str) -> str:
        said = self._shaped(flat, name)
        self.left -= len(said) // _LETTERS_A_NODE
        return said

    def _shaped(self, flat: dict[str, Any], name: str) -> str:
        least = min(_size(flat, "minLength", 0), _MOST_LETTERS)
        most = _size(flat, "maxLength", _MOST_LETTERS)
        dice = self.part_dice()
        form = flat.get("format")
        if isinstance(flat.get("pattern"), str):
            said = patterns.string(flat["pattern"], dice, least, most)
            formed = _FORMATS[form](faker(dice), dice) if isinstance(form, str) and form in _FORMATS else said
            return said if is_formed(said, form) or not is_valid(formed, flat, self.root) else formed
        if isinstance(form, str) and form in _FORMATS:
            said = _FORMATS[form](faker(dice), dice)
            return said if len(said) <= most or form not in ("email", "idn-email") else "a@b.co"
        said = self._words(name, str(flat.get("description", ""))[:200], dice)
        while len(said) < least:
            said += " " + prose.sentence(self.setting.language, self.setting.topic[:100] or name[:100], dice)
        return said if len(said) <= most else said[:most].rstrip().ljust(min(least, most), ".")

    def _words(self, name: str, description: str, dice: Dice) -> str:
        setting = self.setting
        topic = setting.topic or " ".join(hints.parts(name)) or "the topic"
        found = hints.text(name, description, dice, setting.language)
        if found is not None:
            return found
        if hints.is_title(name):
            return prose.title(topic, dice)
        if hints.is_long(name) or setting.topic:
            return prose.sentence(setting.language, topic, dice)
        return str(faker(dice, "en").sentence(nb_words=4)).rstrip(".")


def _type_of_name(name: str) -> str:
    if hints.is_flag(name):
        return "boolean"
    return (
        "number" if hints.number(name) and not hints.is_title(name) and name not in ("id", "day", "month") else "string"
    )


def _name(parent: str, key: str) -> str:
    """Return the name to be guided by: a `name` is the name of its parent (a company, a city)."""
    owner = hints.parts(parent)[-1:] if key.lower() in ("name", "code", "number") else ()
    return f"{owner[0].removesuffix('s')}_{key}" if owner and owner[0] not in ("user", "users") else key
