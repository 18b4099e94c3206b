"""Many prompts in one request: every one is answered as if it were asked alone, and all together are one turn."""

from collections.abc import Sequence
from statistics import fmean

import msgspec

from ... import tokens
from ...journal import Exchange
from ...logprobs import logprobs
from ...responder import Said
from ...rng import Dice
from ...scenario import Model
from ...session import Session
from ...tokens import InputTokens, Vocabulary
from ...turn import Logprob, Prompt, Reply, Split, Text, Usage, words_of
from .read import message
from .request import Asked, Echo

#: So many prompts are answered before other calls have their turn.
_AT_ONCE = 16


async def complete(prompt: Prompt, model: Model, vocabulary: Vocabulary, session: Session, exchange: Exchange) -> Said:
    """Complete every prompt of a request; the choices of one follow those of another.

    Raises GatewayError when a rule that matches one of them is an error, or none matches.
    """
    asked: Asked = prompt.request
    responder = session.policy.responder
    spoken: list[Said] = []
    for given in asked.inputs:
        alone = _alone(prompt, given.text)
        counted = InputTokens(given.tokens)
        spoken.append(await responder.respond(alone, model, counted, session.progress, exchange))
        if len(spoken) % _AT_ONCE == 0:
            await session.clock.give_way()
    dice = Dice(responder.scenario.seed, prompt.fingerprint())
    if asked.body.echo:
        size = sum([len(given.text) for given in asked.inputs])
        prompt = await tokens.aside(size, _echoed, prompt, vocabulary, dice)
    return _joined(prompt, spoken, dice)


def _alone(prompt: Prompt, text: str) -> Prompt:
    """Make the prompt of one text; the best of several are found by how likely they are."""
    asked: Asked = prompt.request
    top = 0 if prompt.top_logprobs is None and asked.candidates > asked.n else prompt.top_logprobs
    return msgspec.structs.replace(prompt, messages=(message(text),), n=asked.candidates, top_logprobs=top)


def _echoed(prompt: Prompt, vocabulary: Vocabulary, dice: Dice) -> Prompt:
    """Note what is said again before the completions."""
    asked: Asked = prompt.request
    echoes = []
    for at, given in enumerate(asked.inputs):
        entries: tuple[Logprob, ...] = ()
        if prompt.top_logprobs is not None:
            entries = logprobs(Reply((Text(given.text),)), prompt.top_logprobs, vocabulary, dice.fork("echo", at))
        echoes.append(Echo(given.text, entries))
    return msgspec.structs.replace(prompt, request=msgspec.structs.replace(asked, echoes=tuple(echoes)))


def _joined(prompt: Prompt, spoken: Sequence[Said], dice: Dice) -> Said:
    """Make one turn of the turns of all prompts, with all that was made on its bill."""
    turns = [said.turn for said in spoken]
    columns = zip(*[msgspec.structs.astuple(turn.usage) for turn in turns], strict=True)
    turn = msgspec.structs.replace(
        turns[0],
        prompt=prompt,
        replies=tuple([reply for turn in turns for reply in _best(turn.replies, prompt)]),
        usage=Usage(*map(sum, columns)),
        id=dice.letters,
        by=", ".join(dict.fromkeys(turn.by for turn in turns)),
        headers={name: value for turn in turns for name, value in turn.headers.items()},
    )
    return Said(turn, spoken[0].tempo, dice, _split(spoken))


def _best(replies: Sequence[Reply], prompt: Prompt) -> Sequence[Reply]:
    """Return as many completions as were asked for, of more the likeliest, as their tokens are on average."""
    n = prompt.request.n
    if len(replies) == n:
        return replies
    best = sorted(replies, key=_likelihood, reverse=True)[:n]
    if prompt.top_logprobs is not None:
        return best
    return [msgspec.structs.replace(reply, logprobs=None) for reply in best]


def _likelihood(reply: Reply) -> float:
    return fmean([entry.logprob for entry in reply.logprobs]) if reply.logprobs else 0.0


def _split(spoken: Sequence[Said]) -> Split:
    """Cut every text as the turn that it is of has it cut."""
    cutters = {words_of(part): said.split for said in spoken for reply in said.turn.replies for part in reply.parts}
    return lambda words: cutters[words](words)
