"""The second of the four statements: when, on whose clock, and what that does not say.

What a token or a witness shows is printed as a bound with the name of who vouches
for it. The log's own time stands beside it and is never called proven.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..proven_time import Bound, ProvenTime, proven_time
from ..result import FAILED, Result
from .texts import Texts, Values, fill


def time_statement(
    result: Result, texts: Texts, facts: Values, unbound: list[str]
) -> Iterator[str]:
    """Yield its sentences; ``unbound`` is the reservation for what no trusted log holds."""
    words = texts.words
    facts = {**facts, "grade": "T0"}  # of the log's own word, whatever else is proven
    if facts.get("received"):
        yield fill(words["time.claimed"], facts)
        yield from unbound
    elif facts.get("first"):
        yield fill(words["time.audit"], facts)
    else:
        yield words["time.unknown"]
    proven = proven_time(result)
    check = result.check("time")
    if check is not None and check.status == FAILED:
        yield words["time.failed"]
    else:
        yield from _uncounted(result, texts)
    if proven.latest is None:
        yield words["time.voucher"]
    else:
        yield from _bounds(proven, facts, texts)
        if result.policy_source is None:
            yield words["time.unsourced"]
    if result.trust_level != "L2":
        yield words["time.copy"]
    yield words["time.age"]


def _bounds(proven: ProvenTime, facts: Values, texts: Texts) -> Iterator[str]:
    words = texts.words
    if proven.not_after is not None:
        yield _sentence("time.not_after", proven.not_after, texts, "tsa")
    elif proven.witness_not_after is not None:
        yield _sentence("time.witnessed", proven.witness_not_after, texts, "witness")
    if proven.not_before is not None:
        yield _sentence("time.not_before", proven.not_before, texts, "tsa")
    else:
        yield words["time.no_not_before"]
    if proven.grade >= "T4":
        yield fill(words["time.several"], facts)


def _sentence(key: str, bound: Bound, texts: Texts, kind: str) -> str:
    """Return the sentence of a bound; the templates are joined first, so that values are filled in once."""
    words = texts.words
    template = words[key].replace("{who}", who(bound, texts, kind))
    template = template.replace("{within}", within(bound, texts, "time"))
    return fill(template, bound._asdict())


def within(bound: Bound, texts: Texts, where: str) -> str:
    """Return the template of how exact the authority says that its clock is, "" where it says nothing.

    ``where`` is the sentence that it goes into: ``time``, or ``since`` of the first statement.
    """
    return texts.words[f"{where}.accuracy"] if bound.accuracy else ""


def who(bound: Bound, texts: Texts, kind: str) -> str:
    """Return the template of who vouches: an authority (``tsa``) or a ``witness``."""
    return texts.words[f"time.{kind}" if bound.operator else f"time.{kind}.unnamed"]


def _uncounted(result: Result, texts: Texts) -> Iterator[str]:
    """Yield that there are time blocks that count for nothing here; the findings say which and why."""
    tokens, counted = (result.facts.get(name, 0) for name in ("tokens", "tokens_counted"))
    if isinstance(tokens, int) and isinstance(counted, int) and tokens > counted:
        values: dict[str, str | int] = {"tokens": tokens, "count": tokens - counted}
        yield fill(texts.words["time.uncounted"], values)
