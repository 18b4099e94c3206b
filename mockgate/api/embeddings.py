"""Embeddings: `POST /v1/embeddings`. Source: OpenAI's API reference, "Embeddings"."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from .. import bodies, inputs, tokens
from ..admission import enter
from ..embedding import embedded, size_of
from ..errors import GatewayError
from ..gateway import Gateway
from ..inputs import Given, Input
from ..inquiry import Inquiry, answer, inquire
from ..journal import Exchange
from ..routes import Family
from ..scenario import Model
from ..session import Session
from ..synth.vectors import pack
from ..turn import Message, Prompt, Text
from ..vocabulary import base_model
from ..wire import Answer
from ..wording import bad_request

#: Tokens that one request may have in all its inputs.
MOST_TOKENS = 300_000


class Create(msgspec.Struct, frozen=True, gc=False):
    """The body of a request."""

    model: str
    input: Given
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Annotated[int, msgspec.Meta(ge=1)] | None = None
    user: str | None = None


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Embed one text or many."""
    prompt, texts = await read(session, exchange)
    prompt, model = enter(session, exchange, prompt)
    _check(prompt, model, texts)
    inquiry = inquire(gateway, session, exchange, prompt, model, sum([text.tokens for text in texts]))
    data = await _data(inquiry, texts, packed=prompt.request.encoding_format == "base64" and not _strict(exchange))
    usage = inquiry.turn.usage
    body = {
        "object": "list",
        "data": data,
        "model": prompt.model,
        "usage": {"prompt_tokens": usage.input, "total_tokens": usage.total},
    }
    return answer(inquiry, session, exchange, body)


async def read(session: Session, exchange: Exchange) -> tuple[Prompt, list[Input]]:
    """Read a body: the prompt has a message for each input.

    Raises GatewayError (400).
    """
    asked = bodies.read(session, exchange, Create, inputs.body)
    parts = inputs.parted(asked.input, "input")
    if not all(parts):
        raise inputs.invalid("input")
    vocabulary = await tokens.vocabulary(asked.model)
    texts = await tokens.aside(len(exchange.call.raw), inputs.measured, parts, vocabulary, "input")
    said = tuple(Message("user", (Text(text.text),)) for text in texts)
    return Prompt("embeddings", asked.model, said, user=asked.user or "", request=asked), texts


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


# Vectors.


def _strict(exchange: Exchange) -> bool:
    """Tell whether a caller may refuse base64, though it asks for it.

    OpenAI's Python SDK always asks for it and takes numbers as well, in its strict mode nothing else; that is for
    contract suites, which go with `validation: lenient`.
    """
    return exchange.call.lenient and exchange.call.headers.get("x-stainless-lang") == "python"


async def _data(inquiry: Inquiry, texts: Sequence[Input], *, packed: bool) -> list[msgspec.Raw]:
    """Make every input's entry, already encoded; `packed`: in base64."""
    asked: Create = inquiry.turn.prompt.request

    def word(index: int, vector: Sequence[float]) -> dict[str, Any]:
        worded = b64encode(pack(vector)).decode() if packed else vector
        return {"object": "embedding", "index": index, "embedding": worded}

    return await embedded(inquiry, texts, [asked.dimensions] * len(texts), word)


family = Family("embeddings")
family.add("POST", "/v1/embeddings", create, prompted=True, body=Create)
