"""Realtime: `GET /v1/realtime` is a websocket over which a client talks with a model, in words or sound.

Every answer is a call of its own, `POST /v1/realtime/responses`: it is matched, counted, limited, paced, broken and
journaled like any other. Source: OpenAI's API reference, "Realtime".
"""

import copy
from typing import Any

import msgspec

from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...keys import allow
from ...rng import Dice
from ...routes import Family
from ...session import Session
from ...talks import Line, check_upgrade, hold
from ...turn import Prompt
from ...wire import SSE_TYPE, Answer, Call, Socket, Talk
from . import secrets, transcribing, turns
from .channel import Channel
from .config import Config, defaults, updated
from .conversation import Conversation

_BETA = "openai-beta.realtime-v1"

#: The most bytes that a message may have. OpenAI's own limit.
_LARGEST = 15 * 2**20


class Address(msgspec.Struct, frozen=True):
    """The query that opens a session: a model, or `intent=transcription`."""

    model: str | None = None
    intent: str | None = None


async def connect(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Open a session."""
    check_upgrade(exchange.call)
    call, config = secrets.exchanged(exchange.call, session)
    exchange.caller = session.policy.keyring.identify(call, exchange.started)
    gateway.trip(session, exchange)
    config = copy.deepcopy(config) if config is not None else _asked(call)
    if "model" in config:
        _admit(session, exchange, config["model"])
    line = Line.of(gateway, exchange, call)
    scenario = session.policy.scenario
    dice = Dice(scenario.seed, session.name, "realtime", session.records.repeats("realtime", "session"))
    id, old = dice.id("sess_", 21), _is_beta(call)

    async def converse(socket: Socket) -> None:
        channel = Channel(socket, session, id, config, old=old)
        await hold(socket, lambda begin: Conversation(line, channel, begin).hold())

    return Talk(hold=converse, protocols=("realtime",), largest=_LARGEST)


def _asked(call: Call) -> Config:
    """Return the configuration that an address asks for.

    Raises GatewayError (400, 404).
    """
    asked = call.arguments()
    if asked.get("call_id"):
        raise GatewayError("not_found", f"No call found with id '{asked['call_id']}'.", param="call_id")
    if asked.get("intent") == "transcription":
        return defaults("", "transcription")
    model = asked.get("model")
    if not model:
        message = "You must provide a model parameter."
        raise GatewayError("no_model", message, param="model", code="missing_model")
    return updated(defaults(model), {})


def _admit(session: Session, exchange: Exchange, name: str) -> None:
    exchange.model = name
    model = session.policy.catalogue.find(name)
    exchange.names = session.policy.catalogue.names(name)
    turns.check(Prompt("realtime", name, ()), model)
    allow(exchange.caller, exchange.names)


def _is_beta(call: Call) -> bool:
    offered = call.headers.get("sec-websocket-protocol", "")
    return "realtime=v1" in call.headers.get("openai-beta", "") or _BETA in offered


async def call_refused(_: Gateway, __: Session, ___: Exchange) -> Answer:
    """Refuse a call by WebRTC or SIP: there is nothing here that could answer it."""
    raise GatewayError("unimplemented", "Calls by WebRTC and SIP are not served here: connect by websocket.")


family = Family("realtime")
family.add("GET", "/v1/realtime", connect, open=True, query=Address, answers=(), status=101)
family.add(
    "POST", turns.PATH, turns.dialect.answer, name="response", prompted=True, body=turns.Create, answers=(SSE_TYPE,)
)
family.add(
    "POST",
    transcribing.PATH,
    transcribing.create,
    name="transcription",
    prompted=True,
    body=transcribing.Create,
    answers=(SSE_TYPE,),
)
family.add("POST", "/v1/realtime/client_secrets", secrets.create, name="client_secret", body=secrets.Create | None)
family.add("POST", "/v1/realtime/sessions", secrets.create_session, name="session", body=dict[str, Any] | None)
family.add("POST", "/v1/realtime/calls", call_refused, name="call", status=501)
