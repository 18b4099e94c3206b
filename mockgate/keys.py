"""Who is calling: the key, found in the headers that the gateway accepts, and what is known of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from .access import KeySpec
from .catalogue import Names, fits
from .errors import GatewayError
from .rng import Dice
from .scenario import Auth, Scenario
from .units import read_moment
from .wire import Call

_MISSING = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
    "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the "
    "API from your browser and are prompted for a username and password."
)


#: How OpenAI has browsers send a key when they open a websocket.
_AS_SUBPROTOCOL = "openai-insecure-api-key."


class Caller(msgspec.Struct, frozen=True):
    """Whose call it is: the key ("" for none), and what the scenario says of it (nothing, for most)."""

    key: str
    spec: KeySpec | None = None
    models: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The name of the group that the key belongs to, or ""."""
        return (self.spec.group if self.spec is not None else None) or ""

    def may_use(self, names: Names) -> bool:
        """Tell whether the key is for the model of these names too."""
        return not self.models or fits(names, self.models)


NOBODY = Caller("")


class Keyring:
    """The keys of a scenario, and of its sessions: `extra` are accepted although the scenario does not list them."""

    def __init__(self, scenario: Scenario) -> None:
        self._auth: Auth = scenario.auth
        self._known = {key: Caller(key, spec, _models(scenario, spec)) for key, spec in scenario.keys.items()}
        self._expiries = {
            key: read_moment(spec.expires) for key, spec in scenario.keys.items() if spec.expires is not None
        }
        self._refuses = scenario.unknown_keys == "refuse"

    def identify(self, call: Call, now: float, extra: Mapping[str, object] = {}) -> Caller:
        """Return who calls.

        Raises GatewayError (401): there is no key, or one that is unknown, expired at `now`, or disabled.
        """
        key = find_key(call, self._auth)
        caller = self._known.get(key)
        if caller is None:
            if self._refuses and key and key not in extra:
                raise _unknown(key)
            return Caller(key) if key else NOBODY
        if caller.spec is not None and caller.spec.disabled:
            raise GatewayError("disabled_key", "The account associated with this API key has been deactivated.")
        if now >= self._expiries.get(key, now + 1):
            when = datetime.fromtimestamp(self._expiries[key], UTC).isoformat()
            raise GatewayError("expired_key", "Your API key has expired.", hint=f"it was good until {when}")
        return caller

    def callers(self) -> list[Caller]:
        """Return the keys that the scenario lists."""
        return list(self._known.values())

    def find(self, key: str) -> Caller:
        """Return what is known of a key, without judging it."""
        return self._known.get(key) or Caller(key)


def _models(scenario: Scenario, spec: KeySpec) -> tuple[str, ...]:
    """Return the patterns of the models that a key may use: its own, else its group's; none for all."""
    group = scenario.groups.get(spec.group or "")
    models = spec.models if spec.models is not None else group.models if group is not None else None
    return tuple([models] if isinstance(models, str) else models or ())


def allow(caller: Caller, names: Names) -> None:
    """Let a key use the model of these names.

    Raises GatewayError (403) when it may not.
    """
    if not caller.may_use(names):
        by_group = caller.spec is not None and caller.spec.models is None
        raise GatewayError(
            "model_not_in_group" if by_group else "model_forbidden",
            f"Your API key does not have access to model `{names[0]}`.",
            param="model",
            details={"model": names[0]},
            hint=f"this key may use {', '.join(caller.models)}",
        )


def find_key(call: Call, auth: Auth) -> str:
    """Return the key a call carries, or "" where the gateway serves callers without one.

    Raises GatewayError (401) when there is no key, or when the Authorization header is not `Bearer KEY`, unless the key
    may stand there alone.
    """
    for name in _lower(auth.headers):
        value = call.headers.get(name, "").strip()
        if not value:
            continue
        if name != "authorization":
            return value
        key = bearer(value) or (value if auth.bare and " " not in value and value.lower() != "bearer" else "")
        if key:
            return key
        if not (auth.anonymous and value.lower() == "bearer"):
            raise _refused("send `Authorization: Bearer KEY`", "wrong_scheme")
    key = next(_in_query(call, auth), "") or _of_subprotocol(call.headers.get("sec-websocket-protocol", ""))
    if key or auth.anonymous:
        return key
    raise _refused("send `Authorization: Bearer KEY`, or set `auth: {anonymous: true}`")


def _in_query(call: Call, auth: Auth) -> Iterator[str]:
    """Yield what stands in the parameters that may carry the key."""
    asked = call.arguments() if call.query else {}
    return (asked[name] for name in auth.query if asked.get(name))


def given_keys(call: Call, auth: Auth) -> Iterator[str]:
    """Yield whatever stands where a key may stand, as it stands there."""
    yield from (call.headers[name] for name in _lower(auth.headers) if name in call.headers)
    yield from _in_query(call, auth)


def _of_subprotocol(offered: str) -> str:
    """Return the key among the subprotocols that a browser offers, which can send no header of its own, or ""."""
    names = (name.strip() for name in offered.split(","))
    return next((name.removeprefix(_AS_SUBPROTOCOL) for name in names if name.startswith(_AS_SUBPROTOCOL)), "")


@lru_cache(maxsize=64)
def _lower(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str.lower, names))


@lru_cache(maxsize=1024)
def bearer(value: str) -> str:
    """Return the key of an Authorization header, or "": clients send the same one again and again."""
    scheme, _, key = value.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def key_id(key: str) -> str:
    """Return a name for a key that gives nothing of it away."""
    return Dice("key", key).id("key_", 12)


def masked(key: str) -> str:
    """Show a key as OpenAI's refusals do: its ends only."""
    return (
        f"{key[:8]}{'*' * max(4, len(key) - 12)}{key[-4:]}" if len(key) > 16 else f"{key[: min(3, len(key) // 3)]}****"
    )


def incorrect(key: str) -> str:
    """Say that a key is wrong, as OpenAI does."""
    where = "https://platform.openai.com/account/api-keys"
    return f"Incorrect API key provided: {masked(key)}. You can find your API key at {where}."


def _unknown(key: str) -> GatewayError:
    hint = "list the key under `keys:`, or set `unknown_keys: accept`"
    return GatewayError("wrong_key", incorrect(key), hint=hint)


def _refused(hint: str, kind: str = "missing_key") -> GatewayError:
    return GatewayError(kind, _MISSING, headers={"www-authenticate": "Bearer"}, hint=hint)
