"""The body of a legacy completion request; null means absent. Source: OpenAI's OpenAPI spec and SDK types."""

from typing import Annotated

from msgspec import Meta, Struct

from ...inputs import Given, Input
from ...turn import Logprob

Penalty = Annotated[float, Meta(ge=-2, le=2)]


class StreamOptions(Struct, frozen=True, gc=False):
    """What a stream carries besides the answer."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Create(Struct, frozen=True, gc=False):
    """The body of `POST /v1/completions`."""

    model: str
    prompt: Given | None = None
    suffix: str | None = None
    max_tokens: Annotated[int, Meta(ge=0)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    n: Annotated[int, Meta(ge=1, le=128)] | None = None
    best_of: Annotated[int, Meta(ge=1, le=20)] | None = None
    logprobs: Annotated[int, Meta(ge=0, le=5)] | None = None
    echo: bool | None = None
    stop: str | Annotated[list[str], Meta(min_length=1, max_length=4)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    logit_bias: dict[str, Annotated[float, Meta(ge=-100, le=100)]] | None = None
    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    user: str | None = None


class Echo(Struct, frozen=True, gc=False):
    """What of a prompt stands before its completions: its text, and its tokens when log-probabilities are wanted."""

    text: str = ""
    logprobs: tuple[Logprob, ...] = ()


class Asked(Struct, frozen=True, gc=False):
    """A request with its prompts, one by one; `echoes` has one for each when they are to be said again."""

    body: Create
    inputs: tuple[Input, ...] = ()
    echoes: tuple[Echo, ...] = ()

    @property
    def n(self) -> int:
        """How many completions of each prompt are returned."""
        return self.body.n or 1

    @property
    def candidates(self) -> int:
        """How many completions of each prompt are made."""
        return max(self.n, self.body.best_of or 1)

    def echo(self, choice: int) -> Echo:
        """Return what stands before a choice: a prompt's choices follow one another."""
        return self.echoes[choice // self.n] if self.echoes else Echo()
