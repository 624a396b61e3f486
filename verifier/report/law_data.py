"""Sentences that the faces need and that the examination names by a code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def _read(name: str) -> Any:
    return json.loads((resources.files("verifier.law") / "data" / f"{name}.json").read_bytes())


def entry(name: str, *path: str) -> Mapping[str, Any]:
    """Return what stands at ``path`` of a data file of the law; empty where nothing does."""
    found = _read(name)
    for step in path:
        found = found.get(step, {})
    return found if isinstance(found, dict) else {}


def side(name: str, lang: str, *path: str) -> str:
    """Return the sentence at ``path`` in this language; "" if there is none."""
    return str(entry(name, *path).get(lang, ""))
