"""Images: generations, edits, variations, and the links to them. Source: OpenAI's API reference, "Images"."""

import asyncio
from functools import partial

from ... import fields, forms
from ...gateway import Gateway
from ...journal import Exchange
from ...pacing import duration
from ...routes import Family
from ...session import Session
from ...wire import Answer, Sse, json_answer
from ...wording import missing
from . import links
from .answer import body, fail, frames
from .drawing import Order, make
from .request import Body, Edit, Generate, Options, Vary, read
from .uploaded import of_form, of_references


async def generate(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Make pictures of words."""
    asked, _ = _read(session, exchange, Generate)
    return await _answer(gateway, session, exchange, Order(asked.prompt, asked))


async def edit(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Change pictures as words say, where a mask says."""
    asked, form = _read(session, exchange, Edit)
    if form is not None:
        given, mask = of_form(form)
    elif asked.images is None:
        raise missing("images")
    else:
        given, mask = await of_references(gateway, session, asked.images, asked.mask)
    return await _answer(gateway, session, exchange, Order(asked.prompt, asked, given, mask))


async def vary(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Make pictures like another."""
    forms.read(exchange.call)
    asked, form = _read(session, exchange, Vary)
    given, _ = of_form(form or forms.Form())
    options = Options(
        model=asked.model or "dall-e-2",
        n=asked.n,
        size=asked.size,
        response_format=asked.response_format,
        user=asked.user,
    )
    return await _answer(gateway, session, exchange, Order("", options, given[:1], varied=True))


def _read(session: Session, exchange: Exchange, kind: type[Body]) -> tuple[Body, forms.Form | None]:
    exchange.unknown_fields = partial(fields.unknown, kind=kind)
    return read(exchange.call, kind, reject_unknown=session.policy.reject_unknown)


async def _answer(gateway: Gateway, session: Session, exchange: Exchange, order: Order) -> Answer:
    made = await make(gateway, session, exchange, order)
    turn = made.inquiry.turn
    if turn.prompt.stream:
        return Sse(frames=frames(made, session.under_way), headers=turn.headers, fail=fail)
    due = duration(turn, made.inquiry.tempo, made.inquiry.dice, session.under_way)
    worded = body(made, partial(links.hang, session, exchange))
    # Megabytes of pictures take long to encode: others go on meanwhile.
    return await asyncio.to_thread(json_answer, worded, due=due, headers=turn.headers)


family = Family("images")
family.add("POST", "/v1/images/generations", generate, prompted=True, body=Generate)
family.add("POST", "/v1/images/edits", edit, prompted=True, body=Edit, form=Generate, files=("image", "mask?"))
family.add("POST", "/v1/images/variations", vary, prompted=True, name="variations", form=Vary, files=("image",))
family.add("GET", f"{links.PATH}{{name}}", links.show, open=True, answers=("image/*",))
