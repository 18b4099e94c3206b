"""Rerank: `POST /v1/rerank`, documents put in the order of how near they are to a query.

Source: the public source of new-api, whose request and answer are Jina's.
"""

import asyncio
from collections.abc import Sequence
from operator import mul
from typing import Annotated, Any

import msgspec

from .. import bodies, inputs, tokens
from ..admission import enter
from ..errors import GatewayError
from ..gateway import Gateway
from ..inquiry import Inquiry, answer, inquire
from ..journal import Exchange
from ..routes import Family
from ..scenario import Model
from ..session import Session
from ..synth.vectors import embed
from ..turn import Message, Prompt, Text
from ..wire import Answer
from ..wording import bad_request

#: Dimensions of the directions that are compared: enough to tell documents apart.
_SIZE = 256

_WANTED = "a rerank is a list of numbers, one for each document."


class Create(msgspec.Struct, frozen=True):
    """The body of a request; a document is a text, or an object with one under `text`."""

    model: str
    query: Annotated[str, msgspec.Meta(min_length=1)]
    documents: Annotated[list[str | dict[str, Any]], msgspec.Meta(min_length=1, max_length=inputs.MOST)]
    top_n: Annotated[int, msgspec.Meta(ge=1)] | None = None
    return_documents: bool | None = None
    max_chunks_per_doc: int | None = None
    overlap_tokens: int | None = None


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Put documents in order."""
    asked = bodies.read(session, exchange, Create, inputs.body)
    texts = [_text(document, at) for at, document in enumerate(asked.documents)]
    said = tuple(Message("user", (Text(text),)) for text in (*texts, asked.query))
    prompt, model = enter(session, exchange, Prompt("rerank", asked.model, said, request=asked))
    _check(prompt, model)
    vocabulary = await tokens.vocabulary(prompt.model)
    counted = await tokens.aside(
        len(exchange.call.raw), lambda: sum(vocabulary.count(text) for text in (asked.query, *texts))
    )
    inquiry = inquire(gateway, session, exchange, prompt, model, counted)
    scores = _given(inquiry, len(texts))
    if scores is None:
        scores = await asyncio.to_thread(_scores, asked.query, texts)
    usage = inquiry.turn.usage
    body = {
        "results": _results(asked, scores),
        "usage": {"prompt_tokens": usage.input, "completion_tokens": 0, "total_tokens": usage.input},
    }
    return answer(inquiry, session, exchange, body)


def _text(document: str | dict[str, Any], at: int) -> str:
    text = document if isinstance(document, str) else document.get("text")
    if not isinstance(text, str):
        raise bad_request(f"Invalid 'documents[{at}]': expected a string, or an object with a 'text'.", "documents")
    return text


def _check(prompt: Prompt, model: Model) -> None:
    if model.families and "rerank" not in model.families:
        raise GatewayError("bad_request", f"The model `{prompt.model}` reranks nothing.", param="model")


# Scores.


def _scores(query: str, texts: Sequence[str]) -> list[float]:
    """Say how near each text is to the query, from 0 to 1: the better their words go together, the nearer."""
    wanted = embed(query, "rerank", _SIZE)
    return [round(max(0.0, min(1.0, sum(map(mul, wanted, embed(text, "rerank", _SIZE))))), 6) for text in texts]


def _given(inquiry: Inquiry, count: int) -> list[float] | None:
    """Return the scores that a rule gives, or None.

    Raises GatewayError (500) when it gives something else.
    """
    given = inquiry.given()
    if given is None:
        return None
    try:
        scores = msgspec.convert(given, list[float])
    except msgspec.ValidationError:
        raise inquiry.unfit(_WANTED) from None
    if len(scores) != count:
        raise inquiry.unfit(_WANTED)
    return scores


def _results(asked: Create, scores: Sequence[float]) -> list[dict[str, Any]]:
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    return [
        {"index": at, "relevance_score": scores[at], **(_shown(asked.documents[at]) if asked.return_documents else {})}
        for at in order[: asked.top_n]
    ]


def _shown(document: str | dict[str, Any]) -> dict[str, Any]:
    return {"document": {"text": document} if isinstance(document, str) else document}


family = Family("rerank")
family.add("POST", "/v1/rerank", create, prompted=True, body=Create)
