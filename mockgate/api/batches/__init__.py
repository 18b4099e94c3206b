"""Batches: create, retrieve, list, cancel, results. Source: OpenAI's API reference, "Batch"."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec

from ... import filing
from ...errors import GatewayError
from ...facts import Facts
from ...fields import decode
from ...gateway import Gateway
from ...jobs import Job, Step
from ...journal import Exchange
from ...paging import list_object, page
from ...rng import Dice
from ...routes import Family
from ...scenario import BatchSeed
from ...session import Session
from ...turn import Prompt
from ...wire import Answer, Raw, Sse, json_answer
from ...wording import bad_request
from .request import Create, Endpoint, Fault, Line, read
from .run import KIND, Batch, over

#: A batch that is not done after a day expires.
WINDOW = 86_400

#: Seconds that a cancellation takes.
CANCELLING = 2.0

#: More bytes of input than these are read in a thread.
_LARGE = 200_000

_STATES = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a batch."""
    asked = decode(exchange.call.raw, Create)
    file = filing.get(session, asked.input_file_id, "input_file_id")
    if file.purpose != "batch":
        raise bad_request(
            f"File '{file.id}' was uploaded for '{file.purpose}': a batch needs one for 'batch'.", "input_file_id"
        )
    if file.content.size > _LARGE:
        lines, faults = await asyncio.to_thread(read, file.content, asked.endpoint)
    else:
        lines, faults = read(file.content, asked.endpoint)
    batch = Batch(_job(session, exchange, faults, lines), asked, lines, faults)
    session.records.save(KIND, batch.job.id, (batch, exchange))
    _follow(gateway, session, exchange, batch)
    return json_answer(describe(batch))


def _job(session: Session, exchange: Exchange, faults: list[Fault], lines: list[Line]) -> Job:
    id = filing.new_id(session, exchange.call.raw.decode("utf-8", "replace"), "batch_")
    model = next((line.body["model"] for line in lines if isinstance(line.body.get("model"), str)), "")
    facts = Facts(Prompt("batches", model, ()), exchange.call, exchange.key)
    steps, problem = session.policy.batches.way(facts, Dice(session.policy.scenario.seed, id))
    if faults:
        return Job(id, KIND, exchange.started, steps[:1], "failed")
    if problem is not None:
        faults.append(Fault(*problem))
        return Job(id, KIND, exchange.started, steps[:2], "failed")
    return Job(id, KIND, exchange.started, steps, "completed")


def _follow(gateway: Gateway, session: Session, exchange: Exchange, batch: Batch) -> None:
    """Bring a batch up to date whenever its state changes, looked at or not; it expires after a day."""
    working: set[asyncio.Task[None]] = set()

    def work(_: Job) -> None:
        task = asyncio.ensure_future(batch.catch_up(gateway, session, exchange))
        working.add(task)
        task.add_done_callback(working.discard)

    batch.job.on_change.append(work)
    session.jobs.add(batch.job, session.clock)
    expiry = exchange.started + WINDOW
    session.clock.call_at(expiry, lambda: batch.job.finish(expiry, "expired"))


async def _find(gateway: Gateway, session: Session, exchange: Exchange) -> Batch:
    """Return the batch that a path names, up to date.

    Raises GatewayError (404) when there is none.
    """
    id = exchange.params["id"]
    _sow(session, exchange)
    found: tuple[Batch, Exchange] | None = session.records.find(KIND, id)
    if found is None and filing.synthesizes(session):
        found = _grow(session, exchange, BatchSeed(id))
    if found is None:
        raise GatewayError("not_found", f"No batch found with id '{id}'.", param="batch_id")
    batch, made_by = found
    batch.job.look(session.clock.now())
    await batch.catch_up(gateway, session, made_by)
    return batch


def _sow(session: Session, exchange: Exchange) -> None:
    """Put in place the batches that a session begins with."""
    if KIND not in session.sown:
        session.sown.add(KIND)
        for seed in session.policy.scenario.records.batches:
            _grow(session, exchange, seed)


