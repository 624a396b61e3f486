"""The carrier that the data came from, and the copies that are filed of it.

A carrier that was changed, handed over or lost is not the one from which the
data were taken, whatever is said of producing it. A printout, screenshot or
converted file is reached by the verification only where its own digest is that
of a sealed file; the digest of its source is not its own.
"""

from __future__ import annotations

from typing import Any

from . import saying, words
from .case import Case
from .consistency.values import digest_of
from .examination import Text


def carrier_doubt(case: Case) -> Text | None:
    """Return what speaks against comparing with the original carrier; None if nothing declared does."""
    known = case.known
    status = known.get("src.carrier.status")
    if status in (None, "preserved"):
        return None
    if status == "altered":
        said = words.text("why.carrier_altered")
    else:
        said = saying.named(words.text("why.carrier"), case.said("src.carrier.status"))
    if known.member("src.carrier.available_for_court", "available") is not True:
        return said
    return saying.run(words.text("why.carrier_offered"), saying.SEMICOLON, said)


def is_lost(case: Case) -> bool:
    """Whether there is no carrier any more, or none was kept."""
    return case.known.get("src.carrier.status") in {"lost", "not_held"}


def _is_sealed(case: Case, item: Any, name: str) -> bool:
    digest = digest_of(item, name)
    return digest is not None and any(file.sha256 == digest for file in case.sealed())


def unregistered(case: Case) -> list[Text]:
    """Return the copies filed, by name, whose own digest is that of no sealed file."""
    known = case.known
    made = known.items("item.conversions")
    found = [item.get("to") for item in made if not _is_sealed(case, item, "digest_after")]
    for item in known.items("pres.printouts"):
        own = [each for each in made if each.get("to") == item.get("file")]
        if not any(_is_sealed(case, each, "digest_after") for each in own):
            found.append(item.get("file"))
    found += [
        item.get("carrier_no")
        for item in known.items("pres.carriers")
        if not _is_sealed(case, item, "contents_digest")
    ]
    return [saying.theirs(str(name)) for name in dict.fromkeys(found)]


def not_registered(case: Case) -> Text | None:
    """Return that copies filed have no registered digest of their own, and which; None if all have."""
    found = unregistered(case)
    if not found:
        return None
    names = saying.listed(found, saying.ENUMERATION)
    return saying.named(words.text("why.copy_not_registered"), names)
