"""Reading an HTML report back: its words, and its tree for whoever asks about structure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

INLINE = frozenset({"a", "q", "bdi", "span", "strong"})
VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})


@dataclass
class Element:
    """An element with what stands in it, in order."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """This element and every one below it, those with one of the tags (none: all)."""
        if not tags or self.tag in tags:
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(*tags)

    def text(self, skip: frozenset[str] = frozenset()) -> str:
        """What a person reads; blocks are parted by a space, inline elements by nothing."""
        if self.tag in skip or self.tag in {"style", "script", "title"}:
            return " "
        parts = [c if isinstance(c, str) else c.text(skip) for c in self.children]
        joined = "".join(parts)
        return joined if self.tag in INLINE else f" {joined} "

    def under(self, tag: str) -> bool:
        """Whether an element with this tag holds it."""
        at = self.parent
        while at is not None and at.tag != tag:
            at = at.parent
        return at is not None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self._at)
        self._at.children.append(made)
        if tag not in VOID:
            self._at = made

    def handle_endtag(self, tag: str) -> None:
        assert self._at.tag == tag, f"</{tag}> closes <{self._at.tag}>"
        assert self._at.parent is not None
        self._at = self._at.parent

    def handle_data(self, data: str) -> None:
        self._at.children.append(data)


def read_page(html: str) -> Element:
    """The page as a tree; a tag that is not closed where it was opened is an error."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader._at is reader.root, "a tag was left open"
    return reader.root


def words(text: str) -> list[str]:
    """The words of a text, without signs and spaces."""
    return re.findall(r"\w+", text)


def words_of(page: Element, lang: str) -> list[str]:
    """The words of one language's report, without the table of contents."""
    article = next(a for a in page.all("article") if a.attributes["lang"] == lang)
    return words(article.text(frozenset({"nav"})))
