"""Why a request is answered as it is: every rule's verdict in words, then the answer itself."""

from collections.abc import Iterable, Iterator
from itertools import islice

from ..api import chat
from ..errors import GatewayError
from ..facts import Facts
from ..gateway import Gateway
from ..keys import find_key
from ..script import Verdict
from ..wire import Call
from .examples import HEADERS, Given, ask

_SHOWN_LINES = 12


async def explain(gateway: Gateway, body: bytes) -> str:
    """Say which rule answers a chat body, why the others do not, and what is answered.

    The gateway should be one made for this: asking for the answer counts as a call.
    """
    call = Call("POST", "/v1/chat/completions", headers=HEADERS, raw=body)
    try:
        verdicts = _judge(gateway, call)
    except GatewayError as error:
        lines = [f"No rule is asked: the request is refused with {error.status}.", f"  {error.message}"]
        return "\n".join([*lines, f"  hint: {error.hint}"] if error.hint else lines)
    given = await ask(gateway, call)
    return "\n".join([*_rules(verdicts), *_answer(given)])


def _judge(gateway: Gateway, call: Call) -> list[Verdict]:
    """Ask every rule.

    Raises GatewayError when the request is refused before that.
    """
    prompt = chat.dialect.read(call, gateway.session(), gateway.policy.reject_unknown)
    chat.dialect.check(prompt, gateway.policy.catalogue.find(prompt.model))
    facts = Facts(prompt, call, find_key(call, gateway.scenario.auth))
    return gateway.policy.script.explain(facts, gateway.session().progress.cursors)


def _rules(verdicts: Iterable[Verdict]) -> Iterator[str]:
    answered = False
    for verdict in verdicts:
        if not verdict.matches:
            yield f"{verdict.label} does not match"
            yield from (f"  {check}" for check in verdict.failed)
        elif answered:
            yield f"{verdict.label} matches too, but comes later"
        else:
            answered = True
            yield f"{verdict.label} matches, and answers"
            yield from (f"  {check}" for check in verdict.checks)


def _answer(given: Given) -> Iterator[str]:
    yield ""
    yield f"{given.by or 'nothing'} answers with {given.status}:"
    lines = given.text.splitlines()
    yield from (f"  {line}" for line in islice(lines, _SHOWN_LINES))
    if len(lines) > _SHOWN_LINES:
        yield f"  ... and {len(lines) - _SHOWN_LINES} lines more"
    yield from (f"  {name}({arguments})" for name, arguments in given.calls)
