"""The HTML templates: data with places, filled so that nothing gets in unescaped.

``html/blocks.html`` holds one part after each line ``<!-- name -->`` (or
``<!-- inline name -->``: without the line's end). A place ``{{name}}`` takes a
string, which is escaped, or an ``Html``: a part that was filled before.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

_PART: Final = re.compile(r"^<!-- (inline )?([a-z]+) -->\n", re.MULTILINE)
_PLACE: Final = re.compile(r"\{\{([a-z]+)\}\}")


class Html(str):
    """Markup of ours in which every value is escaped."""

    __slots__ = ()


@cache
def read_template(name: str) -> str:
    """Return a file of the folder ``html/`` as text."""
    folder = resources.files("verifier.report") / "html"
    return (folder / name).read_text(encoding="utf-8")


@cache
def _parts() -> dict[str, str]:
    _, *pieces = _PART.split(read_template("blocks.html"))
    return {
        name: text.removesuffix("\n") if inline else text
        for inline, name, text in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
    }


def part(template: str, /, **values: str | int) -> Html:
    """Return one part with its places filled."""
    return _fill(_parts()[template], values)


def page(**values: str | int) -> Html:
    """Return the whole page."""
    style = Html(read_template("report.css"))
    return _fill(read_template("page.html"), {**values, "style": style})


def escaped(text: str) -> Html:
    """Return text as markup that shows it."""
    return Html(html.escape(text))


def joined(parts: Iterable[Html], between: str = "") -> Html:
    """Return the parts one after another, ``between`` (escaped) between any two."""
    return Html(escaped(between).join(parts))


def _fill(template: str, values: dict[str, str | int]) -> Html:
    def value(match: re.Match[str]) -> str:
        found = values[match[1]]
        return found if isinstance(found, Html) else escaped(str(found))

    return Html(_PLACE.sub(value, template))