def _grow(session: Session, exchange: Exchange, seed: BatchSeed) -> tuple[Batch, Exchange]:
    asked = Create(seed.input_file_id, msgspec.convert(seed.endpoint, Endpoint), "24h", dict(seed.metadata) or None)
    batch = over(Job(seed.id, KIND, session.clock.now(), (), seed.status), asked, seed.completed, seed.failed)
    batch.write(session)
    session.records.save(KIND, seed.id, (batch, exchange))
    return batch, exchange


async def retrieve(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a batch as it is now."""
    return json_answer(describe(await _find(gateway, session, exchange)))


async def listed(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List batches, the newest first."""
    _sow(session, exchange)
    for batch, made_by in session.records.all(KIND):
        await batch.catch_up(gateway, session, made_by)
    found = [describe(batch) for batch, _ in session.records.all(KIND)]
    return json_answer(list_object(page(exchange.call, found)))


async def cancel(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Cancel a batch: what was not run by then never is."""
    batch = await _find(gateway, session, exchange)
    if batch.job.over and filing.synthesizes(session):
        return json_answer(describe(batch) | {"status": "cancelling"})
    if batch.job.over:
        message = f"Cannot cancel a batch with status '{batch.job.state}'."
        raise GatewayError("conflict", message, param="batch_id")
    if batch.job.state != "cancelling":
        batch.job.divert(session.clock.now(), (Step("cancelling", CANCELLING),), "cancelled")
        session.jobs.arm(batch.job, session.clock)
    return json_answer(describe(batch))


async def results(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Send all results of a batch that is over, good and bad ones in the order of its input.

    Raises GatewayError (409) before. Source: GoModel's documentation.
    """
    batch = await _find(gateway, session, exchange)
    if not batch.job.over:
        raise GatewayError("conflict", f"The batch is {batch.job.state}: its results are there once it is over.")
    lines = [outcome.written + b"\n" for outcome in batch.outcomes]
    return Sse(
        frames=(Raw(0.0, line) for line in lines),
        length=sum(map(len, lines)),
        content_type="application/x-ndjson",
    )


def describe(batch: Batch) -> dict[str, Any]:
    """Word a batch as OpenAI's batch object."""
    job, asked = batch.job, batch.asked
    bad = sum(not outcome.good for outcome in batch.outcomes)
    shown_faults = batch.faults if job.state == "failed" else []
    return {
        "id": job.id,
        "object": "batch",
        "endpoint": asked.endpoint,
        "errors": {"object": "list", "data": msgspec.to_builtins(shown_faults)} if shown_faults else None,
        "input_file_id": asked.input_file_id,
        "completion_window": asked.completion_window,
        "status": job.state,
        "output_file_id": batch.output,
        "error_file_id": batch.errors,
        "created_at": int(job.started),
        "expires_at": int(job.started) + WINDOW,
        **dict(_moments(job)),
        "request_counts": {
            "total": 0 if job.state == "validating" else len(batch.lines),
            "completed": len(batch.outcomes) - bad,
            "failed": bad,
        },
        "metadata": asked.metadata,
        "model": next((line.body.get("model") for line in batch.lines), None),
        "usage": _usage(batch),
    }


def _moments(job: Job) -> Iterator[tuple[str, int | None]]:
    for state in _STATES:
        moment = job.moments.get(state)
        yield f"{state}_at", None if moment is None else int(moment)


def _usage(batch: Batch) -> dict[str, Any]:
    total = batch.usage
    return {
        "input_tokens": total["input_tokens"],
        "input_tokens_details": {"cached_tokens": total["cached_tokens"]},
        "output_tokens": total["output_tokens"],
        "output_tokens_details": {"reasoning_tokens": total["reasoning_tokens"]},
        "total_tokens": total["total_tokens"],
    }


family = Family("batches")
family.add("POST", "/v1/batches", create)
family.add("GET", "/v1/batches", listed, name="list")
family.add("GET", "/v1/batches/{id}", retrieve)
family.add("POST", "/v1/batches/{id}/cancel", cancel)
family.add("GET", "/v1/batches/{id}/results", results)
