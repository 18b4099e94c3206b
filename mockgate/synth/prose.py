"""Paragraphs, lists, tables and stories out of frames that take up the prompt's own words.

No frame comes twice before all have been used.
"""

import re
from collections.abc import Sequence

from ..expressions import regex
from ..rng import Dice
from . import english, lists
from .asks import Ask
from .fakes import faker
from .language import stem
from .phrases import PHRASES, Phrases
from .topics import without_form

_MEDIAN_TOKENS = {"short": 22, "normal": 60, "long": 260}
_VERBOSITY = {"low": 0.4, "high": 2.5}  # how much longer than the median
_SPREAD = 0.45  # sigma of the lognormal that lengths are drawn from
_FEWEST, _MOST = 8, 900  # tokens
_TOKENS_A_SENTENCE = 18
_FEWEST_WORDS_A_SENTENCE = 5  # in the frames: so many sentences have enough of them
_MOST_WORDS = 2000
_SENTENCES_A_PARAGRAPH = 5
_OPENERS = {"what": english.WHAT, "why": english.WHY, "how": english.HOW, "essay": english.WHAT}
_INNER_END = regex(r"[.!?] ")  # between two sentences of one frame
_NUMBERED = regex(r"\b(?:steps?|top|rank|numbered|order)\b|^(?!.*\bbullet)", re.IGNORECASE)


def sentence(language: str, topic: str, dice: Dice) -> str:
    """Return one sentence about the topic."""
    phrases = PHRASES.get(language)
    if phrases is None:
        return _filled(dice.random.choice(english.BODY), _slots(topic, "", dice))
    return _quoted(dice.random.choice(phrases.sentences[:3]), topic, phrases)


def title(topic: str, dice: Dice) -> str:
    """Return a short title on the topic."""
    frame = dice.random.choice(("A Guide to {}", "Notes on {}", "Understanding {}", "{} at a Glance", "{}"))
    return frame.format(" ".join(word[:1].upper() + word[1:] for word in topic.split()[:6]) or "Everyday Things")


def answer(ask: Ask, dice: Dice) -> str:  # noqa: PLR0911  (a case for each kind of ask)
    """Return the words for an ask that is answered in prose."""
    match ask.kind:
        case "greeting":
            return _choice(ask, dice, english.GREETINGS, "greeting")
        case "thanks":
            return _choice(ask, dice, english.THANKS, "welcome")
        case "word":
            meant = [key for key in ask.keys if key in ask.topic.split()] or ask.keys
            return f"{_capital(meant[-1] if meant else 'Yes')}."
        case "yes_no":
            return dice.random.choice(_yes_and_no(ask.language))
        case "list":
            return listing(ask, dice)
        case "table":
            return table(ask, dice)
        case "joke" if ask.language == "en":
            return _filled(dice.random.choice(english.JOKES), _slots(ask.topic, "", dice))
        case "poem" if ask.language == "en":
            return "\n".join(_told(english.POEM[: 4 * dice.random.randint(1, 2)], ask, dice))
        case "story" if ask.language == "en":
            return " ".join(_story(ask, dice))
        case _:
            return paragraphs(ask, dice)


def _yes_and_no(language: str) -> tuple[str, str]:
    phrases = PHRASES.get(language)
    return (phrases.yes, phrases.no) if phrases else ("Yes.", "No.")


def _choice(ask: Ask, dice: Dice, frames: Sequence[str], what: str) -> str:
    phrases = PHRASES.get(ask.language)
    return dice.random.choice(frames) if phrases is None else str(getattr(phrases, what))


def paragraphs(ask: Ask, dice: Dice) -> str:
    """Return as many sentences as the ask wants, in paragraphs."""
    count = _sentence_count(ask, dice)
    said = _sentences(ask, count, dice)
    said = _counted(said, ask, dice) if ask.words and not ask.sentences else said
    phrases = PHRASES.get(ask.language)
    joint = phrases.joint if phrases else " "
    if ask.length != "long" and not ask.words > 120:
        return joint.join(said)
    size = _SENTENCES_A_PARAGRAPH
    return "\n\n".join(joint.join(said[at : at + size]) for at in range(0, len(said), size))


