"""Who is calling: the key, found in the headers that the gateway accepts."""

from .errors import GatewayError
from .scenario import Auth
from .wire import Call

_MISSING = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
    "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the "
    "API from your browser and are prompted for a username and password."
)


def identify(call: Call, auth: Auth) -> str:
    """Return the key a call carries, or "" where the gateway serves callers without one.

    Raises GatewayError (401) when there is no key, or when the Authorization header is not `Bearer KEY`.
    """
    for name in map(str.lower, auth.headers):
        value = call.headers.get(name, "").strip()
        if not value:
            continue
        if name != "authorization":
            return value
        scheme, _, key = value.partition(" ")
        if scheme.lower() == "bearer" and key.strip():
            return key.strip()
        if not (auth.anonymous and value.lower() == "bearer"):
            raise _refused("send `Authorization: Bearer KEY`; any KEY will do")
    if auth.anonymous:
        return ""
    raise _refused("send `Authorization: Bearer KEY` (any KEY will do), or set `auth: {anonymous: true}`")


def _refused(hint: str) -> GatewayError:
    return GatewayError("missing_key", _MISSING, headers={"www-authenticate": "Bearer"}, hint=hint)
