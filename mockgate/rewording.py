"""A refusal in a gateway's own words, where its manners have any for that kind or status."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from .errors import KINDS, GatewayError
from .manners import ErrorSpec
from .wire import Call

#: The group of keys that are of none.
DEFAULT_GROUP = "default"

#: What a message quotes.
_QUOTED = re.compile(r"\{(\w+)\}")


def reword(
    error: GatewayError,
    specs: Mapping[str, ErrorSpec],
    call: Call,
    group: str = "",
    native: Mapping[str, ErrorSpec] = MappingProxyType({}),
) -> GatewayError:
    """Return the error as the gateway words it; what a scenario's author said of it stays as it was said.

    `group` is the one that the caller's key is of. `native` words are those of the protocol that the caller speaks:
    they fill in what the gateway leaves open.
    """
    given = {**_given(native, error), **_given(specs, error)}
    if not given:
        return error
    known = KINDS[error.kind]
    message = given.get("message", "{message}")
    reworded = GatewayError(
        error.kind,
        error.message if error.authored else _quoting(message, error, call, group),
        param=error.param or given.get("param"),
        status=error.status if error.by_status else given.get("status", error.status),
        type=given.get("type", known.type) if error.type == known.type else error.type,
        headers=error.headers,
        details=error.details,
        hint=error.hint,
        raw=error.raw,
    )
    own = error.authored or error.code != known.code
    reworded.code = error.code if own else given.get("code", known.code)
    reworded.authored, reworded.by_status = error.authored, error.by_status
    return reworded


def _given(specs: Mapping[str, ErrorSpec], error: GatewayError) -> dict[str, Any]:
    """Return what is said of an error by its kind, and else by its status: one that has an entry stays what it is."""
    by_status, by_kind = specs.get(str(error.status)), specs.get(error.kind)
    said = {} if by_status is None else {"status": error.status, **_said(by_status)}
    return said if by_kind is None else said | _said(by_kind)


def _said(spec: ErrorSpec) -> dict[str, Any]:
    code = {} if spec.code is msgspec.UNSET else {"code": spec.code}
    others = ((name, getattr(spec, name)) for name in ("status", "type", "param", "message"))
    return code | {name: value for name, value in others if value is not None}


def _quoting(template: str, error: GatewayError, call: Call, group: str) -> str:
    """Fill in a message; where something that it quotes is not known, say what would have been said without it."""
    quoted = {"message": error.message, "verb": call.method, "path": call.path}
    quoted |= {"group": group or DEFAULT_GROUP, **error.details}
    worded = _QUOTED.sub(lambda name: str(quoted.get(name[1], name[0])), template)
    return error.message if any(name not in quoted for name in _QUOTED.findall(template)) else worded