def _sentence_count(ask: Ask, dice: Dice) -> int:
    if ask.sentences:
        return min(ask.sentences, 40)
    if ask.words:
        return 1 + min(ask.words, _MOST_WORDS) // _FEWEST_WORDS_A_SENTENCE
    median = _MEDIAN_TOKENS[ask.length] * _VERBOSITY.get(ask.verbosity or "medium", 1)
    tokens = median * dice.random.lognormvariate(0, _SPREAD)
    fewest = 1 if ask.length == "short" or ask.verbosity == "low" else 2
    return max(fewest, round(min(max(tokens, _FEWEST), _MOST) / _TOKENS_A_SENTENCE))


def _sentences(ask: Ask, count: int, dice: Dice) -> list[str]:
    phrases = PHRASES.get(ask.language)
    if phrases is not None:
        opener, *rest = dice.random.sample(phrases.sentences[:3], 1) + _drawn(phrases.sentences[3:], count - 1, dice)
        return [_quoted(frame, ask.topic, phrases) for frame in (opener, *rest)]
    if not ask.topic and not (ask.sentences or ask.words):
        return [dice.random.choice(english.ACKNOWLEDGED)]
    openers = english.SHORT if count == 1 else _OPENERS.get(ask.kind, english.STATEMENT)
    if ask.sentences or ask.words:
        openers = tuple(frame for frame in openers if not _INNER_END.search(frame)) or english.SHORT
    frames = [dice.random.choice(openers)]
    steps = [*english.STEPS[: count - 1]] if ask.kind == "how" else []
    wanted = count - 1 - len(steps)
    closes = wanted > 1 and dice.random.random() < 0.5
    frames += steps + _drawn(english.BODY, wanted - closes, dice)
    if closes:
        frames.append(dice.random.choice(english.CLOSERS))
    return _told(frames, ask, dice)


def _story(ask: Ask, dice: Dice) -> list[str]:
    count = _sentence_count(ask, dice) if ask.sentences or ask.words else len(english.STORY)
    frames = [*english.STORY, *_drawn(english.BODY, count - len(english.STORY), dice)][:count]
    said = _told(frames, ask, dice)
    return _counted(said, ask, dice) if ask.words and not ask.sentences else said


def _counted(said: Sequence[str], ask: Ask, dice: Dice) -> list[str]:
    """Return sentences of exactly as many words as the ask wants: those that fit, then what fills the rest.

    Languages other than English are cut at the last word; those written without spaces stay as they are.
    """
    left = min(ask.words, _MOST_WORDS)
    if ask.language in PHRASES:
        cut = " ".join(said).split(" ")[:left]
        return [" ".join(cut).rstrip(" ,;:.") + "."] if len(cut) == left else list(said)
    opener, *rest = said
    if len(opener.split()) > left:
        fitting = [one for one in _told((*english.SHORT, *english.TERSE), ask, dice) if len(one.split()) <= left]
        opener = dice.random.choice(fitting) if fitting else ""
    kept = [opener] if opener else []
    left -= len(opener.split())
    for one in rest:
        if len(one.split()) <= left:
            kept.append(one)
            left -= len(one.split())
    while left:
        kept.append(english.FILLERS[min(left, len(english.FILLERS)) - 1])
        left -= len(kept[-1].split())
    return kept


def _told(frames: Sequence[str], ask: Ask, dice: Dice) -> list[str]:
    slots = _slots(ask.topic, ask.act, dice)
    return [_filled(frame, slots) for frame in frames]


def _drawn(frames: Sequence[str], count: int, dice: Dice) -> list[str]:
    """Draw frames, none again before all have been used."""
    drawn: list[str] = []
    while len(drawn) < count:
        drawn += dice.random.sample(frames, min(len(frames), count - len(drawn)))
    return drawn


def listing(ask: Ask, dice: Dice) -> str:
    """Return a list of exactly as many items as were asked for, or of three to six."""
    count = ask.count or dice.random.randint(3, 6)
    found = items(ask, count, dice)
    if _NUMBERED.search(ask.text):
        return "\n".join(f"{at}. {item}" for at, item in enumerate(found, 1))
    return "\n".join(f"- {item}" for item in found)


def items(ask: Ask, count: int, dice: Dice) -> list[str]:
    """Return things of the kind asked for, each once as long as there are more of them."""
    phrases = PHRASES.get(ask.language)
    if phrases is not None:
        return [_quoted(frame, ask.topic, phrases) for frame in _drawn(phrases.sentences, count, dice)]
    known = lists.members(ask.text)
    drawn = dice.random.sample(known, min(count, len(known)))
    return drawn + (_others(ask, count - len(drawn), dice) if count > len(drawn) else [])


