"""What a gateway does its own way: its endpoints, the words of its refusals, its request ids, and its quirks.

Everything here is data of a gateway file: no engine asks which gateway it plays.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, get_args

import msgspec

from .complaints import Path
from .errors import KINDS
from .reading import Flaw, Section, did_you_mean
from .sections import FAMILIES, Glob

#: Ways of answering that gateways have and OpenAI has not, each with what it means.
QUIRKS = {
    "bare_answers": "Chat answers have only what OpenAI's first had: no fingerprint, no tier, no empty fields.",
    "bare_usage": "The usage of a chat answer has no details.",
    "short_details": "The details of a chat answer's usage are of audio, and of what was cached or thought, alone.",
    "hex_ids": "The id of a chat completion is 32 hexadecimal digits.",
    "reasoning_always": "A chat message always has `reasoning_content`, empty where nothing was thought.",
    "usage_always": "A chat stream ends with a chunk of usage, whether it was asked for or not.",
    "your_ids": "The id of a message is `your-` and 32 hexadecimal digits.",
    "model_first": "A message begins with its model.",
    "rough_counts": "`count_tokens` estimates: a token for every four characters.",
    "image_urls": "Pictures are linked to, whatever the model, unless `response_format` asks for the file itself.",
    "revised_always": "Every model's pictures have a `revised_prompt`.",
    "video_urls": "A video has a `quality`, a `url` once it is completed, and neither its prompt nor when it ended.",
    "video_tasks": "A video's id begins with `task_` and is its `task_id` too; `metadata` has the address of the film.",
    "model_endpoints": "A list of models says `success`, one `created` for all, and what endpoints each model has.",
    "model_metadata": "Models are listed with what they can do, how much they take and what they cost.",
    "passed_on": "Files and batches say whose they are; batches may hold their requests, and list their results.",
    "no_late_streams": "A stored response cannot be streamed: 501.",
    "missing_model_404": "A model that is looked up and is not there is a 404, whatever requests for its answers get.",
    "unknown_model_200": "A model that there is not is described with 200, and an error.",
}

Quirk = Literal[
    "bare_answers",
    "bare_usage",
    "short_details",
    "hex_ids",
    "reasoning_always",
    "usage_always",
    "your_ids",
    "model_first",
    "rough_counts",
    "image_urls",
    "revised_always",
    "video_urls",
    "video_tasks",
    "model_endpoints",
    "model_metadata",
    "passed_on",
    "no_late_streams",
    "missing_model_404",
    "unknown_model_200",
]

assert set(get_args(Quirk)) == set(QUIRKS), "every quirk is explained"


_ROUTE = re.compile(r"(\*|[A-Z]+) /\S*")
#: A word in braces, which a gateway's forms put something in the place of.
WORD = re.compile(r"\{([\w.-]+)\}")


def unknown_blanks(form: Any, known: Sequence[str], path: Path) -> Iterator[Flaw]:
    """Find the `{words}` of a form that stand for nothing; a known one that ends in a dot goes on as it likes."""
    inside = form.items() if isinstance(form, dict) else enumerate(form) if isinstance(form, list) else ()
    for key, inner in inside:
        yield from unknown_blanks(inner, known, (*path, key))
    for word in WORD.findall(form) if isinstance(form, str) else ():
        if word not in known and f"{word.partition('.')[0]}." not in known:
            near = did_you_mean(word, known) or f"There are {', '.join(known)}."
            yield Flaw(path, f'stands for nothing: "{{{word}}}"', near)


class ErrorSpec(Section, frozen=True):
    """How refusals of one kind, or one status, are worded.

    `code: null` says that there is none. `message` may quote what would be said otherwise as `{message}`, and
    `{model}`, `{verb}` and `{path}` of the request. A scenario's own error has its own words.
    """

    status: Annotated[int, msgspec.Meta(ge=400, le=599)] | None = None
    type: str | None = None
    code: str | msgspec.UnsetType | None = msgspec.UNSET
    param: str | None = None
    message: str | None = None


class RequestIds(Section, frozen=True):
    """Which header carries a request's id, and what the id is: the caller's own with `echo`, else one of a `form`."""

    header: str = "x-request-id"
    echo: bool = False
    form: Literal["req", "uuid", "stamp"] = "req"


class Health(Section, frozen=True):
    """How the parts behind a gateway are: without its storage it is not ready, without its cache it is degraded."""

    storage: Literal["ok", "down"] = "ok"
    cache: Literal["ok", "down"] = "ok"


class Manners(Section, frozen=True):
    """A gateway's own way.

    `title` and `base_url` are what its users know it by; `hosts` are the names it answers to on a server of several
    gateways. `routes` are the endpoints that it has (`POST /v1/chat/completions`, or a pattern), left out: all.
    `unimplemented` ones (`* /v1/files*`) are known, and answered with 501. `errors` word its refusals, by kind or
    status; `retry_after` says whether those of its own tell when to ask again. `vendor_headers` says whether endpoints
    in a vendor's protocol have that vendor's headers (the request's id, limits), or the gateway's. By family,
    `requires` names headers that must be there; by family or endpoint (`audio.speech`), `fills` gives fields of a body
    that are missing, and `adds` puts fields into answers. `idempotency` names the header that makes a request one that
    is answered once; `caches` are the families whose answers are given again to who asks the same.
    `metrics` begins the names of its figures at `/metrics`; `health` is what `/health/ready` tells.
    `model_ids` is how models are listed (`{owner}/{id}`), sorted then; both names are good. `owner_field` is a field of
    bodies that names a model's owner, `account_header` the header that says on whose account a call is.
    `passes` names the providers that `/p/{provider}/...` leads to, and whose protocol each speaks.
    """

    title: str = ""
    base_url: str = ""
    hosts: list[Glob] = msgspec.field(default_factory=list)
    routes: list[str] | None = None
    unimplemented: list[str] = msgspec.field(default_factory=list)
    errors: dict[str, ErrorSpec] = msgspec.field(default_factory=dict)
    retry_after: bool = True
    vendor_headers: bool = True
    request_id: RequestIds = RequestIds()
    quirks: list[Quirk] = msgspec.field(default_factory=list)
    requires: dict[str, list[str]] = msgspec.field(default_factory=dict)
    fills: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    adds: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    idempotency: str = ""
    caches: list[str] = msgspec.field(default_factory=list)
    metrics: str = "mockgate"
    health: Health = Health()
    model_ids: str = "{id}"
    owner_field: str = ""
    account_header: str = ""
    passes: dict[str, Literal["openai", "anthropic", "google", "opaque"]] = msgspec.field(default_factory=dict)

    def flaws(self) -> Iterator[Flaw]:
        """Find errors of no kind and no status, and families that there are not."""
        for key in ("requires", "fills", "adds", "caches"):
            for name in getattr(self, key):
                if (name.partition(".")[0] if key in {"fills", "adds"} else name) not in FAMILIES:
                    near = did_you_mean(name, FAMILIES) or f"There are {', '.join(FAMILIES)}."
                    yield Flaw(
                        (key, name) if isinstance(getattr(self, key), dict) else (key,), f'is no family: "{name}"', near
                    )
        yield from unknown_blanks(self.adds, ("model", "owner", "header."), ("adds",))
        for at, route in enumerate(self.unimplemented):
            if not _ROUTE.fullmatch(route):
                near = "Write a method, or *, and a path, as in POST /v1/edits."
                yield Flaw(("unimplemented", at), f'is no endpoint: "{route}"', near)
        for name in self.errors:
            if name not in KINDS and not (name.isdecimal() and 400 <= int(name) <= 599):
                near = did_you_mean(name, list(KINDS)) or f"There are {', '.join(KINDS)}, and statuses."
                yield Flaw(("errors", name), f'is no kind of error, and no status: "{name}"', near)
