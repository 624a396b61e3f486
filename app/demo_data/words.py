"""How the demonstration speaks, and how it ends where something fails."""

from __future__ import annotations

from app.commands.common import EXIT_INTERNAL, Refusal, say


def tell(zh: str, en: str) -> None:
    """Print a line at once."""
    print(say(zh, en), flush=True)


def failed(what: str, code: int, text: str) -> Refusal:
    """Return the refusal that ends the demonstration."""
    return Refusal(
        EXIT_INTERNAL,
        f"演示未完成：{what} 以 {code} 结束。\n{text}",
        f"The demonstration did not finish: {what} ended with {code}.\n{text}",
    )
