"""Moderations: `POST /v1/moderations`. Source: OpenAI's API reference, "Moderations"."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from .. import attachments, bodies, inputs, tokens
from ..admission import enter
from ..gateway import Gateway
from ..inquiry import Inquiry, answer, inquire
from ..journal import Exchange
from ..rng import HEX
from ..routes import Family
from ..scenario import Model
from ..session import Session
from ..synth.moderation import CATEGORIES, THRESHOLD, Category, judge, told
from ..turn import Image, Message, Prompt, Text, words_of
from ..vocabulary import Vocabulary, base_model
from ..wire import Answer
from ..wording import bad_request

#: The model of a request that names none.
DEFAULT_MODEL = "omni-moderation-latest"

#: What pictures are looked at for.
_OF_PICTURES: frozenset[Category] = frozenset(
    {"self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "violence", "violence/graphic"}
)
#: What models that read only text know nothing of.
_NEWER: frozenset[Category] = frozenset({"illicit", "illicit/violent"})

#: More characters are judged in a thread.
_AT_ONCE = 5000

_WANTED = (
    "a moderation is an object with any of `flagged`, `categories`, `category_scores` and "
    "`category_applied_input_types`, or one such object for each input. The categories are "
    f"{', '.join(CATEGORIES)}."
)


class TextPart(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="text"):
    """Words."""

    text: str


class ImageUrl(msgspec.Struct, frozen=True, gc=False):
    """Where a picture is: a data URL or an http(s) URL."""

    url: str


class ImagePart(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="image_url"):
    """A picture."""

    image_url: ImageUrl


class Create(msgspec.Struct, frozen=True, gc=False):
    """The body of a request. An array of texts is many inputs, an array of parts is one."""

    input: str | Annotated[list[str | TextPart | ImagePart], msgspec.Meta(min_length=1)]
    model: str | None = None


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule says of an input; what it leaves out follows from the rest, and from the input's words."""

    flagged: bool | None = None
    categories: dict[Category, bool] = {}
    category_scores: dict[Category, Annotated[float, msgspec.Meta(ge=0, le=1)]] = {}
    category_applied_input_types: dict[Category, list[Literal["text", "image"]]] = {}


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Judge one input or many."""
    prompt = read(session, exchange)
    prompt, model = enter(session, exchange, prompt)
    vocabulary = await tokens.vocabulary(prompt.model)
    size = sum([len(message.text) for message in prompt.messages])
    counts = await tokens.aside(size, _count, prompt, vocabulary)
    _check(prompt, model, counts)
    inquiry = inquire(gateway, session, exchange, prompt, model, sum(counts))
    verdicts = _given(inquiry)
    results = await asyncio.to_thread(_judge, prompt, verdicts) if size > _AT_ONCE else _judge(prompt, verdicts)
    body = {"id": inquiry.dice.id("modr-", 32, HEX), "model": prompt.model, "results": results}
    return answer(inquiry, session, exchange, body)


def read(session: Session, exchange: Exchange) -> Prompt:
    """Read a body: the prompt has a message for each input.

    Raises GatewayError (400).
    """
    asked = bodies.read(session, exchange, Create)
    return Prompt("moderations", asked.model or DEFAULT_MODEL, _messages(asked), request=asked)


def _messages(asked: Create) -> tuple[Message, ...]:
    given = [asked.input] if isinstance(asked.input, str) else asked.input
    texts = tuple(Message("user", (Text(text),)) for text in given if isinstance(text, str))
    if not texts:
        return (Message("user", tuple(_part(part, at) for at, part in enumerate(given))),)
    if len(texts) < len(given):
        raise inputs.invalid("input")
    return texts


def _part(part: str | TextPart | ImagePart, at: int) -> Text | Image:
    match part:
        case ImagePart(ImageUrl(url)):
            return attachments.image(url, "auto", f"input[{at}].image_url.url")
        case TextPart(text) | str(text):
            return Text(text)


def _count(prompt: Prompt, vocabulary: Vocabulary) -> list[int]:
    """Count the tokens of every input, without any overhead."""
    return [
        sum(
            tokens.image_tokens(prompt.model, part) if isinstance(part, Image) else vocabulary.count(words_of(part))
            for part in message.parts
        )
        for message in prompt.messages
    ]


def _check(prompt: Prompt, model: Model, counts: Sequence[int]) -> None:
    """Refuse models of other endpoints, pictures for models that read only text, and too much of either."""
    if model.families and "moderations" not in model.families:
        raise bad_request(
            f"The requested model '{prompt.model}' cannot be used with the Moderations API.",
            "model",
            "unsupported_model",
        )
    if _reads_only_text(prompt.model) and any(_has_picture(message) for message in prompt.messages):
        raise bad_request(f"The model '{prompt.model}' does not support image inputs.", "input", "unsupported_value")
    if model.context is not None and max(counts) > model.context:
        raise bad_request(f"Invalid 'input': maximum context length is {model.context} tokens.")


def _reads_only_text(model: str) -> bool:
    return base_model(model).startswith("text-moderation")


def _has_picture(message: Message) -> bool:
    return any(isinstance(part, Image) for part in message.parts)


# Verdicts.


def _given(inquiry: Inquiry) -> Sequence[Verdict]:
    """Return what a rule says of every input.

    Raises GatewayError (500) when that is no verdict.
    """
    given, count = inquiry.given(), len(inquiry.turn.prompt.messages)
    try:
        verdicts = msgspec.convert(given if isinstance(given, list) else [given or {}] * count, list[Verdict])
    except msgspec.ValidationError as problem:
        raise inquiry.unfit(f"{problem}: {_WANTED}") from None
    if len(verdicts) != count:
        raise inquiry.unfit(f"it says something of {len(verdicts)} inputs, but there are {count}.")
    return verdicts


def _judge(prompt: Prompt, verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    return [result(prompt.model, *each) for each in zip(prompt.messages, verdicts, strict=True)]


def result(model: str, message: Message, verdict: Verdict) -> dict[str, Any]:
    """Word what is thought of one input."""
    scores = _scores(message.text, model, verdict)
    applies = {category: score >= THRESHOLD for category, score in scores.items()} | verdict.categories
    unheard_of = _NEWER if _reads_only_text(model) else ()
    types = {category: _types(category, message) for category in CATEGORIES}
    return {
        "flagged": any(applies.values()) if verdict.flagged is None else verdict.flagged,
        "categories": {category: None if category in unheard_of else applies[category] for category in CATEGORIES},
        "category_scores": scores,
        "category_applied_input_types": types | verdict.category_applied_input_types,
    }


def _scores(text: str, model: str, verdict: Verdict) -> dict[Category, float]:
    """Score a text so that it agrees with what is said of it; a score that is given stands."""
    scores = judge(text, model)
    if _reads_only_text(model):
        scores |= dict.fromkeys(_NEWER, 0.0)
    scores |= verdict.category_scores
    for category, applies in _said(verdict, scores).items():
        if category not in verdict.category_scores and applies != (scores[category] >= THRESHOLD):
            scores[category] = told(category, text, model, applies=applies)
    return scores


def _said(verdict: Verdict, scores: dict[Category, float]) -> dict[Category, bool]:
    """Return which categories are said to apply; of one only flagged, the likeliest does, of one not flagged none."""
    if verdict.flagged is None or verdict.categories:
        return verdict.categories
    if not verdict.flagged:
        return dict.fromkeys(CATEGORIES, False)
    return {max(scores, key=scores.__getitem__): True}


def _types(category: Category, message: Message) -> list[str]:
    words = any(isinstance(part, Text) for part in message.parts)
    return ["text"] * words + ["image"] * (category in _OF_PICTURES and _has_picture(message))


family = Family("moderations")
family.add("POST", "/v1/moderations", create, prompted=True, body=Create)
