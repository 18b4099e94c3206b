"""The Gemini API: `POST /v1beta/models/{model}:generateContent` and its siblings. Source: Google's API reference."""

import re
from collections.abc import Sequence

import msgspec

from ...dialect import Dialect
from ...errors import GatewayError
from ...google_models import SPEAKING, Listing, not_for, serves
from ...responder import Said
from ...routes import Family, Handler, Traits
from ...scenario import Model
from ...session import Session
from ...turn import Prompt, Turn
from ...wire import JSON_TYPE, SSE_TYPE, Answer, Call, Sse
from . import array, embed, models
from .chunks import fail, frames
from .count import count_tokens
from .read import read, unknown
from .request import Asked, BatchEmbedContents, Content, CountTokens, EmbedContent, GenerateContent, Streaming
from .whole import body, signs

#: Models that always think, and those that take no functions beside a JSON answer.
_THINKING = re.compile(r"gemini-(2\.5|3).*pro")
_ONE_OR_THE_OTHER = re.compile(r"gemini-[12]\b")

#: How many tokens the models of 2.5 can be told to think, beside 0 and -1, which leaves it to them. Source: the guide.
_BUDGETS = {"pro": (128, 32_768), "flash-lite": (512, 24_576), "flash": (1, 24_576)}

_UNSIGNED = (
    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, "
    "and missing thought_signature may lead to degraded model performance. Additional data, function call "
    "`default_api:{name}` , position {position}. Please refer to "
    "https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
)


class Gemini(Dialect, frozen=True):
    """The dialect of Gemini, whose streams are server-sent events or one JSON array."""

    async def word(self, said: Said, session: Session) -> Answer:
        """Word what was said, as it was asked for."""
        answer = await super().word(said, session)
        if not isinstance(answer, Sse) or said.turn.prompt.request.sse:
            return answer
        elements = array.elements(answer.frames)
        return msgspec.structs.replace(answer, frames=elements, fail=array.fail, content_type=JSON_TYPE)


def _read(call: Call, _: Session, reject_unknown: bool) -> Prompt:
    return read(call, reject_unknown=reject_unknown)


def _keep(turn: Turn, _: Session) -> Turn:
    return turn


def check(prompt: Prompt, model: Model) -> None:
    """Refuse what this model does not do.

    Raises GatewayError.
    """
    asked: Asked = prompt.request
    if not serves(model, SPEAKING):
        raise not_for(prompt.model, "streamGenerateContent" if prompt.stream else "generateContent")
    name = prompt.model.rpartition("/")[2]
    if prompt.tools and asked.config.response_mime_type == "application/json" and _ONE_OR_THE_OTHER.match(name):
        raise _bad("Function calling with a response mime type: 'application/json' is unsupported")
    if asked.config.thinking_config is not None:
        _check_thinking(asked, name)
    if signs(prompt.model):
        _check_signatures(asked.body.contents or [])


def _bad(message: str) -> GatewayError:
    return GatewayError("bad_request", message)


def _check_thinking(asked: Asked, name: str) -> None:
    thinking = asked.config.thinking_config
    assert thinking is not None, "there is something to check"
    if thinking.thinking_budget == 0 and _THINKING.match(name):
        raise _bad("Budget 0 is invalid. This model only works in thinking mode.")
    _check_budget(thinking.thinking_budget, name)
    if thinking.thinking_level is not None and _ONE_OR_THE_OTHER.match(name):
        raise _bad("Thinking level is not supported for this model.")


def _check_budget(budget: int | None, name: str) -> None:
    line = next((line for line in _BUDGETS if name.startswith(f"gemini-2.5-{line}")), None)
    if budget in (None, 0, -1) or line is None:
        return
    least, most = _BUDGETS[line]
    if not least <= budget <= most:
        raise _bad(
            f"The thinking budget {budget} is invalid. Please choose a value between {least if least > 1 else 0} and "
            f"{most}."
        )


def _check_signatures(contents: Sequence[Content]) -> None:
    """Refuse calls of the turn under way that come back without the signature that they went out with."""
    for at in reversed(range(len(contents))):
        parts = contents[at].parts or []
        first = next((part for part in parts if part.function_call is not None), None)
        if first is not None and first.function_call is not None and not first.thought_signature:
            raise _bad(_UNSIGNED.format(name=first.function_call.name, position=at + 1))
        if contents[at].role != "model" and all(part.function_response is None for part in parts):
            return


dialect = Gemini(_read, unknown, check, _keep, body, frames, fail)

family = Family("gemini", protocol="google")
_METHODS: dict[str, tuple[Handler, Traits]] = {
    "generateContent": (dialect.answer, {"body": GenerateContent}),
    "streamGenerateContent": (
        dialect.answer,
        {"body": GenerateContent, "query": Streaming, "answers": (JSON_TYPE, SSE_TYPE)},
    ),
    "countTokens": (count_tokens, {"body": CountTokens}),
    "embedContent": (embed.embed_content, {"body": EmbedContent, "models": "embeddings"}),
    "batchEmbedContents": (embed.batch_embed_contents, {"body": BatchEmbedContents, "models": "embeddings"}),
}
for _name, (_handler, _traits) in _METHODS.items():
    for _models in ("/v1beta/models", "/v1beta/tunedModels", "/v1/models", "/v1/tunedModels"):
        family.add("POST", f"{_models}/{{model...}}:{_name}", _handler, **(_traits | Traits(name=_name, prompted=True)))
family.add("GET", "/v1beta/models", models.list, query=Listing)
family.add("GET", "/v1beta/models/{model...}", models.retrieve)
