"""How long live requests take while a batch of 50,000 lines is worked on, beside how long they take without it.

python benchmarks/batches.py [LINES]
"""

import json
import sys
import time
import urllib.request
from typing import Any

from rig import SCENARIO, Server, machine, mockgate, p85, rig, table

BODY: dict[str, Any] = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Why is the sky blue?"}]}
BOUNDARY = "boundary-of-the-form"
PAUSE = 0.02  # seconds between two live requests


def _call(server: Server, method: str, path: str, data: bytes | None = None, kind: str = "application/json") -> Any:
    headers = {"authorization": "Bearer sk-bench", "content-type": kind}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)


def _lines(count: int) -> bytes:
    asked = {"method": "POST", "url": "/v1/chat/completions", "body": BODY}
    return b"\n".join(json.dumps({"custom_id": f"line-{at}", **asked}).encode() for at in range(count))


def _begin(server: Server, count: int) -> str:
    head = 'Content-Disposition: form-data; name="file"; filename="lines.jsonl"\r\n\r\n'
    purpose = 'Content-Disposition: form-data; name="purpose"\r\n\r\nbatch'
    form = f"--{BOUNDARY}\r\n{purpose}\r\n--{BOUNDARY}\r\n{head}".encode() + _lines(count)
    form += f"\r\n--{BOUNDARY}--\r\n".encode()
    file = _call(server, "POST", "/v1/files", form, f"multipart/form-data; boundary={BOUNDARY}")
    asked = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    return str(_call(server, "POST", "/v1/batches", json.dumps(asked).encode())["id"])


def _live(server: Server, seconds: float) -> list[float]:
    took, until = [], time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        server.post(BODY)
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE)
    return took


def _beside(server: Server, count: int) -> tuple[list[float], dict[str, Any]]:
    """Return how long live requests took until a batch was over, and the batch."""
    id, took, batch = _begin(server, count), list[float](), {"status": "validating"}
    while batch["status"] not in {"completed", "failed"}:
        took += _live(server, 1.0)
        batch = json.loads(_called(server, id, took))
    return took, batch


def _called(server: Server, id: str, took: list[float]) -> str:
    """Look at the batch through the control API, which brings nothing up to date; note what it cost."""
    began = time.perf_counter()
    job = _call(server, "GET", f"/_mockgate/jobs/{id}")
    took.append((time.perf_counter() - began) * 1000)
    if job["state"] != "completed":
        return json.dumps({"status": job["state"]})
    return json.dumps(_call(server, "GET", f"/v1/batches/{id}"))


def _row(name: str, took: list[float]) -> list[str]:
    ranked = sorted(took)
    p99 = ranked[int(len(ranked) * 0.99)]
    return [
        name,
        str(len(took)),
        f"{ranked[len(ranked) // 2]:.1f}",
        f"{p85(took):.1f}",
        f"{p99:.1f}",
        f"{ranked[-1]:.0f}",
    ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    machine()
    with rig() as made, made.server(mockgate(SCENARIO, "--pace", "instant"), pinned=False) as server:
        server.post(BODY)
        alone = _live(server, 10.0)
        began = time.perf_counter()
        beside, batch = _beside(server, count)
        seconds = time.perf_counter() - began
    table(["ms a request", "requests", "p50", "p85", "p99", "most"], [_row("alone", alone), _row("beside", beside)])
    print(f"\n{batch['request_counts']} in {seconds:.1f} s")


if __name__ == "__main__":
    main()
