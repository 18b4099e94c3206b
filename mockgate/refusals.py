"""What a fault says instead of an answer: the gateway's own words, or what a proxy before it says, or nothing."""

from collections.abc import Mapping
from html import escape
from http import HTTPStatus

from .breakage import Fault
from .errors import GatewayError
from .wire import retry_headers

#: nginx's own error page: what stands before most gateways.
_PAGE = """\
<html>
<head><title>{title}</title></head>
<body>
<center><h1>{title}</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""

_HTML = "text/html"


def refusal_of(fault: Fault, label: str = "") -> GatewayError:
    """Make the error that a fault raises; `label` names the fault in its hint."""
    assert fault.error is not None, "only an `error` refuses"
    return GatewayError.of_status(
        fault.error,
        fault.message,
        param=fault.param,
        code=fault.code,
        type=fault.type,
        headers=_headers(fault),
        hint=f"asked for by {label}" if label else "",
        raw=_raw(fault.error, fault.body),
    )


def _headers(fault: Fault) -> Mapping[str, str]:
    wait = {} if fault.retry_after is None else retry_headers(fault.retry_after)
    return wait | (fault.headers or {})


def _raw(status: int, body: str | None) -> tuple[bytes, str] | None:
    match body:
        case "empty":
            return b"", "text/plain"
        case "html":
            return _page(status), _HTML
        case _:
            return None


def _page(status: int) -> bytes:
    title = f"{status} {_PHRASES.get(status, 'Error')}"
    return _PAGE.format(title=escape(title)).replace("\n", "\r\n").encode()


_PHRASES = {status.value: status.phrase for status in HTTPStatus}
