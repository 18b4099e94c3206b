"""A turn of a realtime conversation as a request: read, checked, and what its answer may be."""

from collections.abc import Iterator
from typing import Any

import msgspec

from ... import fields
from ...dialect import Dialect, Timed
from ...errors import GatewayError
from ...rng import Dice
from ...scenario import Model
from ...session import Session
from ...turn import Message, Prompt, Text, Turn, Voice
from ...wire import Call, Frame
from ...wording import bad_request
from . import events
from .config import Audio, MaxTokens, Modalities, check_modalities, read_choice, read_tools
from .items import messages

#: Where a turn is sent to: what a conversation asks for is a call like any other.
PATH = "/v1/realtime/responses"


class Create(msgspec.Struct, frozen=True):
    """The body of a turn: the items that it answers, and how.

    `conversation` is the one that the answer becomes part of, after `previous_item_id`; none for an answer beside it.
    """

    model: str
    items: list[dict[str, Any]] = []
    instructions: str | None = None
    output_modalities: Modalities | None = None
    audio: Audio | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: MaxTokens | None = None
    metadata: dict[str, str] | None = None
    conversation: str | None = None
    previous_item_id: str | None = None

    @property
    def spoken(self) -> bool:
        """Whether the answer is sound."""
        return self.output_modalities != ["text"]

    @property
    def voice(self) -> str:
        """The name of the voice that answers."""
        output = None if self.audio is None else self.audio.output
        voice = None if output is None else output.voice
        return "alloy" if voice is None else voice if isinstance(voice, str) else voice.id

    @property
    def format(self) -> str:
        """The type of the answer's sound."""
        output = None if self.audio is None else self.audio.output
        return "audio/pcm" if output is None or output.format is None else output.format.type


def read(call: Call, _: Session, reject_unknown: bool) -> Prompt:
    """Read a body; `Prompt.request` is a Create.

    Raises GatewayError (400).
    """
    asked = fields.decode(call.raw, Create, reject_unknown=reject_unknown)
    check_modalities(asked.output_modalities, "response")
    said = messages(asked.items)
    if asked.instructions:
        said = (Message("system", (Text(asked.instructions),)), *said)
    limit = asked.max_output_tokens
    return Prompt(
        "realtime",
        asked.model,
        said,
        read_tools(asked.tools or [], "tools"),
        read_choice(asked.tool_choice),
        parallel_tool_calls=asked.parallel_tool_calls is not False,
        max_tokens=limit if isinstance(limit, int) else None,
        stream=True,
        voice=Voice(asked.voice, "pcm16") if asked.spoken else None,
        request=asked,
    )


def unknown(values: dict[str, Any]) -> list[str]:
    """Return the names of a body's fields that no turn has."""
    return fields.unknown(values, Create)


def check(prompt: Prompt, model: Model) -> None:
    """Refuse a model of other endpoints.

    Raises GatewayError.
    """
    if model.families and "realtime" not in model.families:
        message = f"The model '{prompt.model}' is not supported in realtime mode."
        raise bad_request(message, "model", "invalid_model")


def _keep(turn: Turn, session: Session) -> Turn:
    """Give a turn that is asked for again an id of its own."""
    nth = session.records.repeats("realtime", turn.id)
    return turn if not nth else msgspec.structs.replace(turn, id=Dice(turn.id, nth).letters)


def _frames(turn: Turn, timed: Timed) -> Iterator[Frame]:
    return events.frames(turn, timed)


def _fail(error: GatewayError, due: float) -> list[Frame]:
    return [Frame(due, msgspec.json.encode(events.error(error, "event_" + "0" * 21)), "error")]


dialect = Dialect(read, unknown, check, _keep, events.whole, _frames, _fail)