def _others(ask: Ask, count: int, dice: Dice) -> list[str]:
    """Return things of a kind of which no list is known."""
    stems = {stem(key) for key in (*ask.keys, *ask.topic.split())}
    fake = faker(dice, ask.language)
    for words, method in _FAKED.items():
        if any(stem(word) in stems for word in words.split()):
            return [str(getattr(fake, method)()) for _ in range(count)]
    frames = english.ITEMS if ask.topic else [frame for frame in english.ITEMS if "{" not in frame]
    return _told(_drawn(frames, count, dice), ask, dice)


#: What Faker knows lists of.
_FAKED = {
    "city cities": "city",
    "country countries": "country",
    "company companies startup": "company",
    "job profession occupation career": "job",
    "name names people person": "name",
}


def table(ask: Ask, dice: Dice) -> str:
    """Return a Markdown table; its rows are what is compared, where the ask names it."""
    compared = re.search(r"\b(?:compar\w+|between|of|versus)\b (.+)", without_form(ask.text), re.IGNORECASE)
    named = (
        re.split(r",\s*(?:and\s+)?|\s+(?:and|vs\.?|versus|with|to)\s+", compared[1].strip(" .?!")) if compared else []
    )
    rows = [name for name in named if 0 < len(name) <= 30][:8]
    if len(rows) < 2:
        rows = items(ask, ask.count or 3, dice)
    lines = ["| Item | Strength | Rating |", "| --- | --- | --- |"]
    strengths = _drawn(
        ("easy to start with", "widely used", "good value", "very flexible", "well documented"),
        len(rows),
        dice,
    )
    lines += [
        f"| {row} | {strong} | {dice.random.randint(30, 50) / 10}/5 |"
        for row, strong in zip(rows, strengths, strict=True)
    ]
    return "\n".join(lines)


def thoughts(ask: Ask, effort: str | None, dice: Dice) -> str:
    """Return what a reasoning model thinks about the ask: the more effort, the longer; none, nothing."""
    median = {"none": 0, "minimal": 1, "low": 2, "medium": 4, "high": 9, "xhigh": 13}.get(effort or "medium", 4)
    if not median:
        return ""
    count = max(1, round(median * dice.random.lognormvariate(0, 0.25)))
    return " ".join(_told([english.THOUGHTS[0], *_drawn(english.THOUGHTS[1:], count - 1, dice)], ask, dice))


def picture(size: tuple[int, int], ask: Ask, dice: Dice) -> str:
    """Return words about an image of which only the size in pixels (0: unknown) is known."""
    said = dice.random.sample(english.IMAGE, dice.random.randint(2, 3))
    said.sort(key=lambda frame: not frame.startswith("The image"))
    if all(size):
        said.append(f"It measures {size[0]} by {size[1]} pixels.")
    if ask.keys and ask.kind not in ("greeting", "statement"):
        said.append(f"Regarding {ask.keys[-1]}, the image gives a few good clues.")
    return " ".join(said)


def summary(ask: Ask, dice: Dice) -> str:
    """Return the sentences of the text that was brought along which carry most of its key words."""
    found = [part.strip() for part in re.split(r"(?<=[.!?。])\s+", ask.given) if part.strip()]
    if not found:
        return paragraphs(ask, dice)
    weights = {one: sum(key in one for key in ask.keys) for one in found}
    best = sorted(found, key=lambda one: -weights[one])[: ask.sentences or max(1, len(found) // 3)]
    text = " ".join(one for one in found if one in best)
    return f"In summary: {text}" if ask.language == "en" else text


def _slots(topic: str, act: str, dice: Dice) -> dict[str, str]:
    """Return what stands in an English frame's slots; `two` is something to look at beside the topic."""
    topic = topic or "this"
    act = act or f"make sense of {topic}"
    _verb, _, objects = act.partition(" ")
    one = (
        objects if topic != "this" and not act.startswith("make sense of") and 0 < len(objects.split()) <= 4 else topic
    )
    return {"topic": topic, "act": act, "one": one, "two": dice.random.choice(english.ASPECTS)}


def _filled(frame: str, slots: dict[str, str]) -> str:
    return _capital(frame.format(**slots))


def _quoted(frame: str, topic: str, phrases: Phrases) -> str:
    left, right = phrases.quotes[0], phrases.quotes[-1]
    said = f"{left}\u00a0{topic}\u00a0{right}" if phrases is PHRASES["fr"] else f"{left}{topic}{right}"
    return frame.format(topic=said if topic else "…")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
