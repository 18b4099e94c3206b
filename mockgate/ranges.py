"""Bytes that may be asked for in parts: a player seeks, a download goes on. Source: RFC 9110, section 14."""

import re
from hashlib import blake2b

from .errors import GatewayError
from .wire import Call, Raw, Sse

_RANGE = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)


def serve(call: Call, data: bytes, content_type: str, **headers: str) -> Sse:
    """Answer with the bytes, or with the range of them that a call asks for; of several ranges, with all.

    Raises GatewayError (416) for a range that lies beyond the end.
    """
    tag = f'"{blake2b(data, digest_size=12).hexdigest()}"'
    found = {
        "accept-ranges": "bytes",
        "etag": tag,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    asked = _asked(call, len(data)) if call.headers.get("if-range", tag) == tag else None
    if asked is None:
        return Sse(frames=iter([Raw(0.0, data)]), length=len(data), content_type=content_type, headers=found)
    begin, end = asked
    found["content-range"] = f"bytes {begin}-{end - 1}/{len(data)}"
    frames = iter([Raw(0.0, data[begin:end])])
    return Sse(frames=frames, length=end - begin, content_type=content_type, headers=found, status=206)


def _asked(call: Call, size: int) -> tuple[int, int] | None:
    """Return where the range that is asked for begins and ends; None where that is all, or nothing known."""
    match = _RANGE.fullmatch(call.headers.get("range", ""))
    if match is None or not (match[1] or match[2]):
        return None
    if match[1]:
        begin, end = int(match[1]), min(size, int(match[2] or size) + 1)
        if match[2] and int(match[2]) < begin:
            return None
    else:
        begin, end = max(0, size - int(match[2])), size
    if begin >= end:
        message = f"The range '{call.headers['range']}' cannot be had of {size} bytes."
        raise GatewayError("bad_request", message, status=416, headers={"content-range": f"bytes */{size}"})
    return begin, end
