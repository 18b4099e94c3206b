"""Batches: create, retrieve, list, cancel, results. Source: OpenAI's API reference, "Batch"."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from ... import bodies, filing
from ...batch_lines import CANCELLING, WINDOW, follow, named
from ...content import Content
from ...errors import GatewayError
from ...facts import Facts
from ...gateway import Gateway
from ...jobs import Job, Step
from ...journal import Exchange
from ...paging import Listing, list_object, page
from ...rng import Dice
from ...routes import Family
from ...scenario import BatchSeed
from ...session import Session
from ...turn import Prompt
from ...wire import Answer, Raw, Sse, json_answer
from ...wording import bad_request
from . import passed
from .request import Create, Endpoint, Fault, Line, read
from .run import KIND, Batch, over

#: More bytes of input than these are read in a thread.
_LARGE = 200_000

_STATES = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a batch."""
    if _passes_on(session) and passed.holds(exchange.call):
        asked, content = passed.read(session, exchange)
    else:
        asked, content = _from_file(session, exchange)
    if content.size > _LARGE:
        lines, faults = await asyncio.to_thread(read, content, asked.endpoint)
    else:
        lines, faults = read(content, asked.endpoint)
    batch = Batch(_job(session, exchange, faults, lines), asked, lines, faults)
    session.records.save(KIND, batch.job.id, (batch, exchange))
    follow(session, batch.job, partial(batch.catch_up, gateway, session, exchange))
    return json_answer(_told(session, batch))


def _passes_on(session: Session) -> bool:
    return "passed_on" in session.policy.responder.quirks


def _from_file(session: Session, exchange: Exchange) -> tuple[Create, Content]:
    asked = bodies.read(session, exchange, Create)
    file = filing.get(session, asked.input_file_id, "input_file_id")
    if file.purpose != "batch":
        raise bad_request(
            f"File '{file.id}' was uploaded for '{file.purpose}': a batch needs one for 'batch'.", "input_file_id"
        )
    return asked, file.content


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


async def _find(gateway: Gateway, session: Session, exchange: Exchange) -> Batch:
    """Return the batch that a path names, up to date.

    Raises GatewayError (404) when there is none.
    """
    _sow(session, exchange)
    found = await named(gateway, session, exchange, KIND, lambda id: _grow(session, exchange, BatchSeed(id)))
    if found is None:
        id = exchange.params["id"]
        message = f"No batch found with id '{id}'."
        raise GatewayError("not_found", message, param="batch_id", details={"object": "batch", "id": id})
    return found


def _sow(session: Session, exchange: Exchange) -> None:
    """Put in place the batches that a session begins with."""
    session.sow(KIND, session.policy.scenario.records.batches, partial(_grow, session, exchange))


def _grow(session: Session, exchange: Exchange, seed: BatchSeed) -> tuple[Batch, Exchange]:
    asked = Create(seed.input_file_id, msgspec.convert(seed.endpoint, Endpoint), "24h", dict(seed.metadata) or None)
    batch = over(Job(seed.id, KIND, session.clock.now(), (), seed.status), asked, seed.completed, seed.failed)
    batch.write(session)
    session.records.save(KIND, seed.id, (batch, exchange))
    return batch, exchange


async def retrieve(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a batch as it is now."""
    return json_answer(_told(session, await _find(gateway, session, exchange)))


async def listed(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List batches, the newest first."""
    _sow(session, exchange)
    for batch, made_by in session.records.all(KIND):
        await batch.catch_up(gateway, session, made_by)
    found = [_told(session, batch) for batch, _ in session.records.all(KIND)]
    return json_answer(list_object(page(exchange.call, found)))


async def cancel(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Cancel a batch: what was not run by then never is."""
    batch = await _find(gateway, session, exchange)
    if batch.job.over and session.policy.synthesizes:
        return json_answer(_told(session, batch) | {"status": "cancelling"})
    if batch.job.over:
        message = f"Cannot cancel a batch with status '{batch.job.state}'."
        raise GatewayError("conflict", message, param="batch_id")
    if batch.job.state != "cancelling":
        batch.job.divert(session.clock.now(), (Step("cancelling", CANCELLING),), "cancelled")
        session.jobs.arm(batch.job, session.clock)
    return json_answer(_told(session, batch))


async def results(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Send all results of a batch that is over, good and bad ones in the order of its input.

    Raises GatewayError (409) before. Source: GoModel's documentation.
    """
    batch = await _find(gateway, session, exchange)
    if not batch.job.over:
        raise GatewayError("conflict", f"batch results are not ready yet (status: {batch.job.state})")
    if _passes_on(session):
        return json_answer(passed.results(session, batch))
    lines = [outcome.written + b"\n" for outcome in batch.outcomes]
    return Sse(
        frames=(Raw(0.0, line) for line in lines),
        length=sum(map(len, lines)),
        content_type="application/x-ndjson",
    )


def _told(session: Session, batch: Batch) -> dict[str, Any]:
    return passed.told(session, batch, describe(batch)) if _passes_on(session) else describe(batch)


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
        "input_file_id": asked.input_file_id or None,
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
family.add("POST", "/v1/batches", create, body=Create)
family.add("GET", "/v1/batches", listed, name="list", query=Listing)
family.add("GET", "/v1/batches/{id}", retrieve)
family.add("POST", "/v1/batches/{id}/cancel", cancel)
family.add("GET", "/v1/batches/{id}/results", results, answers=("application/x-ndjson",))
