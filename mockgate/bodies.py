"""Reading the body of a call: what it has that nobody knows is noted for the journal, or refused."""

from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec

from . import fields
from .journal import Exchange
from .session import Session

T = TypeVar("T", bound=msgspec.Struct)


class Decode(Protocol):
    """Reads bytes as a value of a type; what does not fit is worded as its endpoints word it."""

    def __call__(self, raw: bytes, kind: type[T], *, reject_unknown: bool) -> T: ...  # noqa: D102 - see the class


def read(session: Session, exchange: Exchange, kind: type[T], decode: Decode = fields.decode) -> T:
    """Read a JSON body as a value of that type.

    Raises GatewayError (400) when it does not fit the type, and where the scenario refuses unknown fields, for one.
    """
    exchange.unknown_fields = partial(fields.unknown, kind=kind)
    return decode(exchange.call.raw, kind, reject_unknown=session.policy.reject_unknown)


def of_form(session: Session, exchange: Exchange, kind: type[T], values: dict[str, Any]) -> T:
    """Read what stands in a form as a value of that type.

    Raises GatewayError (400) as `read` does.
    """
    exchange.unknown_fields = partial(fields.unknown, kind=kind)
    return fields.of_form(values, kind, reject_unknown=session.policy.reject_unknown)
