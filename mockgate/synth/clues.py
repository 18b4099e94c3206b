"""Values for a schema's properties that stand in the prompt: numbers, quotes, names, dates, enum words.

Nothing is made up here: a property of which the prompt says nothing is left out. What one property has taken,
no other takes again.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from . import hints, shapes
from .arithmetic import expression
from .language import NAMES, stem
from .validity import Schema, is_valid, pointed

_MISSING: Any = type("Missing", (), {})()


class Clues:
    """What a text says, and what of it has been taken."""

    def __init__(self, text: str) -> None:
        self.text = text[: shapes.READ_LIMIT]
        self.taken: list[tuple[int, int]] = []

    def values(self, schema: Schema, root: Schema, depth: int = 0) -> dict[str, Any]:
        """Return the values found for an object schema's properties, nested as they are there.

        Named ones are looked for first (a unit, a word beside the number), then what is left goes in order.
        """
        flat = pointed(root, schema["$ref"]) if isinstance(schema, dict) and "$ref" in schema else schema
        properties = flat.get("properties") if isinstance(flat, dict) else None
        if not isinstance(properties, dict) or depth > 2:
            return {}
        required = flat.get("required")
        needed = required if isinstance(required, list) else []
        found: dict[str, Any] = {}
        for seek in (self._named, self._unnamed):
            for name, part in list(properties.items())[:60]:
                if name not in found and (seek == self._named or name in needed):
                    self._put(found, name, part, seek, root)
        for name, part in properties.items():
            inner = self.values(part, root, depth + 1) if name not in found and isinstance(part, dict) else {}
            if inner:
                found[name] = inner
        return {name: found[name] for name in properties if name in found}

    def _put(self, found: dict[str, Any], name: str, part: Schema, seek: Callable[..., Any], root: Schema) -> None:
        """Keep what is found when it is true to the whole of the property's schema."""
        mark = len(self.taken)
        value = seek(name, _open(part, root))
        if value is not _MISSING and is_valid(value, part, root):
            found[name] = value
        else:
            del self.taken[mark:]

    def _named(self, name: str, part: dict[str, Any]) -> Any:
        """Look for what the property's name, description, enum or format points at."""
        if isinstance(part.get("enum"), list):
            return self._enum(part["enum"])
        match _kind(part):
            case "boolean":
                return self._flag(name)
            case "integer" | "number" as kind:
                return self._number_by(name, str(part.get("description", "")), kind)
            case "string":
                return self._string(name, part)
            case "array":
                return self._array(name, part.get("items"))
            case _:
                return _MISSING

    def _unnamed(self, name: str, part: dict[str, Any]) -> Any:
        """Take what is left: the next number, the next quotation, the words as they stand."""
        match _kind(part):
            case "integer" | "number" as kind:
                return self._take(shapes.NUMBER, lambda found: shapes.number_in(found, kind))
            case "string" if "enum" not in part and "format" not in part:
                quoted = self._take(shapes.QUOTED, shapes.inside)
                if quoted is not _MISSING:
                    return quoted
                return self.text.strip() if shapes.WHOLE.intersection(hints.parts(name)) else _MISSING
            case _:
                return _MISSING

    # Each kind of value.

    def _enum(self, choices: list[Any]) -> Any:
        lowered = self.text.lower()
        stems = {stem(word) for word in re.findall(r"[\w-]+", lowered)}
        for choice in choices:
            spoken = str(choice).lower().replace("_", " ")
            if isinstance(choice, str) and spoken and re.search(rf"(?<!\w){re.escape(spoken)}(?!\w)", lowered):
                return choice
        return next(
            (one for one in choices if isinstance(one, str) and stem(one) in stems and len(one) > 2),
            _MISSING,
        )

    def _flag(self, name: str) -> Any:
        nouns = [word for word in hints.parts(name) if word not in ("is", "has", "include", "with", "enable", "use")]
        said = next((word for word in nouns if re.search(rf"\b{re.escape(word)}", self.text, re.IGNORECASE)), None)
        if said is None:
            return _MISSING
        denied = rf"\b(?:no|not|without|don't|never|exclude|skip)\b(?: \w+){{0,2}} {re.escape(said)}"
        return re.search(denied, self.text, re.IGNORECASE) is None

    def _number_by(self, name: str, description: str, kind: str) -> Any:
        """Take the number that stands beside a word of the property's name."""
        for word in [*reversed(hints.parts(name)), *hints.parts(description)]:
            if len(word) < 3 or word in ("number", "the", "value", "first", "second"):
                continue
            root = re.escape(word.removesuffix("s"))
            for found in shapes.NUMBER.finditer(self.text):
                after = re.match(rf"(?:[ -]\w+)?[ -]?{root}", self.text[found.end() :], re.IGNORECASE)
                before = re.search(
                    rf"\b{root}\w*(?:\s*(?:is|of|to|[:=])\s*"
                    rf"|\s+)$",
                    self.text[: found.start()],
                    re.IGNORECASE,
                )
                if (after or before) and self._free(found.span()):
                    self.taken.append(found.span())
                    return shapes.number_in(found, kind)
        if "price" in name.lower() or "amount" in name.lower():
            return self._take(
                re.compile(r"[$€£](?P<sign>)(?P<number>\d[\d,]*(?:\.\d+)?)(?P<times>[kKmM]\b)?"),
                lambda f: shapes.number_in(f, kind),
            )
        return _MISSING

    def _string(self, name: str, part: dict[str, Any]) -> Any:
        words = frozenset(hints.parts(name))
        described = words | frozenset(hints.parts(str(part.get("description", ""))[:200]))
        mark = len(self.taken)
        for sought in self._ways(name, part, words, described):
            if sought is not _MISSING and is_valid(sought, part, part):
                return sought
            del self.taken[mark:]
        return _MISSING

    def _ways(self, name: str, part: dict[str, Any], words: frozenset[str], described: frozenset[str]) -> Iterable[Any]:
        """Yield what the text has for a string of this name, the surest first."""
        form = part.get("format")
        for sign, shape in shapes.SHAPES:
            if sign(form, words):
                yield self._take(shape, lambda found: found[0])
        yield self._beside(name)
        if form is None and words & {"date", "day", "when"}:
            yield self._take(shapes.DATE, lambda found: found[0].removeprefix("on "))
        if words & shapes.SUMS:
            yield expression(self.text) or _MISSING
        if "language" in words:
            yield self._language(words)
        if words & {"currency"}:
            yield self._take(
                re.compile(rf"\b(?:{shapes.AFTER}|in) ({shapes.CURRENCY.pattern})")
                if words & shapes.TARGETS
                else shapes.CURRENCY,
                shapes.last_in,
            )
        if words & {"symbol", "ticker", "stock"}:
            yield self._take(shapes.SYMBOL, lambda found: found[0])
        yield self._code(words)
        yield self._place_or_person(words, described)
        if words & shapes.ASKED:
            yield self._about()

    def _place_or_person(self, words: frozenset[str], described: frozenset[str]) -> Any:
        if words & shapes.SOURCES and (found := self._after(shapes.BEFORE, places=True)) is not _MISSING:
            return found
        if words & shapes.TARGETS and (found := self._after(shapes.AFTER, places=True)) is not _MISSING:
            return found
        if words & shapes.PLACES or ("city" in described and not words & shapes.ASKED):
            return self._after("in|at|for|to|from|near|around|of|visit", places=True)
        if words & shapes.PEOPLE:
            titled = self._take(shapes.QUOTED, shapes.inside) if words == {"name"} else _MISSING
            return (
                titled
                if titled is not _MISSING
                else self._after(
                    "for|with|to|named|called|from|name is|i'm|i am|invite|email|call|tell|contact|by",
                    places=False,
                )
            )
        return _MISSING

    def _after(self, leads: str, *, places: bool) -> Any:
        """Take a proper name that follows one of the words; for a place also a word in small letters."""
        proper = self._take(re.compile(rf"\b(?i:{leads})\s+(?:the )?({shapes.PROPER})"), shapes.name_in)
        if proper is not _MISSING:
            return proper
        if places:
            return self._take(shapes.SMALL_PLACE, shapes.small_in)
        spoken = [
            found
            for found in re.finditer(shapes.PROPER, self.text)
            if found[0].split()[0] not in shapes.NO_NAMES and found.start() > 0
        ]
        return next((found[0] for found in spoken if self._free(found.span())), _MISSING)

    def _beside(self, name: str) -> Any:
        """Take what stands after the property's name: `title: Plans`, `subject is "Hi"`, `color = red`."""
        spoken = r"[ _-]".join(re.escape(word) for word in hints.parts(name))
        if not spoken:
            return _MISSING
        quoted = self._take(
            re.compile(
                rf"\b{spoken}(?: (?:is|of|to|as|called|named|saying))?[:=]?\s*{shapes.QUOTED.pattern}",
                re.IGNORECASE,
            ),
            shapes.inside,
        )
        if quoted is not _MISSING:
            return quoted
        marked = re.compile(rf"\b{spoken}\s*(?:[:=]| is(?= (?!the|a|an|it|my)\w))\s*([^\n,;.?!]+)", re.IGNORECASE)
        return self._take(marked, lambda found: found[1].strip())

    def _language(self, words: frozenset[str]) -> Any:
        lead = "from" if words & (shapes.SOURCES | {"source"}) else "to|into|in"
        return self._take(re.compile(rf"\b(?:{lead}) ({'|'.join(NAMES)})\b", re.IGNORECASE), lambda found: found[1])

    def _code(self, words: frozenset[str]) -> Any:
        """Take a code for an id: the one beside its owner's name first (`order A-1042`)."""
        if not words & {
            "id",
            "number",
            "code",
            "sku",
            "reference",
            "ref",
            "tracking",
            "invoice",
            "isbn",
            "ticket",
        }:
            return _MISSING
        owners = "|".join(re.escape(word) for word in words if len(word) > 2)
        if owners:
            beside = rf"\b(?:{owners})s?(?: (?:id|number|no\.?|code|is))*\s*[:#]?\s*({shapes.CODE.pattern})"
            found = self._take(re.compile(beside, re.IGNORECASE), lambda found: found[1].lstrip("#"))
            if found is not _MISSING:
                return found
        return self._take(shapes.CODE, lambda found: found[0].lstrip("#"))

    def _about(self) -> Any:
        quoted = self._take(shapes.QUOTED, shapes.inside)
        if quoted is not _MISSING:
            return quoted
        found = shapes.ABOUT.search(self.text)
        return (found["what"] or found["other"]).strip(" ,:") if found else _MISSING

    def _array(self, name: str, items: Any) -> Any:
        """Take all there is of a kind: the numbers of a sum, the addresses, the quotations, the people."""
        kind = _kind(items) if isinstance(items, dict) else ""
        if kind in ("integer", "number"):
            return self._all(shapes.NUMBER, lambda found: shapes.number_in(found, kind))
        if kind != "string" or not isinstance(items, dict):
            return _MISSING
        if isinstance(choices := items.get("enum"), list):
            return [one for one in choices if self._enum([one]) is not _MISSING] or _MISSING
        words = frozenset(hints.parts(name))
        if items.get("format") == "email" or words & {"email", "emails", "recipients"}:
            return self._all(shapes.EMAIL, lambda found: found[0])
        if words & shapes.PEOPLE:
            return self._people()
        return self._all(shapes.QUOTED, shapes.inside)

    def _people(self) -> Any:
        """Take the names of people: capitalised, within a sentence, in no quotation, and no dates."""
        quoted = [found.span() for found in shapes.QUOTED.finditer(self.text)]
        found = [
            one
            for one in shapes.PERSON.finditer(self.text)
            if self._free(one.span())
            and not shapes.DATE.fullmatch(one[0])
            and not any(begin < one.start() < end for begin, end in quoted)
        ]
        self.taken += [one.span() for one in found]
        return [one[0] for one in found] or _MISSING

    def _all(self, shape: re.Pattern[str], read: Callable[[re.Match[str]], Any]) -> Any:
        found = [match for match in shape.finditer(self.text) if self._free(match.span())][:100]
        self.taken += [match.span() for match in found]
        return [read(match) for match in found] or _MISSING

    def _take(self, shape: re.Pattern[str], read: Callable[[re.Match[str]], Any]) -> Any:
        for found in shape.finditer(self.text):
            span = found.span(found.lastindex or 0) if shape is not shapes.NUMBER else found.span()
            if self._free(span) and (value := read(found)) not in (None, ""):
                self.taken.append(span)
                return value
        return _MISSING

    def _free(self, span: tuple[int, int]) -> bool:
        return all(span[1] <= begin or span[0] >= end for begin, end in self.taken)


def _open(part: Any, root: Schema) -> dict[str, Any]:
    """Return a property's schema with a reference, or a choice between something and null, followed."""
    for _ in range(4):
        if isinstance(part, dict) and "$ref" in part:
            part = pointed(root, part["$ref"])
        elif isinstance(part, dict) and isinstance(part.get("anyOf"), list):
            choices = [one for one in part["anyOf"] if isinstance(one, dict) and one.get("type") != "null"]
            part = choices[0] if choices else {}
    return part if isinstance(part, dict) else {}


def _kind(part: dict[str, Any]) -> str:
    kinds = part.get("type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return next((kind for kind in named if isinstance(kind, str) and kind != "null"), "")
