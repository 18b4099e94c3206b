"""Responses: `POST /v1/responses` and all that is kept of them; and conversations, which they go on with.

Source: OpenAI's API reference, "Responses" and "Conversations".
"""

from ...admission import admit, enter
from ...dialect import Dialect
from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...paging import Listing
from ...routes import Family
from ...scenario import Model
from ...session import Session
from ...turn import Prompt
from ...wire import JSON_TYPE, SSE_TYPE, Answer, Sse, json_answer
from . import background, compaction, conversations, socket, stored
from .events import fail, frames
from .preparing import PREPARE_HEADER, prepare
from .read import counted, read, unknown
from .request import Asked, Compact, Create
from .whole import body


def check(prompt: Prompt, model: Model) -> None:
    """Refuse a model of other endpoints.

    Raises GatewayError.
    """
    if model.families and "responses" not in model.families:
        raise GatewayError(
            "bad_request",
            f"The requested model '{prompt.model}' cannot be used with the Responses API.",
            param="model",
            code="unsupported_model",
        )


dialect = Dialect(read, unknown, check, stored.keep, body, frames, fail)


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Answer: whole, as a stream, or in the background."""
    if PREPARE_HEADER in exchange.call.headers:
        return await prepare(dialect, gateway, session, exchange)
    said = await dialect.ask(gateway, session, exchange)
    if said.turn.prompt.request.asked.background:
        return background.begin(said, session, exchange)
    answer = await dialect.word(said, session)
    if isinstance(answer, Sse):
        answer.fail = fail  # its events are numbered
    return answer


async def input_tokens(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say what a request would cost, without answering it."""
    prompt, model = enter(session, exchange, counted(session, exchange))
    tokens = await session.policy.responder.count(prompt, model, exchange)
    gateway.strike(session, exchange, prompt)
    return json_answer({"object": "response.input_tokens", "input_tokens": tokens.total})


async def compact(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Make a conversation shorter: what the user said is kept, all else goes into one item."""
    asked = compaction.read(session, exchange)
    prompt, model = enter(session, exchange, asked.prompt)
    tokens = await session.policy.responder.count(prompt, model, exchange)
    admit(session, exchange, prompt, tokens.total)
    gateway.strike(session, exchange, prompt)
    return await compaction.answer(asked, tokens.total, session, exchange)


#: The conversations that responses go on with.
conversation_family = conversations.family

family = Family("responses")
family.add("POST", "/v1/responses", create, prompted=True, body=Create)
family.add("GET", "/v1/responses", socket.connect, answers=(), status=101)
family.add("POST", "/v1/responses/input_tokens", input_tokens, prompted=True, body=Asked)
family.add("POST", "/v1/responses/compact", compact, prompted=True, body=Compact)
family.add("GET", "/v1/responses/{id}", stored.retrieve, query=stored.Later, answers=(JSON_TYPE, SSE_TYPE))
family.add("DELETE", "/v1/responses/{id}", stored.delete)
family.add("POST", "/v1/responses/{id}/cancel", stored.cancel)
family.add("GET", "/v1/responses/{id}/input_items", stored.input_items, query=Listing)
