"""The opponent: the least that aiohttp and uvloop can do for the same request, with nothing of mockgate in it.

One route; the body is read into typed values and the answer encoded, both by msgspec. A stream is the same chunk again
and again, encoded beforehand, and a sleep to an absolute moment before each. Nothing is counted, matched, checked or
remembered.
"""

import asyncio
from typing import Any, Literal

import msgspec
import uvloop
from aiohttp import web

FIRST, STEP, CHUNKS = 0.02, 0.02, 50  # the scenario's pace, and its stream

TEXT = "Air scatters the short blue waves of sunlight far more than the long red ones."


class Message(msgspec.Struct):
    role: Literal["system", "user", "assistant"]
    content: str


class Chat(msgspec.Struct):
    model: str
    messages: list[Message]
    temperature: float = 1
    max_tokens: int | None = None
    user: str = ""
    stream: bool = False


_decoder = msgspec.json.Decoder(Chat)
_encoder = msgspec.json.Encoder()


CHUNK = b"data: %b\n\n" % _encoder.encode(
    {
        "id": "chatcmpl-wwvnNnSJ6wHLVSdruW3hCPaJ9BA3y",
        "object": "chat.completion.chunk",
        "created": 1795220163,
        "model": "gpt-4o-mini",
        "service_tier": "default",
        "system_fingerprint": "fp_5fec1ebf8d",
        "choices": [{"index": 0, "delta": {"content": " light"}, "logprobs": None, "finish_reason": None}],
    }
)


async def chat(request: web.Request) -> web.StreamResponse:
    asked = _decoder.decode(await request.read())
    if asked.stream:
        return await _stream(request)
    return web.Response(body=_encoder.encode(_answer(asked.model)), content_type="application/json")


async def _stream(request: web.Request) -> web.StreamResponse:
    """Send the chunks when they are due: one that stands for the role, those with words, and two that end it."""
    clock = asyncio.get_running_loop().time
    began = clock()
    response = web.StreamResponse(headers={"content-type": "text/event-stream", "cache-control": "no-cache"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    for at in range(CHUNKS):
        await asyncio.sleep(began + FIRST + STEP * at - clock())
        await response.write(CHUNK * (2 if at == 0 else 3 if at == CHUNKS - 1 else 1))
    await response.write_eof()
    return response


def _answer(model: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-wwvnNnSJ6wHLVSdruW3hCPaJ9BA3y",
        "object": "chat.completion",
        "created": 1795220163,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": TEXT, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 60,
            "completion_tokens": 15,
            "total_tokens": 75,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": "fp_5fec1ebf8d",
    }


async def main() -> None:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(main())
