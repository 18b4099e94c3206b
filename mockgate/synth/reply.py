"""A reply out of nothing: what is thought, called and said when no rule answers a prompt."""

from collections.abc import Callable

from msgspec import structs

from ..rng import Dice
from ..turn import Audio, File, Image, Part, Prompt, Reasoning, Text, Tool, ToolCall
from . import arithmetic, asks, code, continuation, prose, structured, tools
from .asks import Ask
from .language import NAMES
from .manner import Manner
from .phrases import PHRASES


def compose(prompt: Prompt, dice: Dice, manner: Manner) -> tuple[Part, ...]:
    """Return the parts of an answer: the same for the same prompt, dice and manner.

    Tool calls come without an id, and spoken answers as text.
    """
    ask = asks.read(prompt, manner.language)
    if prompt.family == "completions":
        return (Text(_continued(prompt, ask, dice.fork("text"))),)
    thought = prose.thoughts(ask, prompt.effort, dice.fork("thought")) if manner.reasons else ""
    parts: tuple[Part, ...] = (Reasoning(thought),) if thought else ()
    called = tools.choose(prompt, manner, dice.fork("choice"))
    parts += tuple(_call(tool, prompt, dice.fork("call", at)) for at, tool in enumerate(called))
    if any(not tool.hosted for tool in called):
        return parts
    return (*parts, Text(_text(prompt, ask, dice.fork("text"))))


def _continued(prompt: Prompt, ask: Ask, dice: Dice) -> str:
    """Go on with a text: what asks for something is answered, all else is told further."""
    text = prompt.last.text if prompt.last else ""
    value = arithmetic.result(text) if text.rstrip().endswith("=") else None
    if value is not None:
        return f" {value}" if text.endswith(" =") else value
    if ask.kind != "statement":
        return continuation.answered(text, _text(prompt, ask, dice))
    told = structs.replace(ask, kind="essay", topic=ask.topic or "this")
    return continuation.told(text, _text(prompt, told, dice), ask.language, dice)


def _call(tool: Tool, prompt: Prompt, dice: Dice) -> ToolCall:
    return ToolCall(tool.name, tools.arguments(tool, prompt, dice), custom=tool.custom, hosted=tool.hosted)


def _text(prompt: Prompt, ask: Ask, dice: Dice) -> str:
    match prompt.format.kind:
        case "json_schema":
            return structured.schema_text(prompt, ask, dice)
        case "json_object":
            return structured.free_text(prompt, ask, dice)
    if tools.results(prompt):
        return tools.report(prompt, dice)
    seen = _attached(prompt)
    if seen is not None and ask.kind in ("statement", "what", "how", "why", "summary", "essay"):
        return _about(seen, ask, dice)
    if ask.kind == "json":
        return structured.free_text(prompt, ask, dice)
    special = _SPECIAL.get(ask.kind)
    computed = arithmetic.answer(ask.text) if special is None else None
    return computed or (special or prose.answer)(ask, dice)


def _attached(prompt: Prompt) -> Image | Audio | File | None:
    """Return what the message to be answered carries beside its words."""
    for part in prompt.last.parts if prompt.last else ():
        if isinstance(part, Image | Audio | File):
            return part
    return None


def _about(part: Image | Audio | File, ask: Ask, dice: Dice) -> str:
    match part:
        case Image(width=width, height=height):
            return prose.picture((width, height), ask, dice)
        case Audio(seconds=seconds):
            length = f" It is about {seconds:.0f} seconds long." if seconds >= 1 else ""
            return f"I listened to the recording.{length} {prose.paragraphs(ask, dice)}"
        case File(name=name):
            return f"I read through {name or 'the document'}. {prose.paragraphs(ask, dice)}"


def _say(ask: Ask, _dice: Dice) -> str:
    """Say again what the ask wants said, as a sentence."""
    text = ask.given[:1].upper() + ask.given[1:]
    return text if text[-1:] in ".!?…\"'" or f'"{ask.given}"' in ask.text or " " not in text else f"{text}."


def _translate(ask: Ask, dice: Dice) -> str:
    """Greet or agree in the language asked for, where that is what is to be translated; else speak in it."""
    language = next((NAMES[name] for name in NAMES if f" {name}" in ask.text.lower()), ask.language)
    phrases = PHRASES.get(language)
    given = ask.given or ask.topic
    known = given.lower().strip(" .!")
    if phrases is None:
        return given
    known_phrases = {"yes": phrases.yes, "no": phrases.no, "hello": phrases.greeting.split("!")[0] + "!"}
    return known_phrases.get(known) or prose.sentence(language, given, dice)


_SPECIAL: dict[str, Callable[[Ask, Dice], str]] = {
    "code": code.block,
    "say": _say,
    "translate": _translate,
    "summary": prose.summary,
}
