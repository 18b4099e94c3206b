"""Which tools are called, with which arguments, and what is said once they have answered."""

import json
import re
from collections.abc import Sequence
from typing import Any

from ..expressions import regex
from ..rng import Dice
from ..turn import Prompt, Tool, ToolResult
from . import hints, patterns, shapes
from .arithmetic import expression
from .asks import said
from .clues import Clues
from .language import bag, detect, keywords, stem, words
from .manner import Manner
from .prose import sentence
from .schema import Setting, instance

#: Words of a tool's name that say what is done rather than with what.
_FETCHING = bag("get fetch find search lookup look up query check retrieve list show read load run call do use")
_ACTING = bag(
    "send create make set update delete remove cancel book add post write buy order schedule open close start"
    " stop transfer pay turn play reserve submit upload"
)
_FILLING = bag("current the a an by for of to in on with from info information data details tool function api my")
_KIN: tuple[frozenset[str], ...] = tuple(
    frozenset(stem(word) for word in kin.split())
    for kin in (
        "weather temperature forecast rain sunny snow humid",
        "calculate calculator calc compute math arithmetic sum multiply",
        "email mail e-mail",
        "stock share ticker",
        "search google find look lookup",
        "book reserve reservation booking",
        "time clock hour",
        "translate translation translator",
        "buy purchase order",
        "image picture photo draw",
        "convert conversion exchange",
    )
)
_DECLINED = regex(
    r"\b(?:do not|don't|dont|without|never|no need to)\b.{0,20}\b(?:tools?|functions?|call|calling"
    r"|search(?:ing)?|look)\b",
    re.IGNORECASE,
)
_QUESTION = regex(r"(?:what|who|why|how|when|where|which|explain|describe|define|tell me)\b", re.IGNORECASE)
_MOST_CALLS = 4
_MOST_WORDS = 400


def choose(prompt: Prompt, manner: Manner, dice: Dice) -> tuple[Tool, ...]:
    """Return the tools to call: those that must be, or else those that the manner and the prompt call for.

    An answer to a tool's result calls nothing more unless it must: the loop of an agent ends.
    """
    choice = prompt.tool_choice
    offered = [tool for tool in prompt.tools if not choice.names or tool.name in choice.names]
    if choice.mode == "none" or not offered:
        return ()
    text = said(prompt)
    scores = {tool.name: _score(tool, text) for tool in offered}
    ranked = sorted(offered, key=lambda tool: -scores[tool.name])
    best = ranked[0] if scores[ranked[0].name] else dice.random.choice(offered)
    forced = choice.mode == "required"
    if not forced and (manner.tools == "never" or _is_answered(prompt)):
        return ()
    if not forced and _DECLINED.search(text):
        return ()
    meant = [tool for tool in ranked if scores[tool.name] >= 1]
    if not meant:
        return (best,) if forced or manner.tools == "always" else ()
    return tuple(_distinct(meant, scores)) if prompt.parallel_tool_calls else (best,)


def _is_answered(prompt: Prompt) -> bool:
    last = prompt.last
    return last is not None and (last.role == "tool" or any(isinstance(part, ToolResult) for part in last.parts))


def _distinct(meant: Sequence[Tool], scores: dict[str, float]) -> list[Tool]:
    """Keep the best of the tools that answer to the same words: two calls are two asks."""
    kept: list[Tool] = []
    claimed: set[str] = set()
    for tool in meant:
        nouns = set(_nouns(tool))
        if not kept or (not nouns & claimed and scores[tool.name] >= 1):
            kept.append(tool)
            claimed |= nouns
    return kept[:_MOST_CALLS]


def _nouns(tool: Tool) -> list[str]:
    """Return the stems of what a tool is about: its name without the verb at the front."""
    verb, *others = hints.parts(tool.name) or ("",)
    named = [verb, *others] if verb not in _FETCHING | _ACTING else others
    return [stem(word) for word in named if word not in _FETCHING | _FILLING]


def _score(tool: Tool, text: str) -> float:
    """Return how far a text speaks of a tool: from 1 on it means it."""
    lowered = text.lower()
    heard = _heard(lowered)
    parts = hints.parts(tool.name)
    if tool.name.lower() in lowered or (len(parts) > 1 and " ".join(parts) in lowered):
        return 3.0
    nouns = _nouns(tool)
    verbs = [word for word in parts[:1] if word in _ACTING]
    named = sum(noun in heard for noun in nouns)
    done = any(stem(verb) in heard for verb in verbs)
    commanded = bool(nouns) and stem(next(iter(words(lowered.removeprefix("please "))), "")) in nouns
    score = named / len(nouns) if nouns else float(any(stem(word) in heard for word in parts))
    if verbs and not (done or commanded):
        score *= 0.4
    if not nouns and "search" not in parts and not done:
        score *= 0.5
    if any(noun in _KIN[1] for noun in nouns) and expression(text):
        score = max(score, 1.0)
    described = {stem(word) for word in keywords(tool.description[:500])} - {stem(word) for word in _FETCHING}
    shared = len(described & heard)
    if score < 0.5 and _is_done(tool, text, heard):
        score = 1.0
    return (1.0 if score >= 0.5 else score) + 0.25 * shared + (0.5 if shared >= 2 and not verbs else 0.0)


