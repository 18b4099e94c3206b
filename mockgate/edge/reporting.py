"""`mockgate serve --report`: what every session added up to, what it used, and whether its client behaved."""

from collections.abc import Iterator

from ..coverage import coverage
from ..gateway import Gateway
from ..metrics import Totals
from ..session import DEFAULT, Session
from ..verdict import judge
from ..wallet import shown


def report(gateway: Gateway) -> str:
    """Return the report, in words; sessions that were asked nothing have no part in it."""
    sessions = [session for session in gateway.sessions.values() if session.totals.calls]
    lines = [line for session in sessions for line in _about(session)]
    return "\n".join(lines or ["nothing was asked"])


def _about(session: Session) -> Iterator[str]:
    yield f"session {session.name}:" if session.name != DEFAULT else "report:"
    yield _sums(session.totals)
    yield str(coverage(session))
    yield str(judge(session.journal))


def _sums(totals: Totals) -> str:
    count = sum(totals.calls.values())
    answered = ", ".join(f"{status}: {times}" for status, times in sorted(totals.calls.items()))
    tokens = f"{totals.input}+{totals.output} tokens"
    return f"{count} request{'s' * (count != 1)} ({answered}), {tokens}, {shown(totals.cost)}"
