"""Legacy completions: `POST /v1/completions`. Source: OpenAI's API reference, "Completions"."""

import msgspec

from ... import tokens
from ...admission import admit, bill_turn, enter
from ...dialect import Dialect
from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...responder import Said
from ...routes import Family
from ...scenario import Model
from ...session import Session
from ...turn import Prompt, Turn
from ...vocabulary import base_model
from ...wire import Call
from . import prompts
from .chunks import fail, frames
from .read import read, unknown, with_words
from .request import Create
from .whole import body

#: Models that cannot fill in what is missing before a suffix.
_NO_SUFFIX = frozenset({"davinci-002", "babbage-002"})


class Completions(Dialect, frozen=True):
    """The dialect of completions, which asks many prompts at once."""

    async def ask(self, gateway: Gateway, session: Session, exchange: Exchange) -> Said:
        """Have every prompt of a call completed, and all billed as one.

        Raises GatewayError for everything that is refused.
        """
        exchange.unknown_fields = self.unknown
        prompt = self.read(exchange.call, session, session.policy.reject_unknown)
        vocabulary = await tokens.vocabulary(prompt.model)
        prompt = await tokens.aside(len(exchange.call.raw), with_words, prompt, vocabulary)
        prompt, model = enter(session, exchange, prompt)
        self.check(prompt, model)
        admit(session, exchange, prompt, sum([given.tokens for given in prompt.request.inputs]))
        gateway.strike(session, exchange, prompt)
        said = await prompts.complete(prompt, model, vocabulary, session, exchange)
        turn = exchange.turn = self.keep(bill_turn(session, exchange, said.turn), session)
        return msgspec.structs.replace(said, turn=turn)


def _read(call: Call, _: Session, reject_unknown: bool) -> Prompt:
    return read(call.raw, reject_unknown=reject_unknown)


def _keep(turn: Turn, _: Session) -> Turn:
    return turn


def check(prompt: Prompt, model: Model) -> None:
    """Refuse what this model does not do on this endpoint, and prompts that leave no room for their completion.

    Raises GatewayError.
    """
    if model.families and "completions" not in model.families:
        raise _not_for(model)
    if prompt.request.body.suffix and base_model(prompt.model) in _NO_SUFFIX:
        raise GatewayError("bad_request", "Unrecognized request argument supplied: suffix")
    longest, wanted = max([given.tokens for given in prompt.request.inputs]), prompt.max_tokens or 0
    if model.context is not None and longest + wanted > model.context:
        raise GatewayError(
            "context_length",
            f"This model's maximum context length is {model.context} tokens, however you requested {longest + wanted} "
            f"tokens ({longest} in your prompt; {wanted} for the completion). Please reduce your prompt; or completion "
            "length.",
        )


def _not_for(model: Model) -> GatewayError:
    if {"chat", "responses"}.isdisjoint(model.families):
        return GatewayError("bad_request", "You are not allowed to sample from this model", status=403)
    return GatewayError(
        "bad_request",
        "This is a chat model and not supported in the v1/completions endpoint. Did you mean to use "
        "v1/chat/completions?",
        status=404,
        param="model",
    )


dialect = Completions(_read, unknown, check, _keep, body, frames, fail)

family = Family("completions")
family.add("POST", "/v1/completions", dialect.answer, name="create", prompted=True, body=Create)
