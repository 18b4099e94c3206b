"""A batch at work: as many of its lines are run as the time has come for, and then its files are written."""

import asyncio
from collections import Counter
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from ... import batch_lines, filing
from ...content import Content
from ...gateway import Gateway
from ...jobs import Job
from ...journal import Exchange
from ...rng import Dice
from ...session import Session
from ...wire import Call, Sse
from .request import Create, Fault, Line

KIND = "batch"


class Outcome(msgspec.Struct, frozen=True):
    """What became of a line: a line of the output file, with the usage it reports, or of the error file."""

    written: bytes
    usage: dict[str, Any] | None = None

    @property
    def good(self) -> bool:
        """Whether it was answered well."""
        return self.usage is not None


class Batch:
    """A batch and all that has become of it so far."""

    def __init__(self, job: Job, asked: Create, lines: list[Line], faults: list[Fault]) -> None:
        self.job = job
        self.asked = asked
        self.lines = lines
        self.faults = faults
        self.outcomes: list[Outcome] = []
        self.output: str | None = None
        self.errors: str | None = None
        self._usage: Counter[str] = Counter()
        self._added = 0
        self._one = asyncio.Lock()
        self._told = job.state if job.over else ""

    @property
    def usage(self) -> Counter[str]:
        """The tokens of all lines so far; each line is added once, however often they are asked for."""
        for outcome in islice(self.outcomes, self._added, None):
            self._usage.update(outcome.usage or {})
        self._added = len(self.outcomes)
        return self._usage

    async def catch_up(self, gateway: Gateway, session: Session, exchange: Exchange) -> None:
        """Run the lines whose time has come, write the files once it is over, and tell of its end.

        `exchange` is the one that made the batch: its key pays.
        """
        async with self._one:
            line = partial(self._run, gateway, session, exchange.call)
            await batch_lines.run_due(session, self._due, self.outcomes, line)
            if self.job.over and self._told != self.job.state:
                self._told = self.job.state
                self.write(session)
                data = {"id": self.job.id}
                session.outbox.tell(session.policy.scenario.webhooks, f"batch.{self.job.state}", data)

    def _due(self, now: float) -> int:
        """Return how many lines must have been run by now."""
        self.job.look(now, counts=False)
        if not self.lines or self.faults:
            return 0
        match self.job.state:
            case "in_progress":
                share = self.job.share(now)
                return int(len(self.lines) * share)
            case "finalizing" | "completed":
                return len(self.lines)
            case _:
                return len(self.outcomes)

    async def _run(self, gateway: Gateway, session: Session, made_by: Call, at: int) -> Outcome:
        line = self.lines[at]
        ran = await batch_lines.run(gateway, session, made_by, line.url, line.body)
        written = self._line(line, at)
        if isinstance(ran.answer, Sse):
            written["error"] = {"code": "invalid_request", "message": "Streaming is not supported in a batch."}
        elif ran.answer is None:
            written["error"] = {"code": "server_error", "message": "The request was broken off."}
        else:
            body, status = _read(ran.answer.body), ran.answer.status
            written["response"] = {"status_code": status, "request_id": ran.exchange.request_id, "body": body}
            if status < 400:
                usage = body.get("usage") if isinstance(body, dict) else None
                return Outcome(msgspec.json.encode(written), _counted(usage or {}))
        return Outcome(msgspec.json.encode(written))

    def _line(self, line: Line, at: int) -> dict[str, Any]:
        id = Dice(self.job.id, at).id("batch_req_", 24)
        return {"id": id, "custom_id": line.custom_id, "response": None, "error": None}

    def write(self, session: Session) -> None:
        """Write the files: of the lines that never came to be run, say why."""
        reason = {"cancelled": "batch_cancelled", "expired": "batch_expired", "failed": "batch_failed"}
        state = self.job.state
        if (state in reason and self.outcomes) or state == "expired":
            why = {"code": reason[state], "message": f"This request was not run: the batch is {state}."}
            for at in range(len(self.outcomes), len(self.lines)):
                written = {**self._line(self.lines[at], at), "error": why}
                self.outcomes.append(Outcome(msgspec.json.encode(written)))
        self.output = self._file(session, "output", [one.written for one in self.outcomes if one.good])
        self.errors = self._file(session, "error", [one.written for one in self.outcomes if not one.good])

    def _file(self, session: Session, what: str, lines: list[bytes]) -> str | None:
        if not lines:
            return None
        now = self.job.moments[self.job.state]
        expiry = self.asked.output_expires_after
        name = f"{self.job.id}_{what}.jsonl"
        content = Content.of(b"\n".join(lines) + b"\n")
        expires = now + (expiry.seconds if expiry is not None else 2_592_000)
        id = filing.new_id(session, name)
        return filing.keep(session, filing.StoredFile(id, name, "batch_output", content, now, expires)).id


def over(job: Job, asked: Create, completed: int, failed: int) -> Batch:
    """Make a batch that is over, with so many lines of each outcome."""
    lines = [Line(f"request-{at}", "POST", asked.endpoint, {}) for at in range(completed + failed)]
    batch = Batch(job, asked, lines, [])
    for at, line in enumerate(lines):
        good = at < completed
        response: dict[str, Any] = {"status_code": 200 if good else 500, "request_id": f"req-{at}", "body": {}}
        written = {"id": f"batch_req_{at}", "custom_id": line.custom_id, "response": response, "error": None}
        batch.outcomes.append(Outcome(msgspec.json.encode(written), {} if good else None))
    return batch


def _read(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")  # a fault made it so


def _counted(usage: dict[str, Any]) -> dict[str, Any]:
    """Read an endpoint's usage as a batch's: chat says `prompt_tokens` where responses says `input_tokens`."""
    inner = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    outer = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    return {
        "input_tokens": usage.get("input_tokens", usage.get("prompt_tokens", 0)),
        "output_tokens": usage.get("output_tokens", usage.get("completion_tokens", 0)),
        "total_tokens": usage.get("total_tokens", 0),
        "cached_tokens": inner.get("cached_tokens", 0),
        "reasoning_tokens": outer.get("reasoning_tokens", 0),
    }
