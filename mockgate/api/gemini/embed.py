"""Embeddings: `:embedContent` and `:batchEmbedContents`. Source: Google's API reference, "Embeddings"."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ... import tokens
from ...admission import enter
from ...embedding import embedded, size_of
from ...gateway import Gateway
from ...google_models import EMBEDDING, not_for, serves
from ...inputs import Input
from ...inquiry import Inquiry, answer, inquire
from ...journal import Exchange
from ...scenario import Model
from ...session import Session
from ...turn import Message, Prompt, Text
from ...vocabulary import Vocabulary
from ...wire import Answer
from . import payload
from .conversation import words
from .payload import refuse
from .read import target
from .request import BatchEmbedContents, EmbedContent

#: So many contents are embedded at a time.
MOST = 100


async def embed_content(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Embed one content."""
    one: EmbedContent = _decode(session, exchange, EmbedContent)
    (entry,), counted = await _embedded(gateway, session, exchange, [one], "EmbedContentRequest")
    return answer(counted, session, exchange, {"embedding": entry, "usageMetadata": _usage(counted.turn.usage.input)})


async def batch_embed_contents(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Embed many contents."""
    batch: BatchEmbedContents = _decode(session, exchange, BatchEmbedContents)
    request = "BatchEmbedContentsRequest"
    if not batch.requests:
        raise refuse("requests", "requests is not specified", request)
    if len(batch.requests) > MOST:
        raise refuse("requests", f"at most {MOST} requests can be in one batch", request)
    model = target(exchange.call).model
    for at, one in enumerate(batch.requests):
        if one.model is not None and one.model.removeprefix("models/") != model:
            raise refuse(f"requests[{at}].model", "model must match the model in the parent request", request)
    entries, counted = await _embedded(gateway, session, exchange, batch.requests, request)
    body = {"embeddings": entries, "usageMetadata": _usage(counted.turn.usage.input)}
    return answer(counted, session, exchange, body)


def _decode(session: Session, exchange: Exchange, kind: type[Any]) -> Any:
    exchange.unknown_fields = lambda values: payload.unknown(values, kind)
    reject = session.policy.reject_unknown
    return payload.decode(exchange.call.raw, kind, reject_unknown=reject)


async def _embedded(
    gateway: Gateway, session: Session, exchange: Exchange, asked: Sequence[EmbedContent], request: str
) -> tuple[list[msgspec.Raw], Inquiry]:
    """Have contents embedded: an entry for each.

    Raises GatewayError for everything that is refused.
    """
    said = [_words(one, f"requests[{at}]" if "Batch" in request else "", request) for at, one in enumerate(asked)]
    messages = tuple(Message("user", (Text(text),)) for text in said)
    prompt, model = enter(session, exchange, Prompt("gemini", target(exchange.call).model, messages, request=asked))
    _check(prompt, model, asked, request)
    vocabulary = await tokens.vocabulary(prompt.model)
    texts = await tokens.aside(sum(map(len, said)), _measured, said, vocabulary)
    inquiry = inquire(gateway, session, exchange, prompt, model, sum(text.tokens for text in texts))
    sizes = [one.output_dimensionality for one in asked]
    return await embedded(inquiry, texts, sizes, lambda _, vector: {"values": vector}), inquiry


def _words(one: EmbedContent, place: str, request: str) -> str:
    where = f"{place}.content".removeprefix(".")
    if one.content is None or not one.content.parts:
        raise refuse(where, "content is required", request)
    return words(one.content, where)


def _measured(said: Sequence[str], vocabulary: Vocabulary) -> list[Input]:
    return [Input(text, vocabulary.count(text)) for text in said]


def _check(prompt: Prompt, model: Model, asked: Sequence[EmbedContent], request: str) -> None:
    """Refuse models that speak, and sizes that the model does not have.

    Raises GatewayError.
    """
    if not serves(model, EMBEDDING):
        raise not_for(prompt.model, "embedContent")
    most = size_of(prompt.model)
    for one in asked:
        if one.output_dimensionality is not None and not 1 <= one.output_dimensionality <= most:
            fault = f"output_dimensionality must be between 1 and {most}"
            raise refuse("output_dimensionality", fault, request)


def _usage(counted: int) -> dict[str, Any]:
    return {"promptTokenCount": counted, "promptTokenDetails": [{"modality": "TEXT", "tokenCount": counted}]}
