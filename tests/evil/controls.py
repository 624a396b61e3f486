"""Guards that a control takes out of the opponent's verifier; each makes one fraud pass.

Runs inside the opponent's process and imports the verifier alone.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def _nothing(*_: Any, **__: Any) -> None:
    """Accept whatever it is."""


def _put(module: str, name: str, value: Any) -> None:
    """Replace a name of a module of the verifier; one that is not there is a mistake here."""
    found = import_module(f"verifier.{module}")
    assert hasattr(found, name), (module, name)
    setattr(found, name, value)


def no_tree_is_compared() -> None:
    """Heads and subtrees are not held against each other."""
    for name in ("prefixes", "_parts"):
        _put("compare.pairs", name, lambda *_: iter(()))


def no_order_of_time() -> None:
    """``received`` is not held against the bounds that tokens give."""
    _put("checks.time_grade", "_failure", _nothing)


def no_submitter() -> None:
    """The submitter's signature is not verified."""
    _put("checks.receipt", "check_signature", _nothing)


def no_imprint() -> None:
    """A token may be over anything."""
    _put("timestamp.verify", "check_imprint", _nothing)


def bare_text() -> None:
    """A token over the checkpoint's text, without the log's signature, is enough."""
    _put("checks.time_blocks", "stamped_note", lambda note, _: note.text)


def no_cosignature() -> None:
    """A witness's line is believed without its signature."""
    _put("checks.cosigners", "check_cosignature", lambda _t, line, _k: _time_of(line))


def _time_of(line: Any) -> int:
    return int.from_bytes(line.signature[:8], "big")


def any_operator_is_another() -> None:
    """Who runs a witness or a TSA is not compared with who runs the log."""
    for module in ("checks.cosigners", "checks.witnesses"):
        _put(module, "other_operator", lambda *_: "somebody else")
    for module in ("checks.receipt", "checks.time_grade"):
        _put(module, "counting", lambda blocks, *_: list(blocks.stamps))


def links_may_repeat() -> None:
    """An audit does not look for a link that stands twice."""
    _method("_are_new", lambda *_: True)


def time_may_go_back() -> None:
    """An audit does not look at the order of ``received``."""
    _method("_times_are_fine", lambda *_: True)


def freeze_means_nothing() -> None:
    """An audit lets entries follow a freeze."""
    import_module("verifier.checks.log_entries").Entries.frozen = property(lambda _: False, _nothing)  # fmt: skip


def _method(name: str, value: Any) -> None:
    entries = import_module("verifier.checks.log_entries").Entries
    assert hasattr(entries, name), name
    setattr(entries, name, value)


def no_anchor_entry() -> None:
    """An anchor proof is believed whatever entry it brings."""
    _put("checks.time_blocks", "_recorded", lambda *_: 0)


def no_own_link() -> None:
    """An announced link is not compared with the entry's own."""
    _put("verify", "check_siblings", _nothing)


CONTROLS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        no_tree_is_compared, no_order_of_time, no_submitter, no_imprint, bare_text, no_cosignature,
        any_operator_is_another, links_may_repeat, time_may_go_back, freeze_means_nothing,
        no_anchor_entry, no_own_link,
    )
}  # fmt: skip
