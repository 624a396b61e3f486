"""How questions reach a person and answers come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Stopped(Exception):
    """The person wants to go on another time, or the input has ended."""


class Talk(NamedTuple):
    """``read`` shows a prompt and returns a line, None at the end of input; ``tell`` shows a line."""

    read: Callable[[str], str | None]
    tell: Callable[[str], None]
