"""A legacy completion request's body becomes a Prompt; what its fields demand of each other is checked here."""

from typing import Any

import msgspec

from ... import fields, inputs
from ...errors import GatewayError
from ...inputs import Input
from ...turn import Message, Prompt, Text
from ...vocabulary import Vocabulary
from ...wording import bad_request
from .request import Asked, Create

#: How many tokens a completion has where the request does not say.
MAX_TOKENS = 16

#: What a model is given that is asked to complete nothing: the one token that begins a text.
_BEGINNING = Input("", 1)


def read(raw: bytes, *, reject_unknown: bool = False) -> Prompt:
    """Read a body; `Prompt.request` is an Asked. What it asks to complete is not read yet: see `with_words`.

    Raises GatewayError (400) for all that is wrong with it, and with `reject_unknown` for unknown fields.
    """
    body = inputs.body(raw, Create, reject_unknown=reject_unknown)
    _check(body)
    return Prompt(
        "completions",
        body.model,
        (),
        max_tokens=MAX_TOKENS if body.max_tokens is None else body.max_tokens,
        stops=tuple(filter(None, [body.stop] if isinstance(body.stop, str) else body.stop or ())),
        stream=body.stream is True,
        seed=body.seed,
        top_logprobs=body.logprobs,
        user=body.user or "",
        request=Asked(body),
    )


def unknown(values: dict[str, Any]) -> list[str]:
    """Return the names of a body's fields that no such request has."""
    return fields.unknown(values, Create)


def with_words(prompt: Prompt, vocabulary: Vocabulary) -> Prompt:
    """Put in what is to be completed: a message for each prompt, whose tokens include the suffix's. `n` counts all
    completions that are made.

    Raises GatewayError (400) for prompts that are none.
    """
    asked: Asked = prompt.request
    given = asked.body.prompt
    read = [_BEGINNING] if given is None else inputs.measured(inputs.parted(given, "prompt"), vocabulary, "prompt")
    if asked.body.suffix:
        more = vocabulary.count(asked.body.suffix)
        read = [Input(each.text, each.tokens + more) for each in read]
    return msgspec.structs.replace(
        prompt,
        messages=tuple(message(each.text) for each in read),
        n=asked.candidates * len(read),
        request=msgspec.structs.replace(asked, inputs=tuple(read)),
    )


def message(text: str) -> Message:
    """Take a text to be completed for the words of a user."""
    return Message("user", (Text(text),))


def _check(body: Create) -> None:
    if body.stream_options is not None and not body.stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise bad_request(message, "stream_options")
    if body.echo and body.suffix:
        raise _together("suffix", "echo")
    n, best_of = body.n or 1, body.best_of
    if best_of is not None and best_of < n:
        raise bad_request(
            "You requested that the server return more choices than it will generate (HINT: you must set 'n' "
            f"(currently {n}) to be at most 'best_of' (currently {best_of}), or omit either parameter if you don't "
            "specifically want to use them.)",
            "best_of",
        )
    if body.stream and best_of is not None and best_of > n:
        raise _together("stream", "best_of")


def _together(one: str, other: str) -> GatewayError:
    message = f"Setting '{one}' and '{other}' at the same time is not supported."
    return bad_request(message, other, "invalid_parameter_combination")
