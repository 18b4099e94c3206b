"""Several gateways on one server: each below its own name (`/apigo/v1/...`), or behind its own host.

Every mount is the server's scenario, played by another gateway, and has sessions of its own.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from . import layers
from .policy import Policy
from .wire import Call

#: Hosts that are remembered with what they mean: a server is known by few names.
_KNOWN = 1000


class Mount(NamedTuple):
    """A gateway beside the server's own, and what it makes of calls."""

    name: str
    policy: Policy


class Mounts:
    """The built-in gateways; each is made when it is first asked for.

    `make` compiles one, and may raise ScenarioError. `own` is the server's own: below its name it is still the same.
    """

    def __init__(self, own: str, make: Callable[[str], Policy]) -> None:
        self.names = layers.names("gateways")
        self._own = own
        self._make = make
        self._made: dict[str, Mount] = {}
        self._hosts: dict[str, Mount | None] = {}

    def find(self, call: Call) -> Mount | None:
        """Return the mount that a call is for, and take its prefix off the path; None for the server's own gateway."""
        if not call.path.startswith("/v1/"):
            first, slash, rest = call.path[1:].partition("/")
            if first in self.names:
                call.base, call.path = f"/{first}", slash + rest
                return None if first == self._own else self._mount(first)
        host = call.headers.get("host", "")
        if host not in self._hosts:
            if len(self._hosts) >= _KNOWN:
                self._hosts.clear()
            self._hosts[host] = self._behind(host)
        return self._hosts[host]

    def policy(self, name: str) -> Policy:
        """Return what a gateway makes of calls. Raises ScenarioError when the scenario cannot be played by it."""
        return self._mount(name).policy

    def _mount(self, name: str) -> Mount:
        if name not in self._made:
            self._made[name] = Mount(name, self._make(name))
        return self._made[name]

    def _behind(self, host: str) -> Mount | None:
        """Return the gateway behind a host; addresses, and this machine's own name, are the server's."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        if name in {"", "localhost"} or not name.strip("[]0123456789.:abcdefABCDEF"):
            return None
        for known in self.names:
            if any(fnmatchcase(name, pattern) for pattern in (f"{known}.*", *_hosts(known))):
                return None if known == self._own else self._mount(known)
        return None


@lru_cache(maxsize=64)
def _hosts(gateway: str) -> list[str]:
    hosts: list[str] = layers.gateway(gateway).value.get("manners", {}).get("hosts", [])
    return hosts
