"""JSON read strictly: one meaning per text, whoever wrote it.

Python's reader keeps the last of two equal keys, takes NaN and lone
surrogates, and guesses the encoding. All that is refused here.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from verifier.errors import Malformed


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Malformed("JSON: a key occurs twice")
        found[key] = value
    return found


def _number(_: str) -> NoReturn:
    raise Malformed("JSON: a number that is not a plain integer")


def parse_object(data: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object of UTF-8 text without BOM; raises Malformed, never repeating it."""
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_number, parse_constant=_number
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone \ud800 has no bytes
    except (ValueError, RecursionError):
        raise Malformed(f"{what}: not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise Malformed(f"{what}: not a JSON object")
    return value


def text_of(values: dict[str, Any], key: str, what: str) -> str:
    """Return the text under ``key``; raises Malformed where it is missing or no text."""
    value = values.get(key)
    if not isinstance(value, str):
        raise Malformed(f"{what}: {key} is missing or not text")
    return value


def number_of(values: dict[str, Any], key: str, what: str) -> int:
    """Return the number under ``key``, not negative."""
    value = values.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Malformed(f"{what}: {key} is missing or not a number")
    return value
