"""A report before it has a face: sections, sentences, rows, quotations.

Builders (``sections/``) make these from a result; ``text_face`` and
``html_face`` print them. A face adds lay-out and no word, so that two faces of
one report cannot differ in what they say (a test compares their words). Every
string is *marked* (``marked``): other people's words stand between two marks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A sentence or a few. ``kind``: plain, lead (the first thing to read), note, warning."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True)
class Pair:
    """What something is called, and what it is. ``minor``: for looking up, not for reading through."""

    label: str
    text: str
    minor: bool = False


@dataclass(frozen=True)
class Bullets:
    """Sentences of one rank; ``label`` says what they are and may be empty."""

    items: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class Table:
    """A caption, the names of the columns, and rows; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Quotation:
    """The text of a provision, word for word, with its source.

    ``source`` stands before it, ``article`` in brackets after it. ``translation``
    is a working translation, introduced by ``label``; empty where none is printed.
    ``is_verbatim`` is False for a summary of ours: it stands in no 「」.
    """

    key: str
    source: str
    text: str
    article: str
    label: str = ""
    translation: str = ""
    notes: tuple[str, ...] = ()
    is_verbatim: bool = True


@dataclass(frozen=True)
class Entry:
    """One thing that was looked at: its id, what it is, its status word, what is said of it.

    ``status`` is the code behind ``word`` (it chooses a sign, never a meaning of
    its own); ``tags`` are words beside the title, such as the severity.
    """

    key: str
    title: str
    status: str
    word: str
    tags: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    brief: bool = False
    """Its first sentence follows on the same line."""


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; ``key`` names the place within the report.

    One that is an ``annex`` may be folded away where a face can do that.
    """

    key: str
    title: str
    blocks: tuple[Block, ...] = ()
    annex: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report in one language.

    ``warning`` is empty or the first thing to heed; ``opening`` stands before
    the first section, ``closing`` after the last.
    """

    lang: str
    title: str
    warning: str
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
    closing: tuple[Block, ...] = ()


Block = Line | Pair | Bullets | Table | Quotation | Entry | Section
