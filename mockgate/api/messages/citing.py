"""What a text of an answer cites: what a rule says, else what a search found, or the beginning of a document."""

from collections.abc import Iterator
from typing import Any, TypeVar

from ... import hosted
from ...rng import Dice
from ...turn import Citation, Text, ToolCall, Turn
from .blocks import DocumentBlock, FiledPdf, FiledText, Pieces, PlainText, SearchResultBlock, TextBlock, ToolResultBlock
from .request import Asked
from .served import source_dice

Worded = dict[str, Any]

Block = TypeVar("Block")

#: So many letters are cited at most, where no rule says which.
_LONGEST = 150


def citations(turn: Turn, at: int) -> list[Worded]:
    """Word what the text that is part `at` of an answer cites."""
    parts = turn.replies[0].parts
    part = parts[at]
    if isinstance(part, Text) and part.cites:
        return [worded for cite in part.cites for worded in _scripted(turn, at, cite, part.text)]
    for index, before in enumerate(parts[:at]):
        if isinstance(before, ToolCall) and before.hosted == "web_search":
            url, title = hosted.source(source_dice(turn, index))
            return [_of_page(turn, at, Citation(url=url, title=title), part.text if isinstance(part, Text) else "")]
    return _found(turn.prompt.request)


def _scripted(turn: Turn, at: int, cite: Citation, said: str) -> Iterator[Worded]:
    """Word one citation; none where the prompt has nothing of that number."""
    asked = turn.prompt.request
    if cite.url:
        yield _of_page(turn, at, cite, said)
    sources = _sources(asked)
    for index, document in enumerate(_of_kind(sources, DocumentBlock)):
        if index == cite.document:
            yield _of_document(document, index, cite)
    for index, result in enumerate(_of_kind(sources, SearchResultBlock)):
        if index == cite.search_result:
            yield _of_result(result, index, cite.quote)


def _found(asked: Asked) -> list[Worded]:
    """Word a citation of the first document, else the first result, that may be cited and whose words are known."""
    sources = _sources(asked)
    if not sources:
        return []  # nearly always
    for at, document in enumerate(_of_kind(sources, DocumentBlock)):
        if _cited(document) and _is_text(document):
            return [_of_document(document, at, Citation())]
    for at, result in enumerate(_of_kind(sources, SearchResultBlock)):
        if _cited(result) and result.content:
            return [_of_result(result, at, "")]
    return []


def _sources(asked: Asked) -> list[DocumentBlock | SearchResultBlock]:
    """Return all that may be cited, what stands within the results of tools too."""
    found: list[Any] = []
    for said in asked.messages:
        if isinstance(said.content, str):
            continue
        for block in said.content:
            found.append(block)
            if isinstance(block, ToolResultBlock) and isinstance(block.content, list):
                found += block.content
    return [block for block in found if isinstance(block, (DocumentBlock, SearchResultBlock))]


def _of_kind(sources: list[Any], kind: type[Block]) -> list[Block]:
    return [block for block in sources if isinstance(block, kind)]


def _cited(block: DocumentBlock | SearchResultBlock) -> bool:
    return block.citations is not None and block.citations.enabled is True


def _is_text(document: DocumentBlock) -> bool:
    return isinstance(document.source, PlainText | Pieces)


def _of_page(turn: Turn, at: int, cite: Citation, said: str) -> Worded:
    return {
        "type": "web_search_result_location",
        "cited_text": cite.quote or said[:_LONGEST],
        "url": cite.url,
        "title": cite.title or None,
        "encrypted_index": Dice(turn.id, "index", at, cite.url).id("E", 63),
    }


def _of_document(document: DocumentBlock, index: int, cite: Citation) -> Worded:
    """Word where a document says it: by letters in plain text, by blocks where it has some, else by pages."""
    source = document.source
    file_id = source.file_id if isinstance(source, FiledPdf | FiledText) else None
    about = {"document_index": index, "document_title": cite.title or document.title, "file_id": file_id}
    match source:
        case PlainText(data=text):
            quote = cite.quote or text[: _end(text)]
            begin = max(0, text.find(quote))
            where = {"start_char_index": begin, "end_char_index": begin + len(quote)}
            return {"type": "char_location", "cited_text": quote, **about, **where}
        case Pieces(content=list() as blocks):
            return {"type": "content_block_location", **_block(blocks, cite.quote), **about}
        case Pieces(content=str() as text):
            return {"type": "content_block_location", **_block([TextBlock(text)], cite.quote), **about}
        case _:
            pages = {"start_page_number": 1, "end_page_number": 2}
            return {"type": "page_location", "cited_text": cite.quote, **about, **pages}


def _of_result(result: SearchResultBlock, index: int, quote: str) -> Worded:
    about = {"source": result.source, "title": result.title, "search_result_index": index}
    return {"type": "search_result_location", **_block(result.content, quote), **about}


def _block(blocks: list[Any], quote: str) -> Worded:
    """Word which block has a quote: the first, if none has."""
    texts = [block.text if isinstance(block, TextBlock) else "" for block in blocks] or [""]
    at = next((at for at, text in enumerate(texts) if quote in text), 0)
    return {"cited_text": texts[at], "start_block_index": at, "end_block_index": at + 1}


def _end(text: str) -> int:
    """Return where a text's first sentence ends."""
    stop = text.find(". ")
    return min(len(text) if stop < 0 else stop + 2, _LONGEST)
