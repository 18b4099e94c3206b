import pytest

from mockgate.afterwards import PUBLIC_SECRET, key_of
from mockgate.errors import ScenarioError
from mockgate.scenario import load

HOOK = {"url": "http://127.0.0.1:1/"}


@pytest.mark.parametrize(
    ("scenario", "problem"),
    [
        (
            {"batches": [{"states": {"in_progres": "1s"}}]},
            'batches[0].states.in_progres: is no state of a batch: "in_progres". Did you mean "in_progress"?',
        ),
        ({"responses": [{"states": {"validating": "1s"}}]}, "There are queued, in_progress."),
        ({"batches": [{"looks": 2, "by_hand": True}]}, "batches[0]: has looks and by_hand at once"),
        ({"batches": [{"states": {"in_progress": "-1s"}}]}, "batches[0].states.in_progress: is not a duration"),
        ({"videos": [{"states": {"done": "1s"}}]}, 'is no state of a video: "done"'),
        ({"videos": [{"looks": 2, "per_job": "1s"}]}, "videos[0].per_job: goes with states that pass with the time"),
        (
            {"video_words": {"complete": "done"}},
            'video_words.complete: is no state of a video: "complete". Did you mean',
        ),
        ({"webhooks": [{"url": "localhost"}]}, "webhooks[0].url: is no address"),
        ({"webhooks": [{**HOOK, "secret": "abc"}]}, "webhooks[0].secret: is no secret"),
        ({"webhooks": [{**HOOK, "secret": "whsec_???"}]}, "webhooks[0].secret: is no secret"),
        ({"webhooks": [{**HOOK, "events": ["batch.complete"]}]}, 'Did you mean "batch.completed"?'),
        ({"webhooks": [{**HOOK, "attempts": 0}]}, "webhooks[0].attempts: must be at least 1"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(scenario, problem):
    with pytest.raises(ScenarioError) as wrong:
        load(scenario)
    assert problem in str(wrong.value)


def test_a_secret_stands_for_its_bytes():
    assert key_of(PUBLIC_SECRET) == b"mockgate-webhook-secret"
