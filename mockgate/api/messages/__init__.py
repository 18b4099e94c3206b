"""Anthropic Messages: `POST /v1/messages`, and what one would cost.

Source: Anthropic's API reference, "Create a message" and "Count tokens in a message".
"""

import re
from functools import partial
from math import ceil

import msgspec

from ...admission import enter
from ...dialect import Dialect
from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...routes import Family
from ...scenario import Model
from ...session import Session
from ...turn import Prompt
from ...wire import Answer, Call, json_answer
from . import threads
from .events import fail, frames
from .filed import filled
from .read import counted, read, unknown
from .request import Asked, Create
from .whole import body

#: Models that go by one of temperature and top_p, and those that begin every answer themselves.
_ONE_OF_BOTH = re.compile(r"claude-(opus-4[-.][1-9]|(sonnet|haiku)-4[-.][5-9]|\w+-[5-9](?!\d))")
_NO_PREFILL = re.compile(r"claude-\w+-(4[-.][6-9](?!\d)|[5-9](?!\d))")

#: A gateway translates for every model that chats.
_FAMILIES = frozenset({"messages", "chat"})


def _completed(asked: Asked, session: Session) -> Asked:
    return filled(threads.resumed(asked, session), session)


def _read(call: Call, session: Session, reject_unknown: bool) -> Prompt:
    return read(call.raw, reject_unknown=reject_unknown, resume=partial(_completed, session=session))


def check(prompt: Prompt, model: Model) -> None:
    """Refuse what this model does not do on this endpoint.

    Raises GatewayError. Source: Anthropic's answers; models of other owners are only translated for.
    """
    if model.families and _FAMILIES.isdisjoint(model.families):
        raise GatewayError("model_not_found", f"model: {prompt.model}", details={"model": prompt.model})
    if model.owned_by != "anthropic":
        return
    limit = model.max_output
    if prompt.max_tokens is not None and limit is not None and prompt.max_tokens > limit:
        raise GatewayError(
            "bad_request",
            f"max_tokens: {prompt.max_tokens} > {limit}, which is the maximum allowed number of output tokens for "
            f"{prompt.model}",
            param="max_tokens",
        )
    asked = prompt.request
    if asked.temperature is not None and asked.top_p is not None and _ONE_OF_BOTH.match(prompt.model):
        message = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
        raise GatewayError("bad_request", message, param="top_p")
    if asked.messages[-1].role == "assistant" and _NO_PREFILL.match(prompt.model):
        message = (
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
        raise GatewayError("bad_request", message)


dialect = Dialect(_read, unknown, check, threads.keep, body, frames, fail)


async def count_tokens(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say what a request would cost, without answering it."""
    policy = session.policy
    exchange.unknown_fields = unknown
    asked = counted(
        exchange.call.raw,
        reject_unknown=policy.reject_unknown,
        resume=partial(_completed, session=session),
    )
    prompt, model = enter(session, exchange, asked)
    check(prompt, model)
    tokens = await policy.responder.count(prompt, model, exchange)
    gateway.strike(session, exchange, prompt)
    rough = "rough_counts" in policy.responder.quirks
    return json_answer({"input_tokens": _estimated(prompt) if rough else tokens.total})


def _estimated(prompt: Prompt) -> int:
    """Return about how many tokens a prompt takes. Source: GoModel's docs."""
    said = sum(len(message.text) for message in prompt.messages)
    return max(1, ceil((said + sum(len(msgspec.json.encode(tool)) for tool in prompt.tools)) / 4))


family = Family("messages", protocol="anthropic")
family.add("POST", "/v1/messages", dialect.answer, name="create", prompted=True, body=Create)
family.add("POST", "/v1/messages/count_tokens", count_tokens, prompted=True, body=Asked)
