"""What a page does with media: films play and seek, pictures show at their size, speech is heard as long as it is."""

import pytest
import pytest_asyncio

SCENARIO = {"videos": [{"states": {"queued": 0, "in_progress": 0}}]}

FETCH = """
const fetched = async (path, body, method = body ? 'POST' : 'GET') => {
  const headers = {authorization: 'Bearer sk-test', ...(body && {'content-type': 'application/json'})};
  const answer = await fetch(base + path, {method, headers, body: body && JSON.stringify(body)});
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
};
"""

PLAY = """
const played = async source => {
  const video = document.createElement('video');
  const once = name => new Promise((done, failed) => {
    video.addEventListener(name, done, {once: true});
    video.addEventListener('error', () => failed(video.error), {once: true});
  });
  video.muted = true;
  const known = once('loadedmetadata');
  video.src = source;
  document.body.append(video);
  await known;
  await video.play();
  while (video.currentTime < 0.2) await new Promise(requestAnimationFrame);
  video.pause();
  const there = once('seeked');
  video.currentTime = video.duration * 0.75;
  await there;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 16;
  const pen = canvas.getContext('2d');
  let light = null;
  if (source.startsWith('blob:')) {
    pen.drawImage(video, 0, 0, 16, 16);
    light = Math.max(...pen.getImageData(0, 0, 16, 16).data.filter((_, at) => at % 4 < 3));
  }
  return {size: [video.videoWidth, video.videoHeight], seconds: video.duration, at: video.currentTime, light};
};
"""


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def iconless(page):
    """Browsers look for an icon wherever a page names none."""
    await page.route("**/favicon.ico", lambda route: route.fulfill(status=204))


def run(page, server, steps, *arguments):
    """Run steps in the page; they know `base`, `fetched` and what they are given as `given`."""
    return page.evaluate(f"async ([base, given]) => {{ {FETCH} {steps} }}", [server.base_url, list(arguments)])


FILM = """
const film = await (await fetched('/videos', {prompt: 'A paper boat', seconds: '4', size: given[0]})).json();
"""


@pytest.mark.parametrize("size", ["720x1280", "1792x1024"])
async def test_a_film_that_was_fetched_with_a_key_plays_and_seeks(page, live, size):
    server = live(SCENARIO)
    await page.goto(f"{server.url}/_mockgate/clock")
    steps = (
        FILM
        + PLAY
        + """
      const clip = await (await fetched(`/videos/${film.id}/content`)).blob();
      return await played(URL.createObjectURL(clip));
    """
    )
    shown = await run(page, server, steps, size)
    assert shown["size"] == [int(side) for side in size.split("x")]
    assert (shown["seconds"], shown["at"]) == (4, 3)
    assert shown["light"] > 60, "the frame is not black"


async def test_a_film_plays_and_seeks_by_its_address_where_no_key_is_needed(page, live):
    server = live({**SCENARIO, "auth": {"anonymous": True}})
    ranges = []
    page.on("response", lambda got: ranges.append(got.status) if got.url.endswith("/content") else None)
    await page.goto(f"{server.url}/_mockgate/clock")
    shown = await run(
        page, server, FILM + PLAY + "return await played(`${base}/videos/${film.id}/content`);", "1280x720"
    )
    assert (shown["size"], shown["seconds"], shown["at"]) == ([1280, 720], 4, 3)
    assert set(ranges) == {206}


@pytest.mark.parametrize("variant", ["thumbnail", "spritesheet"])
async def test_stills_of_a_film_show(page, live, variant):
    server = live(SCENARIO)
    await page.goto(f"{server.url}/_mockgate/clock")
    steps = (
        FILM
        + """
      const still = await (await fetched(`/videos/${film.id}/content?variant=${given[1]}`)).blob();
      const image = await createImageBitmap(still);
      return [image.width, image.height];
    """
    )
    wide, high = await run(page, server, steps, "1280x720", variant)
    assert wide / high == pytest.approx(16 / 9, abs=0.01)


SHOW = """
const image = new Image();
image.src = source;
await image.decode();
return [image.naturalWidth, image.naturalHeight];
"""


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
async def test_a_picture_shows_at_its_size(page, live, format):
    server = live()
    await page.goto(f"{server.url}/_mockgate/clock")
    steps = """
      const asked = {model: 'gpt-image-1', prompt: 'A lake', size: '1536x1024', output_format: given[0]};
      const made = await (await fetched('/images/generations', asked)).json();
      const source = `data:image/${given[0]};base64,${made.data[0].b64_json}`;
    """
    assert await run(page, server, steps + SHOW, format) == [1536, 1024]


async def test_a_picture_that_is_linked_to_shows_without_a_key(page, live):
    server = live()
    await page.goto(f"{server.url}/_mockgate/clock")
    steps = """
      const asked = {model: 'dall-e-3', prompt: 'A lake', size: '1024x1792'};
      const source = (await (await fetched('/images/generations', asked)).json()).data[0].url;
    """
    assert await run(page, server, steps + SHOW) == [1024, 1792]


@pytest.mark.parametrize(
    ("format", "kind"),
    [("mp3", "audio/mpeg"), ("opus", "audio/ogg"), ("aac", "audio/aac"), ("wav", "audio/wav"), ("flac", "audio/flac")],
)
async def test_speech_is_decoded_and_plays_as_long_as_its_text_takes(page, live, format, kind):
    server = live({"speech": "synthetic"})
    await page.goto(f"{server.url}/_mockgate/clock")
    steps = """
      const asked = {model: 'tts-1', voice: 'nova', input: given[0], response_format: given[1]};
      const answer = await fetched('/audio/speech', asked);
      const blob = await answer.blob();
      const heard = await new OfflineAudioContext(1, 1, 24000).decodeAudioData(await blob.arrayBuffer());
      const loudest = Math.max(...heard.getChannelData(0).filter((_, at) => at % 16 === 0));
      const audio = new Audio(URL.createObjectURL(blob));
      audio.muted = true;
      await audio.play();
      while (audio.currentTime < 0.1) await new Promise(requestAnimationFrame);
      return [answer.headers.get('content-type'), heard.duration, loudest];
    """
    text = "The quick brown fox jumps over the lazy dog."
    told, seconds, loudest = await run(page, server, steps, text, format)
    assert told == kind
    assert seconds == pytest.approx(max(len(text) / 15, 9 / 2.5), abs=0.15)
    assert loudest > 0.1
