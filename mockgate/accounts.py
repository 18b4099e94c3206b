"""Whose account a call is on: a path such as `/team/alpha`, named by a header, else by its key.

Source: GoModel's user paths. What is on an account is on those above it too; `/` is above all.
"""

from .keys import Caller
from .wire import Call

#: The account of whoever names none.
ROOT = "/"


def account(call: Call, caller: Caller, header: str) -> str:
    """Return the account that a call is on: that of its `header` (in lower case, "" for none), its key's, or ROOT."""
    named = call.headers.get(header, "") if header else ""
    return tidy(named or (caller.spec.path if caller.spec is not None else None) or ROOT)


def tidy(path: str) -> str:
    """Return a path as it is compared: `team//alpha/` is `/team/alpha`."""
    return "/" + "/".join(filter(None, (step.strip() for step in path.split("/"))))


def within(account: str, above: str) -> bool:
    """Tell whether what is on an account is on another one too."""
    return above in {ROOT, account} or account.startswith(f"{above}/")
