"""What a request would cost: `:countTokens`, the same figure as the answer's own."""

import msgspec

from ...admission import enter
from ...gateway import Gateway
from ...journal import Exchange
from ...session import Session
from ...turn import Usage
from ...wire import Answer, json_answer
from . import payload
from .payload import invalid, refuse
from .read import prompt
from .request import CountTokens, GenerateContent
from .whole import modalities


async def count_tokens(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Count contents, or a whole request with its instructions and tools, without answering them."""
    read = prompt(_asked(exchange, session.policy.reject_unknown), exchange.call)
    read, model = enter(session, exchange, read)
    counted = await session.policy.responder.count(read, model, exchange)
    gateway.strike(session, exchange, read)
    parts = Usage(counted.total, input_audio=counted.audio, input_image=counted.image)
    return json_answer({"totalTokens": counted.total, "promptTokensDetails": modalities(parts)})


def _asked(exchange: Exchange, reject_unknown: bool) -> GenerateContent:
    exchange.unknown_fields = lambda values: payload.unknown(values, CountTokens)
    body = payload.decode(exchange.call.raw, CountTokens, reject_unknown=reject_unknown)
    whole = body.generate_content_request
    if body.contents and whole is not None:
        raise invalid("Only one of contents and generate_content_request can be specified.")
    if whole is not None:
        return whole
    if not body.contents:
        raise refuse("contents", "contents is not specified", "CountTokensRequest")
    return msgspec.structs.replace(GenerateContent(), contents=body.contents)
