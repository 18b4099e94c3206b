"""Message batches: create, list, retrieve, cancel, delete, results. Source: Anthropic's API reference."""

import asyncio
from collections import Counter
from functools import partial
from typing import Annotated, Any

import msgspec

from .. import batch_lines, bodies, filing
from ..anthropic_fields import decode
from ..batch_lines import CANCELLING, WINDOW, Ran
from ..errors import GatewayError, anthropic_envelope
from ..facts import Facts
from ..gateway import Gateway
from ..jobs import Job, Step
from ..journal import Exchange
from ..paging import AnthropicListing, anthropic_list
from ..protocols import worded
from ..rng import Dice
from ..routes import Family
from ..seeds import MessageBatchSeed
from ..session import Session
from ..turn import Prompt
from ..units import write_moment
from ..wire import Answer, Call, Json, decode_json, json_answer
from ..wording import bad_request

PATH = "/v1/messages/batches"
KIND = "message_batch"

#: Requests that one batch may have.
MOST = 100_000

#: What becomes of the requests that were not run, by the state that a batch has ended in.
_NEVER_RUN = {"canceled": "canceled", "expired": "expired"}

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}\Z")]


class Request(msgspec.Struct, frozen=True):
    """A request of a batch: its name, and the body that is sent to `/v1/messages`."""

    custom_id: Name
    params: dict[str, Any]


class Create(msgspec.Struct, frozen=True):
    """The body that begins a batch."""

    requests: Annotated[list[Request], msgspec.Meta(min_length=1, max_length=MOST)]


class MessageBatch:
    """A batch and all that has become of it so far."""

    def __init__(self, job: Job, requests: list[Request], problem: tuple[str, str] | None) -> None:
        self.job = job
        self.requests = requests
        self.problem = problem
        self.results: list[dict[str, Any]] = []
        self._one = asyncio.Lock()

    async def catch_up(self, gateway: Gateway, session: Session, exchange: Exchange) -> None:
        """Run the requests whose time has come. `exchange` is the one that made the batch: its key pays."""
        async with self._one:
            line = partial(self._run, gateway, session, exchange)
            await batch_lines.run_due(session, self._due, self.results, line)
            if self.job.over:
                never_run = {"type": _NEVER_RUN.get(self.job.state, "errored")}
                self.results += [never_run] * (len(self.requests) - len(self.results))

    def _due(self, now: float) -> int:
        """Return how many requests must have been run by now."""
        self.job.look(now, counts=False)
        if self.job.state == "in_progress":
            return 0 if self.problem else int(len(self.requests) * self.job.share(now))
        return len(self.requests) if self.job.state in {"ended", "failed"} else len(self.results)

    async def _run(self, gateway: Gateway, session: Session, exchange: Exchange, at: int) -> dict[str, Any]:
        problem = self.problem or self.job.problem
        if problem is not None:
            return _errored(GatewayError.of_status(500, problem[1]), exchange.request_id)
        asked = self.requests[at]
        if asked.params.get("stream"):
            return _errored(bad_request("stream: Streaming is not supported in a batch."), exchange.request_id)
        return _outcome(await batch_lines.run(gateway, session, exchange.call, "/v1/messages", asked.params))

    def describe(self, call: Call) -> dict[str, Any]:
        """Word it as Anthropic's batch object: what became of its requests is told once all of them are over."""
        job, moments = self.job, self.job.moments
        counts = Counter(result["type"] for result in self.results) if job.over else {"processing": len(self.requests)}
        states = ("processing", "succeeded", "errored", "canceled", "expired")
        begun = {state: write_moment(int(moment)) for state, moment in moments.items()}
        return {
            "id": job.id,
            "type": "message_batch",
            "processing_status": "ended" if job.over else job.state,
            "request_counts": {state: counts.get(state, 0) for state in states},
            "created_at": write_moment(int(job.started)),
            "expires_at": write_moment(int(job.started) + WINDOW),
            "ended_at": begun[job.state] if job.over else None,
            "cancel_initiated_at": begun.get("canceling"),
            "archived_at": None,
            "results_url": call.address(f"{PATH}/{job.id}/results", call.front) if job.over else None,
        }


def _outcome(ran: Ran) -> dict[str, Any]:
    answer = ran.answer
    if not isinstance(answer, Json):
        return _errored(GatewayError("server_error", "The request was broken off."), ran.exchange.request_id)
    body = _read(answer)
    if answer.status < 400 and isinstance(body, dict):
        return {"type": "succeeded", "message": body}
    if isinstance(body, dict) and body.get("type") == "error":
        return {"type": "errored", "error": body}
    return _errored(ran.exchange.error or GatewayError.of_status(answer.status), ran.exchange.request_id)


def _read(answer: Json) -> Any:
    try:
        return decode_json(answer.body)
    except GatewayError:
        return None  # a fault made it so


