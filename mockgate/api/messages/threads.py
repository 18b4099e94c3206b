"""Threads: a conversation that the server keeps, so that the next request only says what is new.

Source: the types of Anthropic's SDK, "message threads" (beta), whose tool runner goes on in one.
"""

import msgspec

from ...errors import GatewayError
from ...session import Session
from ...turn import Turn
from .blocks import Said
from .ids import message_id
from .request import Asked, Continue
from .whole import content

_KIND = "messages.thread"


def resumed(asked: Asked, session: Session) -> Asked:
    """Return what is asked with what was said before in its thread; what it leaves out is as it was.

    Raises GatewayError (404) when it goes on from a message that no thread has.
    """
    if not isinstance(asked.thread, Continue):
        return asked
    before: Asked | None = session.records.find(_KIND, asked.thread.previous_message_id)
    if before is None:
        raise GatewayError(
            "not_found",
            f"thread: no thread was found for message {asked.thread.previous_message_id}",
            param="thread.previous_message_id",
            details={"anthropic": {"error_code": "thread_not_found"}},
        )
    left_out = {
        name: value
        for name, value in msgspec.structs.asdict(before).items()
        if getattr(asked, name) is None and name != "stream"
    }
    return msgspec.structs.replace(asked, **left_out, messages=[*before.messages, *asked.messages])


def keep(turn: Turn, session: Session) -> Turn:
    """Keep the conversation that a turn ends in, where it is a thread, under an id that no other has."""
    asked: Asked = turn.prompt.request
    if asked.thread is None:
        return turn
    turn = session.records.fresh(_KIND, turn, message_id)
    answer = content(turn)
    said = msgspec.convert({"role": "assistant", "content": answer}, Said)
    messages = [*asked.messages, said] if answer else asked.messages
    session.records.save(_KIND, message_id(turn), msgspec.structs.replace(asked, messages=messages))
    return turn
