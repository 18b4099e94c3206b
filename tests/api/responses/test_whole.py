import pytest
from openai.types.responses import Response

from mockgate.api.responses.whole import body, ended, output

from ...wire.responses import CASES, CREATED, USAGE, shown

BY_NAME = {case.name: case for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_reply_is_worded_as_the_golden_table_says(case):
    assert shown(output(case.turn())) == case.output


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_official_types_know_every_field_and_miss_none(case):
    whole = body(case.turn())
    read = Response.model_validate(whole)
    assert {"id", "created_at", "usage", "output"} <= read.model_fields_set
    assert [item.type for item in read.output] == [item["type"] for item in case.output]
    assert read.output_text == "".join(part["text"] for part in case.reply if part["type"] == "text")


def test_the_token_counts_are_the_turns():
    usage = body(BY_NAME["text"].turn())["usage"]
    assert usage == {
        "input_tokens": USAGE.input,
        "input_tokens_details": {"cached_tokens": USAGE.cached, "cache_write_tokens": USAGE.cache_written},
        "output_tokens": USAGE.output,
        "output_tokens_details": {"reasoning_tokens": USAGE.reasoning},
        "total_tokens": USAGE.total,
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [("cut at the token limit", "max_output_tokens"), ("ended by the content filter", "content_filter")],
)
def test_a_response_that_did_not_come_to_its_end_says_why(name, reason):
    whole = ended(BY_NAME[name].turn(), CREATED)
    assert (whole["status"], whole["incomplete_details"], whole["completed_at"]) == (
        "incomplete",
        {"reason": reason},
        None,
    )
