"""Documents in the order of how near they are to a query."""

import msgspec
import pytest

PATH = "/v1/rerank"
ASKED = {
    "model": "rerank-v3.5",
    "query": "Which city is the capital of Norway?",
    "documents": ["Bananas are rich in potassium.", {"text": "Oslo is the capital city of Norway."}, "Go is a game."],
}


@pytest.fixture
def rerank(gw, ask):
    async def send(status=200, scenario=None, **fields):
        gateway = gw({"gateway": "newapi", **(scenario or {})})
        exchange = await ask(gateway, "POST", PATH, {**ASKED, **fields})
        assert exchange.status == status, exchange.answer.body
        return msgspec.json.decode(exchange.answer.body)

    return send


async def test_the_nearest_document_comes_first(rerank):
    results = (await rerank())["results"]
    scores = [result["relevance_score"] for result in results]
    assert results[0]["index"] == 1
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


async def test_as_many_come_as_are_wanted_with_their_words_where_those_are(rerank):
    results = (await rerank(top_n=1, return_documents=True))["results"]
    assert [(result["index"], result["document"]["text"][:4]) for result in results] == [(1, "Oslo")]
    assert (await rerank(top_n=1))["results"][0].keys() == {"index", "relevance_score"}


async def test_query_and_documents_are_counted(rerank):
    short, long = [(await rerank(documents=["a " * count]))["usage"] for count in (1, 50)]
    assert short["prompt_tokens"] < long["prompt_tokens"] == long["total_tokens"]


async def test_a_rule_may_give_the_scores(rerank):
    rule = {"when": {"family": "rerank", "user": "Norway"}, "reply": {"json": [0.1, 0.2, 0.9]}}
    told = await rerank(scenario={"rules": [rule]})
    assert [result["index"] for result in told["results"]] == [2, 1, 0]
    told = await rerank(status=500, scenario={"rules": [{"reply": {"json": [1]}}]})
    assert "one for each document" in told["error"]["message"]


@pytest.mark.parametrize(
    "wrong", [{"documents": []}, {"query": ""}, {"documents": [{"title": "x"}]}, {"top_n": 0}, {"model": "gpt-4o"}]
)
async def test_what_cannot_be_ranked_is_refused(rerank, wrong):
    assert (await rerank(status=400, **wrong))["error"]["type"] == "new_api_error"
