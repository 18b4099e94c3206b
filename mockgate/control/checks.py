"""Verification over HTTP: what was asked, what matched nothing, what was used, and how the client behaved."""

import msgspec

from ..coverage import coverage, unmatched
from ..errors import Problem, ScenarioError
from ..reading import Section
from ..verdict import judge
from ..verification import Verification, verify
from ..wire import Answer, json_answer
from .visit import Visit


def check(visit: Visit) -> Answer:
    """Say whether the requests of a verification came: `ok`, and why or why not."""
    found = verify(visit.session.journal, visit.body(Verification))
    return json_answer(msgspec.to_builtins(found))


def missed(visit: Visit) -> Answer:
    """List the requests that no rule matched, each with the rules that came nearest."""
    return json_answer({"unmatched": msgspec.to_builtins(unmatched(visit.session))})


def used(visit: Visit) -> Answer:
    """Return which rules, faults and endpoints were used, how often, and which never."""
    return json_answer(coverage(visit.session).describe())


class Judging(Section, frozen=True):
    """How to judge: whether the client is done (`complete`), and which kinds of findings may be (`but`)."""

    complete: bool = True
    but: str | list[str] = msgspec.field(default_factory=list)


def verdict(visit: Visit) -> Answer:
    """Judge how the client has behaved."""
    judging = visit.query(Judging)
    found = judge(visit.session.journal, complete=judging.complete)
    try:
        found = found.but(*([judging.but] if isinstance(judging.but, str) else judging.but))
    except ValueError as problem:
        raise ScenarioError([Problem("but", str(problem))]) from None
    return json_answer(found.describe())


def usage(visit: Visit) -> Answer:
    """Return what the session's requests add up to: by status, in tokens, in dollars."""
    return json_answer(visit.session.totals.describe())
