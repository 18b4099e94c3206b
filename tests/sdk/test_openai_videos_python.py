"""The official Python SDK against videos."""

import io

import openai
import pytest
from PIL import Image

from mockgate.synth.mp4 import probe

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")

SCENARIO = {
    "clock": {"start": "2026-01-01", "speed": 40},
    "videos": [
        {"when": {"user": "forbidden"}, "fail": {"code": "moderation_blocked", "message": "Your request was blocked."}},
        {"when": {"user": "hour"}, "states": {"in_progress": "10h"}},
    ],
}


def test_a_video_is_created_polled_and_downloaded(client, tmp_path):
    video = client.videos.create_and_poll(prompt="A cat on stage", seconds="8", size="1280x720")
    assert (video.status, video.progress, video.error) == ("completed", 100, None)
    assert video.completed_at - video.created_at == 10
    client.videos.download_content(video.id).write_to_file(tmp_path / "film.mp4")
    assert probe((tmp_path / "film.mp4").read_bytes()) == ((1280, 720), 8.0)
    with Image.open(io.BytesIO(client.videos.download_content(video.id, variant="thumbnail").content)) as small:
        assert (small.format, small.width > small.height) == ("WEBP", True)
    sheet = client.videos.download_content(video.id, variant="spritesheet")
    assert sheet.response.headers["content-type"] == "image/jpeg"


def test_a_video_that_fails_says_why(client):
    video = client.videos.create_and_poll(prompt="Something forbidden")
    assert (video.status, video.error.code, video.error.message) == (
        "failed",
        "moderation_blocked",
        "Your request was blocked.",
    )
    with pytest.raises(openai.NotFoundError):
        client.videos.download_content(video.id)


def test_a_video_may_begin_with_a_picture(client):
    file = io.BytesIO()
    Image.new("RGB", (720, 1280), (20, 120, 40)).save(file, "PNG")
    video = client.videos.create(prompt="Grass", input_reference=("grass.png", file.getvalue(), "image/png"))
    assert video.status == "queued"
    with pytest.raises(openai.BadRequestError, match="Inpaint image must match"):
        client.videos.create(prompt="Grass", size="1280x720", input_reference=("g.png", file.getvalue(), "image/png"))
    linked = {"input_reference": {"image_url": "https://example.com/grass.png"}}
    url = client.videos.create(prompt="Grass", extra_body=linked)
    assert url.status == "queued"


def test_videos_are_remixed_edited_and_extended(client):
    source = client.videos.create_and_poll(prompt="A cat")
    assert client.videos.remix(source.id, prompt="A dog").remixed_from_video_id == source.id
    film = ("cat.mp4", client.videos.download_content(source.id).content, "video/mp4")
    edited = client.videos.edit(prompt="A blue cat", video=film)
    assert (edited.seconds, edited.size) == (source.seconds, source.size)
    assert client.videos.extend(prompt="It sleeps", seconds="12", video=film).seconds == "16"
    character = client.videos.create_character(name="Tom", video=film)
    assert client.videos.get_character(character.id).name == "Tom"


def test_videos_are_listed_and_deleted(client):
    made = [client.videos.create(prompt=f"Take an hour, {n}").id for n in range(3)]
    seen = [video.id for video in client.videos.list(limit=2)]
    assert [id for id in seen if id in made] == made[::-1]
    with pytest.raises(openai.BadRequestError):
        client.videos.delete(made[0])
    done = client.videos.create_and_poll(prompt="A cat")
    assert client.videos.delete(done.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(done.id)


def test_what_is_asked_wrongly_is_refused(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.videos.create(prompt="A cat", seconds="0")
    assert (refused.value.param, refused.value.code) == ("seconds", "invalid_value")
    with pytest.raises(openai.BadRequestError):
        client.videos.create(prompt="A cat", size="3x3")
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve("video_x")