def _is_done(tool: Tool, text: str, heard: frozenset[str]) -> bool:
    """Does a text that asks no question have the verb of the tool's name, and what one of its arguments is about?"""
    parts = hints.parts(tool.name)
    if len(parts) < 2 or parts[0] in _FETCHING or stem(parts[0]) not in heard or _QUESTION.match(text.strip()):
        return False
    schema = tool.schema or {}
    found = schema.get("properties")
    properties = found if isinstance(found, dict) else {}
    about = " ".join((tool.description[:500], *(part for name in properties for part in hints.parts(name))))
    named = {stem(word) for word in keywords(about) if word.lower() not in _FETCHING | _FILLING | _ACTING}
    return bool((named - {stem(parts[0])}) & heard) or any(
        shapes.has_kind(text, name, part) for name, part in properties.items()
    )


def _heard(text: str) -> frozenset[str]:
    """Return the stems of a text's words, with those of their kin."""
    stems = {stem(word) for word in words(text)[:_MOST_WORDS]}
    kin = [group for group in _KIN if group & stems]
    return frozenset(stems.union(*kin))


def arguments(tool: Tool, prompt: Prompt, dice: Dice) -> str:
    """Return a call's arguments: what the prompt says, and beyond that values true to the schema."""
    text = said(prompt)
    if tool.custom or tool.schema is None:
        return _free_text(tool, text, dice)
    language = detect(text)
    setting = Setting(
        language, " ".join(keywords(text, language)[:3]), Clues(text).values(tool.schema, tool.schema), 0.0
    )
    value = instance(tool.schema or {"type": "object"}, dice.fork(tool.name), "", setting)
    return json.dumps(value if isinstance(value, dict) else {}, ensure_ascii=False)


def _free_text(tool: Tool, text: str, dice: Dice) -> str:
    """Return a custom tool's input: what is quoted, else all that is said; true to its pattern, if it has one."""
    quoted = re.search(r"[\"“`]([^\"”`]+)[\"”`]", text)
    said = quoted[1] if quoted else text
    pattern = (tool.schema or {}).get("pattern")
    if isinstance(pattern, str):
        return said if patterns.fills(pattern, said) else patterns.string(pattern, dice)
    return said or sentence("en", tool.name.replace("_", " "), dice)


# After the tools have answered.


def results(prompt: Prompt) -> tuple[ToolResult, ...]:
    """Return the tool results that the prompt ends with."""
    found: list[ToolResult] = []
    for message in reversed(prompt.messages):
        here = [part for part in message.parts if isinstance(part, ToolResult)]
        if not here:
            break
        found = here + found
    return tuple(found)


_OPENERS = (
    "Here is what I found: {facts}.",
    "According to {tool}, {facts}.",
    "I checked for you: {facts}.",
    "Based on the result, {facts}.",
)
_MOST_FACTS = 8
_MOST_TEXT = 600  # characters


def report(prompt: Prompt, dice: Dice) -> str:
    """Return an answer that tells what the tools gave back."""
    said_by = [_told(result, dice.fork(at)) for at, result in enumerate(results(prompt))]
    return "\n\n".join(dict.fromkeys(said_by))


def _told(result: ToolResult, dice: Dice) -> str:
    try:
        value = json.loads(result.text)
    except ValueError:
        value = result.text.strip()
    if isinstance(value, dict) and value.get("error"):
        return f"I could not complete that: {_shown(value['error'])}."
    facts = _facts(value)
    if not facts:
        return "Done. The request was completed without any further details."
    tool = " ".join(hints.parts(result.name)) or "the tool"
    if isinstance(value, str) and value[-1:] in ".!?" and dice.random.random() < 0.5:
        return f"Here is what I found: {value[:_MOST_TEXT]}"
    return dice.random.choice(_OPENERS).format(facts=_joined(facts).rstrip("."), tool=tool)


def _facts(value: Any, name: str = "") -> list[str]:
    """Return what a value says, as clauses: the name of each leaf, and what it is."""
    match value:
        case dict():
            return [fact for key, held in value.items() for fact in _facts(held, _spoken(name, key))][:_MOST_FACTS]
        case list() if any(isinstance(item, dict | list) for item in value):
            return [fact for item in value for fact in _facts(item, name)][:_MOST_FACTS]
        case list():
            verb = "is" if len(value) == 1 else "are"
            return [f"the {name or 'results'} {verb} {_joined([_shown(item) for item in value[:_MOST_FACTS]])}"]
        case None | "":
            return []
        case _:
            return [f"the {name} is {_shown(value)}"] if name else [_shown(value)]


def _spoken(parent: str, key: str) -> str:
    own = " ".join(hints.parts(key)) or key
    return f"{parent} {own}" if parent and own in ("name", "id", "value", "unit") else own


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)[:_MOST_TEXT]
        case _:
            return str(value)[:_MOST_TEXT]


def _joined(clauses: Sequence[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])} and {clauses[-1]}" if clauses else "none"