def _errored(error: GatewayError, request_id: str) -> dict[str, Any]:
    return {"type": "errored", "error": anthropic_envelope(worded(error, "anthropic"), request_id)}


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a batch."""
    asked = bodies.read(session, exchange, Create, decode)
    _check_names(asked.requests)
    id = filing.new_id(session, exchange.call.raw.decode("utf-8", "replace"), "msgbatch_")
    model = asked.requests[0].params.get("model")
    facts = Facts(Prompt("batches", model if isinstance(model, str) else "", ()), exchange.call, exchange.key)
    steps, problem = session.policy.message_batches.way(facts, Dice(session.policy.scenario.seed, id))
    batch = MessageBatch(Job(id, KIND, exchange.started, steps, "ended"), asked.requests, problem)
    session.records.save(KIND, id, (batch, exchange))
    batch_lines.follow(session, batch.job, partial(batch.catch_up, gateway, session, exchange))
    return json_answer(batch.describe(exchange.call))


def _check_names(requests: list[Request]) -> None:
    seen: set[str] = set()
    for at, request in enumerate(requests):
        if request.custom_id in seen:
            message = f"requests.{at}.custom_id: `custom_id` must be unique, '{request.custom_id}' is taken already."
            raise bad_request(message, f"requests[{at}].custom_id")
        seen.add(request.custom_id)


async def _find(gateway: Gateway, session: Session, exchange: Exchange) -> MessageBatch:
    """Return the batch that a path names, up to date.

    Raises GatewayError (404) when there is none.
    """
    _sow(session, exchange)
    found = await batch_lines.named(
        gateway, session, exchange, KIND, lambda id: _grow(session, exchange, MessageBatchSeed(id))
    )
    if found is None:
        raise GatewayError("not_found", f"No message batch found with ID: {exchange.params['id']}")
    return found


def _sow(session: Session, exchange: Exchange) -> None:
    """Put in place the batches that a session begins with."""
    session.sow(KIND, session.policy.scenario.records.message_batches, partial(_grow, session, exchange))


def _grow(session: Session, exchange: Exchange, seed: MessageBatchSeed) -> tuple[MessageBatch, Exchange]:
    """Make a batch that is over; the requests that succeeded are answered when it is looked at."""
    policy = session.policy
    able = (model.id for model in policy.catalogue.listed if "messages" in model.families)
    words = [{"role": "user", "content": "Hello"}]
    model = seed.model or next(able, policy.scenario.default_model)
    asked = {"model": model, "max_tokens": 64, "messages": words}
    requests = [Request(f"request-{at + 1}", asked) for at in range(seed.errored + seed.succeeded)]
    batch = MessageBatch(Job(seed.id, KIND, session.clock.now(), (), "ended"), requests, None)
    batch.results = [_errored(GatewayError("server_error"), exchange.request_id)] * seed.errored
    session.records.save(KIND, seed.id, (batch, exchange))
    return batch, exchange


async def retrieve(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a batch as it is now."""
    return json_answer((await _find(gateway, session, exchange)).describe(exchange.call))


async def listed(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List batches, the newest first."""
    _sow(session, exchange)
    found: list[tuple[MessageBatch, Exchange]] = session.records.all(KIND)
    for batch, made_by in found:
        await batch.catch_up(gateway, session, made_by)
    return json_answer(anthropic_list(exchange.call, [batch.describe(exchange.call) for batch, _ in reversed(found)]))


async def cancel(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Cancel a batch: what was not run by then never is."""
    batch = await _find(gateway, session, exchange)
    if batch.job.over and session.policy.synthesizes:
        return json_answer(batch.describe(exchange.call) | {"processing_status": "canceling"})
    if batch.job.over:
        raise bad_request(f"Batch {batch.job.id} cannot be canceled: its processing has ended.")
    if batch.job.state != "canceling":
        batch.job.divert(session.clock.now(), (Step("canceling", CANCELLING),), "canceled")
        session.jobs.arm(batch.job, session.clock)
    return json_answer(batch.describe(exchange.call))


async def delete(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Forget a batch that is over."""
    batch = await _find(gateway, session, exchange)
    if not (batch.job.over or session.policy.synthesizes):
        raise bad_request(f"Batch {batch.job.id} cannot be deleted while it is {batch.job.state}: cancel it first.")
    session.records.drop(KIND, batch.job.id)
    return json_answer({"id": batch.job.id, "type": "message_batch_deleted"})


async def results(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Send what became of each request of a batch that is over, a line each, in the order of its requests.

    Raises GatewayError (404) before.
    """
    batch = await _find(gateway, session, exchange)
    if not batch.job.over:
        raise GatewayError("not_found", f"Batch {batch.job.id} has no results yet: it is {batch.job.state}.")
    lines = [
        msgspec.json.encode({"custom_id": request.custom_id, "result": result}) + b"\n"
        for request, result in zip(batch.requests, batch.results, strict=True)
    ]
    return Json(body=b"".join(lines), content_type="application/x-jsonl")


family = Family("message_batches", protocol="anthropic")
family.add("POST", PATH, create, body=Create)
family.add("GET", PATH, listed, name="list", query=AnthropicListing)
family.add("GET", f"{PATH}/{{id}}", retrieve)
family.add("POST", f"{PATH}/{{id}}/cancel", cancel)
family.add("DELETE", f"{PATH}/{{id}}", delete)
family.add("GET", f"{PATH}/{{id}}/results", results, answers=("application/x-jsonl",))
