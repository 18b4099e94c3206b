"""Who may use the control API: this machine alone, or whoever has its key; never another site's page in a browser."""

from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..errors import GatewayError
from ..keys import bearer
from ..wire import Call

KEY_HEADER = "x-mockgate-control-key"


def is_loopback(host: str) -> bool:
    """Tell whether a host, by its name or address, is this machine and nothing else."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def admit(call: Call, key: str, *, exposed: bool) -> None:
    """Let a call in: one that carries the control key; where there is none, one from this machine.

    Raises GatewayError: 401 for a missing or wrong key; without one, 403 where the server is `exposed` to other
    machines, and for what a browser sends at another site's bidding.
    """
    if key:
        if not compare_digest(_given(call).encode(), key.encode()):
            message = "The control API needs the key that the server was started with."
            hint = "send `Authorization: Bearer KEY` or `X-Mockgate-Control-Key: KEY`"
            raise GatewayError("wrong_key", message, hint=hint, headers={"www-authenticate": "Bearer"})
    elif exposed:
        message = "The control API is closed: this server can be reached from other machines."
        raise GatewayError("forbidden", message, hint="start it with --control-key KEY, and send that along")
    elif not _from_here(call):
        message = "The control API takes no calls from pages of other sites, or by other names than this machine's own."
        raise GatewayError(
            "forbidden", message, hint="call it as 127.0.0.1 or localhost, or start it with --control-key"
        )


def _given(call: Call) -> str:
    return call.headers.get(KEY_HEADER, "") or bearer(call.headers.get("authorization", ""))


def _from_here(call: Call) -> bool:
    """Tell whether a call names this machine as it is, and comes from no page but the server's own.

    A name that merely leads here may be anyone's: DNS rebinding.
    """
    host = call.headers.get("host", "")
    if host and not is_loopback(_name(host)):
        return False
    origin = call.headers.get("origin")
    return origin is None or origin.partition("//")[2] == host


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
