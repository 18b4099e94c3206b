"""Embeddings: `POST /v1/embeddings`. Source: OpenAI's API reference, "Embeddings"."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec

from .. import fields, inputs, tokens
from ..admission import enter
from ..errors import GatewayError
from ..gateway import Gateway
from ..inputs import Given, Input
from ..inquiry import Inquiry, answer, inquire
from ..journal import Exchange
from ..routes import Family
from ..scenario import Model
from ..session import Session
from ..synth.vectors import embed, pack
from ..turn import Message, Prompt, Text
from ..vocabulary import base_model
from ..wire import Answer
from ..wording import bad_request

#: Tokens that one request may have in all its inputs.
MOST_TOKENS = 300_000

#: How many dimensions a model's vectors have where it is not as many as _SIZE.
_SIZES = {"text-embedding-3-large": 3072}
_SIZE = 1536

#: Characters that are embedded at once; more go slice by slice in a thread.
_AT_ONCE = 2000
_EFFORT = 100

_WANTED = "an embedding is a list of numbers, or one such list for each input."


class Create(msgspec.Struct, frozen=True, gc=False):
    """The body of a request."""

    model: str
    input: Given
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Annotated[int, msgspec.Meta(ge=1)] | None = None
    user: str | None = None


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Embed one text or many."""
    exchange.unknown_fields = unknown
    prompt, texts = await read(exchange, reject_unknown=session.policy.scenario.unknown_fields == "reject")
    prompt, model = enter(session, exchange, prompt)
    _check(prompt, model, texts)
    inquiry = inquire(gateway, session, exchange, prompt, model, sum([text.tokens for text in texts]))
    data = await _data(inquiry, texts)
    usage = inquiry.turn.usage
    body = {
        "object": "list",
        "data": data,
        "model": prompt.model,
        "usage": {"prompt_tokens": usage.input, "total_tokens": usage.total},
    }
    return answer(inquiry, session, exchange, body)


async def read(exchange: Exchange, *, reject_unknown: bool = False) -> tuple[Prompt, list[Input]]:
    """Read a body: the prompt has a message for each input.

    Raises GatewayError (400).
    """
    asked = inputs.body(exchange.call.raw, Create, reject_unknown=reject_unknown)
    parts = inputs.parted(asked.input, "input")
    if not all(parts):
        raise inputs.invalid("input")
    vocabulary = await tokens.vocabulary(asked.model)
    texts = await tokens.aside(len(exchange.call.raw), inputs.measured, parts, vocabulary, "input")
    said = tuple(Message("user", (Text(text.text),)) for text in texts)
    return Prompt("embeddings", asked.model, said, user=asked.user or "", request=asked), texts


def unknown(values: dict[str, Any]) -> list[str]:
    """Return the names of a body's fields that no such request has."""
    return fields.unknown(values, Create)


def _check(prompt: Prompt, model: Model, texts: Sequence[Input]) -> None:
    """Refuse models of other endpoints, sizes that the model does not have, and too much text."""
    if model.families and "embeddings" not in model.families:
        raise GatewayError("bad_request", "You are not allowed to generate embeddings from this model", status=403)
    _check_dimensions(prompt)
    for text in texts:
        if model.context is not None and text.tokens > model.context:
            raise bad_request(f"Invalid 'input': maximum context length is {model.context} tokens.")
    total = sum([text.tokens for text in texts])
    if total > MOST_TOKENS:
        name = "max_tokens_per_request"
        message = f"Requested {total} tokens, max {MOST_TOKENS} tokens per request"
        raise GatewayError("bad_request", message, type=name, code=name)


def _check_dimensions(prompt: Prompt) -> None:
    wanted, size = prompt.request.dimensions, size_of(prompt.model)
    if wanted is None:
        return
    if base_model(prompt.model) == "text-embedding-ada-002":
        raise bad_request("This model does not support specifying dimensions.")
    if wanted > size:
        raise bad_request(f"Invalid value for 'dimensions' = {wanted}. Must be less than or equal to {size}.")


def size_of(model: str) -> int:
    """Return how many dimensions a model's vectors have."""
    return _SIZES.get(base_model(model), _SIZE)


# Vectors.


async def _data(inquiry: Inquiry, texts: Sequence[Input]) -> list[msgspec.Raw]:
    """Make every input's entry, already encoded: many take long, and others go on meanwhile."""
    vectors = _given(inquiry, len(texts))
    if sum(map(_effort, texts)) <= _AT_ONCE:
        return _entries(inquiry, texts, vectors, 0)
    data: list[msgspec.Raw] = []
    for begin, end in pairwise(_borders(texts)):
        data += await asyncio.to_thread(_entries, inquiry, texts[begin:end], vectors[begin:end], begin)
    return data


def _borders(texts: Sequence[Input]) -> Iterator[int]:
    """Cut the inputs into slices of about as much text as is embedded at once."""
    yield 0
    size = 0
    for at, text in enumerate(texts):
        if size > _AT_ONCE:
            yield at
            size = 0
        size += _effort(text)
    yield len(texts)


def _effort(text: Input) -> int:
    """Return how much work an input is, in characters: even an empty one is some."""
    return _EFFORT + len(text.text)


def _entries(
    inquiry: Inquiry, texts: Sequence[Input], vectors: Sequence[Sequence[float] | None], begin: int
) -> list[msgspec.Raw]:
    prompt = inquiry.turn.prompt
    asked, model, size = prompt.request, base_model(prompt.model), size_of(prompt.model)
    entries = []
    for index, (text, scripted) in enumerate(zip(texts, vectors, strict=True), begin):
        vector = embed(text.text, model, size, asked.dimensions) if scripted is None else scripted
        worded = b64encode(pack(vector)).decode() if asked.encoding_format == "base64" else vector
        entries.append(msgspec.Raw(msgspec.json.encode({"object": "embedding", "index": index, "embedding": worded})))
    return entries


def _given(inquiry: Inquiry, count: int) -> Sequence[Sequence[float] | None]:
    """Return the vector that a rule gives for each input, None where it gives none.

    Raises GatewayError (500) when it gives something else.
    """
    given = inquiry.given()
    if given is None:
        return [None] * count
    try:
        vectors = msgspec.convert(given if isinstance(given[0], list) else [given] * count, list[list[float]])
        for vector in vectors:
            pack(vector)
    except (msgspec.ValidationError, LookupError, OverflowError):
        raise inquiry.unfit(_WANTED) from None
    if len(vectors) != count:
        raise inquiry.unfit(_WANTED)
    return vectors


family = Family("embeddings")
family.add("POST", "/v1/embeddings", create, prompted=True)
