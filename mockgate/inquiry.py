"""Asking for what nobody says: a vector, a verdict. Such a prompt is let in, answered by the script's rules, paced and
billed as any other, but its answer has no words, so that its turn has no replies.
"""

from typing import Any

import msgspec

from .admission import admit, bill_turn
from .errors import GatewayError
from .gateway import Gateway
from .journal import Exchange
from .pacing import Tempo, duration
from .responder import overridden
from .rng import Dice
from .scenario import Model
from .script import Found
from .session import Session
from .turn import Prompt, Text, Turn, Usage
from .wire import Json, json_answer


class Inquiry(msgspec.Struct, frozen=True):
    """A prompt that was let in, what the script has to say to it, and how fast."""

    turn: Turn
    found: Found
    tempo: Tempo
    dice: Dice

    def given(self) -> Any:
        """Return the array or object that a rule replies with; None for words, which do not answer this."""
        words = [part.text for part in self.found.parts if isinstance(part, Text)]
        try:
            value = msgspec.json.decode(words[0]) if words else None
        except (msgspec.DecodeError, UnicodeError, RecursionError):  # plain words
            return None
        return value if isinstance(value, list | dict) else None

    def unfit(self, wanted: str) -> GatewayError:
        """Make the error for a rule whose `json` is not what this must be answered with."""
        message = f"The reply of {self.found.label} does not fit: {wanted}"
        return GatewayError("server_error", message, hint="give it as `json`, or keep the rule to another `family`")


def inquire(
    gateway: Gateway, session: Session, exchange: Exchange, prompt: Prompt, model: Model, tokens: int
) -> Inquiry:
    """Let a prompt of so many tokens in, and ask the script.

    Raises GatewayError: no money (402), no room (429), a fault, a rule that is an error, or none that matches.
    """
    admit(session, exchange, prompt, tokens)
    gateway.strike(session, exchange, prompt)
    responder = session.policy.responder
    dice = Dice(responder.scenario.seed, prompt.fingerprint())
    found = responder.find(prompt, model, session.progress, exchange, dice)
    usage = overridden(Usage(tokens), found.usage)
    turn = Turn(prompt, (), usage, dice.letters, int(exchange.started), found.label, found.headers, responder.quirks)
    return Inquiry(turn, found, responder.tempo(exchange.call.pace or found.pace, model), dice)


def answer(inquiry: Inquiry, session: Session, exchange: Exchange, body: Any) -> Json:
    """Bill an inquiry, and send its answer when it is due."""
    turn = exchange.turn = bill_turn(session, exchange, inquiry.turn)
    due = duration(turn, inquiry.tempo, inquiry.dice, session.under_way)
    return json_answer(body, due=due, headers=turn.headers)
