from .conftest import kinds

BETA = {"openai_beta": "realtime=v1"}


async def test_a_client_of_the_beta_hears_its_names(gw, connect):
    async with connect(gw(rules=[{"reply": "pong"}]), **BETA) as peer:
        greeting = [await peer.next(), await peer.next()]
        assert kinds(greeting) == ["session.created", "conversation.created"]
        session = greeting[0]["session"]
        assert (session["modalities"], session["input_audio_format"], session["voice"]) == (
            ["audio", "text"],
            "pcm16",
            "alloy",
        )
        asked = {"modalities": ["text"], "input_audio_format": "g711_ulaw", "turn_detection": None}
        told = (await peer.ask("session.update", session=asked))["session"]
        assert {name: told[name] for name in asked} == asked
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "ping"}]}
        assert (await peer.ask("conversation.item.create", item=item))["type"] == "conversation.item.created"
        peer.say("response.create")
        events = await peer.until("rate_limits.updated")
    assert kinds(events) == [
        "response.created",
        "response.output_item.added",
        "conversation.item.created",
        "response.content_part.added",
        "response.text.delta",
        "response.text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    response = events[-2]["response"]
    assert response["modalities"] == ["text"]
    assert response["output"][0]["content"] == [{"type": "text", "text": "pong"}]


async def test_its_sound_has_its_names_too(gw, connect):
    async with connect(gw(rules=[{"reply": "pong"}]), **BETA) as peer:
        peer.say("response.create", response={"modalities": ["audio", "text"], "output_audio_format": "g711_alaw"})
        names = kinds(await peer.until("response.done"))
    assert {"response.audio.delta", "response.audio.done", "response.audio_transcript.delta"} <= set(names)
