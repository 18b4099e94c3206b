"""JSON answers: true to the schema asked for, or with the keys that the prompt names."""

import json
import re
from typing import Any

from ..expressions import regex
from ..rng import Dice
from ..turn import Prompt
from .asks import Ask
from .clues import Clues
from .prose import items, paragraphs
from .schema import Setting, instance

_NAMED = regex(
    r"\b(?:keys?|fields?|properties|attributes|columns)\b(?: named| called| such as| are| like| of|:)*\s*"
    r"(?P<keys>[\"'`]?\w+[\"'`]?(?:(?:\s*,\s*(?:and )?|\s+and\s+|\s*/\s*)[\"'`]?\w+[\"'`]?)*)",
    re.IGNORECASE,
)
_SKETCHED = regex(r"[\"'](\w{1,40})[\"']\s*:")
_COUNTED = regex(
    r"\b(?:list of|array of|generate|give me|create|return)? ?(\d{1,2}) (?:\w+ ){0,2}?(\w+s)\b", re.IGNORECASE
)
_WITH = regex(r"\bwith (?:a |an |the )?(?P<keys>\w+(?:(?:,\s*(?:and )?| and )(?:a |an |the )?\w+)+)", re.IGNORECASE)
_NOT_KEYS = frozenset(("and", "the", "a", "an", "in", "json", "as"))
_MOST_KEYS = 20


def schema_text(prompt: Prompt, ask: Ask, dice: Dice) -> str:
    """Return JSON text true to the prompt's schema, with what the prompt says in its place."""
    schema = prompt.format.schema or {}
    given = Clues(ask.text).values(schema, schema)
    setting = Setting(ask.language, ask.topic, given)
    return json.dumps(instance(schema, dice, "", setting), ensure_ascii=False)


def free_text(prompt: Prompt, ask: Ask, dice: Dice) -> str:
    """Return a JSON object (the whole text) with the keys that the prompt or its instructions name."""
    told = "\n".join(message.text[:2000] for message in prompt.messages if message.role in ("system", "user"))
    keys = _keys(ask.text) or _keys(told)
    counted = _COUNTED.search(ask.text)
    if not keys and counted:
        return json.dumps({counted[2].lower(): items(ask, min(int(counted[1]), 50), dice)}, ensure_ascii=False)
    if not keys:
        return json.dumps(_default(ask, dice), ensure_ascii=False)
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {key: _part(key) for key in keys},
        "required": keys,
    }
    if counted:
        name, count = counted[2].lower(), min(int(counted[1]), 50)
        rows = {"type": "array", "items": schema, "minItems": count, "maxItems": count}
        schema = {"type": "object", "properties": {name: rows}, "required": [name]}
    setting = Setting(ask.language, ask.topic, {} if counted else Clues(ask.text).values(schema, schema))
    return json.dumps(instance(schema, dice, "", setting), ensure_ascii=False)


def _keys(text: str) -> list[str]:
    sketched = _SKETCHED.findall(text)
    named = None if sketched else _NAMED.search(text) or _WITH.search(text)
    found = sketched or (re.findall(r"\w+", named["keys"]) if named else [])
    return [key for key in dict.fromkeys(found) if key.lower() not in _NOT_KEYS][:_MOST_KEYS]


def _part(key: str) -> dict[str, Any]:
    """Return the schema of a key of which nothing but the name is known: a name in the plural is a list."""
    plural = key.endswith("s") and not key.endswith(("ss", "us", "is", "address")) and len(key) > 3
    return {"type": "array", "items": {"type": "string"}} if plural else {}


def _default(ask: Ask, dice: Dice) -> dict[str, Any]:
    confidence = dice.random.randint(70, 99) / 100
    return {
        "topic": ask.topic or "general",
        "answer": paragraphs(ask, dice),
        "keywords": list(ask.keys[:4]),
        "confidence": confidence,
    }
