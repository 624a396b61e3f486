"""A document as one self-contained HTML page: no script, nothing fetched, one file to keep.

The words are those of the document; the page adds a table of contents (titles
that stand in the document too) and links between ids that the document names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from .document import (
    Block,
    Bullets,
    Document,
    Entry,
    Line,
    Pair,
    Quotation,
    Section,
    Table,
)
from .html_parts import Html, escaped, joined, page, part
from .marked import pieces

SIGNS: Final = {
    # Beside a word, never instead of it. Of characters that every Chinese font has.
    "consistent": "＝", "inconsistent": "≠", "not_checked": "○", "declared": "◇",
    "declared_with_artifact": "◆", "missing": "□", "not_applicable": "－", "court": "※",
}  # fmt: skip
CHECK_SIGNS: Final = {
    # Of the comparisons P-01 to P-23: none has the sign of what was verified.
    "contradiction": "≠", "raised": "？", "no_contradiction": "～", "not_compared": "○",
    "nothing_there": "－",
}  # fmt: skip
_ALL_SIGNS: Final = {**SIGNS, **CHECK_SIGNS}
_PAGE_ONE: Final = frozenset({"statements", "completeness", "origin"})
"""What stands before the table of contents."""
_LANGUAGES: Final = {"zh": "中文", "en": "English"}
_SKIP: Final = {"zh": "跳到正文", "en": "Skip to the report"}
_CONTENTS: Final = {"zh": "目录", "en": "Contents"}


def to_html(documents: Sequence[Document]) -> str:
    """Return the page; of two documents the first gives the page its language and title."""
    lang = documents[0].lang
    languages = Html("")
    if len(documents) > 1:
        items = [part("language", lang=d.lang, name=_LANGUAGES[d.lang]) for d in documents]
        languages = part("languages", items=joined(items))
    return page(
        lang=lang,
        title=documents[0].title,
        skip=_SKIP[lang],
        languages=languages,
        documents=joined([_Writer(document).document() for document in documents]),
    )


class _Writer:
    """Writes one document; knows the places that its words can link to."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._colon = "：" if document.lang == "zh" else ": "
        self._places = dict(self._named(document.sections))
        names = sorted(self._places, key=len, reverse=True)
        self._names = re.compile("|".join(map(re.escape, names)) or r"(?!)")

    def _named(self, blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
        for block in blocks:
            if isinstance(block, Quotation):
                yield block.source, self._place(block.key)
            elif isinstance(block, Entry) and block.key and not block.brief:
                yield block.key, self._place(block.key)
            elif isinstance(block, Section):
                yield from self._named(block.blocks)

    def _place(self, key: str) -> str:
        """Return an id that is unique on a page with two languages."""
        return f"{self._document.lang}-{key}"

    def document(self) -> Html:
        document = self._document
        opening = [Line(document.warning, "warning")] if document.warning else []
        page_one = [each for each in document.sections if each.key in _PAGE_ONE]
        rest = [each for each in document.sections if each.key not in _PAGE_ONE]
        return part(
            "document",
            lang=document.lang,
            title=document.title,
            opening=self._blocks([*opening, *document.opening], 2),
            first=self._blocks(page_one, 2),
            contents=self._contents(document.sections),
            sections=self._blocks(rest, 2),
            closing=self._blocks(document.closing, 2),
        )

    def _contents(self, sections: Sequence[Section]) -> Html:
        items = [
            part("bullet", text=part("link", place=self._place(each.key), text=each.title))
            for each in sections
        ]
        title = _CONTENTS[self._document.lang]
        return part("contents", title=title, place=self._place("contents"), items=joined(items))

    # ------------------------------------------------------------------- blocks

    def _blocks(self, blocks: Sequence[Block], level: int) -> Html:
        found: list[Html] = []
        for kind, run in groupby(blocks, type):
            if kind is Pair:
                pairs = [self._pair(each) for each in run if isinstance(each, Pair)]
                found.append(part("pairs", items=joined(pairs)))
            else:
                found += [self._block(each, level) for each in run]
        return joined(found)

    def _pair(self, pair: Pair) -> Html:
        text = self._text(pair.text)
        kind = "minor" if pair.minor else "plain"
        return part("pair", kind=kind, label=self._text(pair.label), colon=self._colon, text=text)

    def _block(self, block: Block, level: int) -> Html:
        match block:
            case Line():
                return part("line", kind=block.kind, text=self._text(block.text))
            case Pair():
                return part("pairs", items=self._pair(block))
            case Bullets():
                return self._bullets(block)
            case Table():
                return self._table(block)
            case Quotation():
                return self._quotation(block, level)
            case Entry():
                return self._entry(block, level)
            case Section():
                return self._section(block, level)

    def _bullets(self, block: Bullets) -> Html:
        items = [part("bullet", text=self._text(item)) for item in block.items]
        label = Html("")
        if block.label:
            text = joined([self._text(block.label), escaped(self._colon.rstrip())])
            label = part("line", kind="label", text=text)
        return part("bullets", label=label, items=joined(items))

    def _table(self, table: Table) -> Html:
        head = [part("column", text=self._text(name)) for name in table.head]
        rows = [
            part(
                "row",
                first=self._text(first),
                cells=joined([part("cell", text=self._text(cell)) for cell in cells]),
            )
            for first, *cells in table.rows
        ]
        caption = self._text(table.caption)
        return part("table", caption=caption, head=joined(head), rows=joined(rows))

    def _quotation(self, block: Quotation, level: int) -> Html:
        text = f"「{block.text}」{block.article}" if block.is_verbatim else block.text
        translation = Html("")
        if block.translation:
            said = self._paragraphs(f"{block.label}{self._colon}{block.translation}")
            translation = part("translation", text=said)
        notes = [part("line", kind="note", text=self._text(note)) for note in block.notes]
        return part(
            "quotation" if block.is_verbatim else "practice",
            level=level,
            place=self._place(block.key),
            source=self._text(block.source, linked=False),
            text=self._paragraphs(text),
            translation=translation,
            notes=joined(notes),
        )

    def _paragraphs(self, text: str) -> Html:
        lines = text.split("\n")
        return joined([part("line", kind="plain", text=self._text(line)) for line in lines])

    def _entry(self, entry: Entry, level: int) -> Html:
        sign = part("sign", sign=_ALL_SIGNS.get(entry.status, "·"), word=entry.word)
        tags = [part("tag", text=self._text(tag)) for tag in entry.tags]
        listed = joined(tags, "；" if self._colon == "：" else "; ")
        if not entry.brief:
            return part(
                "entry",
                status=entry.status,
                place=self._place(entry.key),
                level=level,
                sign=sign,
                key=entry.key,
                title=self._text(entry.title, linked=False),
                tags=part("tags", items=listed) if tags else Html(""),
                blocks=self._blocks(entry.blocks, level + 1),
            )
        first, blocks = Html(""), entry.blocks
        if blocks and isinstance(blocks[0], Line):
            first, blocks = self._text(blocks[0].text), blocks[1:]
        return part(
            "brief",
            status=entry.status,
            sign=sign,
            key=entry.key,
            title=self._text(entry.title),
            tags=self._bracketed(listed) if tags else Html(""),
            colon=self._colon if first else "",
            first=first,
            blocks=self._blocks(blocks, level + 1),
        )

    def _bracketed(self, text: Html) -> Html:
        before, after = ("（", "）") if self._colon == "：" else (" (", ")")
        return joined([escaped(before), text, escaped(after)])

    def _section(self, section: Section, level: int) -> Html:
        return part(
            "annex" if section.annex else "section",
            place=self._place(section.key),
            name=section.key,
            level=level,
            title=self._text(section.title, linked=False),
            blocks=self._blocks(section.blocks, level + 1),
        )

    # ------------------------------------------------------------------- words

    def _text(self, marked: str, *, linked: bool = True) -> Html:
        """Escape a sentence; other people's words are kept apart and link to nothing."""
        found: list[Html] = []
        for text, others in pieces(marked):
            if others:
                found.append(part("own", text=text))
            elif linked:
                found += self._linked(text)
            else:
                found.append(escaped(text))
        return joined(found)

    def _linked(self, text: str) -> Iterator[Html]:
        done = 0
        for match in self._names.finditer(text):
            yield escaped(text[done : match.start()])
            yield part("link", place=self._places[match[0]], text=match[0])
            done = match.end()
        yield escaped(text[done:])
