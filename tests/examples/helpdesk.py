"""A help desk that answers with a model, and stays polite when the model does not answer."""

import asyncio

from openai import APIError, AsyncOpenAI, OpenAI

SORRY = "Sorry, nobody can answer right now."
MODEL = "gpt-4o-mini"


class HelpDesk:
    def __init__(self):
        self._client = OpenAI()  # OPENAI_BASE_URL and OPENAI_API_KEY say where and who

    def answer(self, question):
        try:
            completion = self._client.chat.completions.create(model=MODEL, messages=_ask(question))
        except APIError:
            return SORRY
        return completion.choices[0].message.content

    def spell(self, question):
        """Answer word by word."""
        with self._client.chat.completions.create(model=MODEL, messages=_ask(question), stream=True) as stream:
            for chunk in stream:
                yield chunk.choices[0].delta.content or ""


async def triage(tickets):
    """Return the tickets that are urgent."""
    async with AsyncOpenAI() as client:
        found = await asyncio.gather(*(_is_urgent(client, ticket) for ticket in tickets))
    return [ticket for ticket, urgent in zip(tickets, found, strict=True) if urgent]


async def _is_urgent(client, ticket):
    messages = _ask(ticket, "Say whether the ticket is urgent or not.")
    completion = await client.chat.completions.create(model=MODEL, messages=messages)
    return completion.choices[0].message.content == "urgent"


def _ask(question, system="You are a help desk."):
    return [{"role": "system", "content": system}, {"role": "user", "content": question}]
