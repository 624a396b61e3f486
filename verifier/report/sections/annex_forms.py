"""Annexed forms: what to show and compare in court, what to file, what to apply for, how to repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import __version__
from ...encoding import to_time
from ...evidence.provenance.fields import FIELDS
from ...law.examination import NOT_APPLICABLE
from ..document import Block, Bullets, Line, Pair, Table
from ..field_label import label_of
from ..marked import own
from .declared import value_text

if TYPE_CHECKING:
    from .annexes import Sources

_PLAN: Final = tuple(f"N6-0{number}" for number in range(1, 9))
_COMPARED: Final = ("device", "own", "peer", "first", "last", "count", "opened", "digest")
_LISTED: Final = ("item.no", "item.title", "item.purpose")
_SOURCE: Final = ("src.device.kind", "src.device.model", "app.name", "acct.own.id")
_COMMITMENT: Final = "commit:"


def plan(sources: Sources) -> list[Block]:
    """Return the declarant's own steps; without any the guideline's for this kind of material."""
    words = sources.words
    declared = sources.values.get("pres.demo_plan")
    if isinstance(declared, list) and declared:
        steps = tuple(own(str(step), 10_000) for step in declared)
        return [Bullets(steps, words("annex.plan.declared"))]
    if not sources.values:
        return []
    found = {each.row.id: each for each in sources.examination.rows}
    rows = [found[name] for name in _PLAN if found[name].status != NOT_APPLICABLE]
    steps = tuple(f"{each.row.id} {words.side(each.row, 'element')}" for each in rows)
    return [Bullets(steps, words("annex.plan.guideline"))] if steps else []


def check_record(sources: Sources) -> list[Block]:
    """Return the blank form for the clerk."""
    words = sources.words
    blank = words("annex.blank")
    head = tuple(words(f"annex.check_record.{name}") for name in ("item", "result", "note"))
    rows = tuple((words(f"annex.check_record.{name}"), blank, blank) for name in _COMPARED)
    return [
        Table(words("annex.check_record.caption"), head, rows),
        Line(words("annex.check_record.sign")),
    ]


def evidence_list(sources: Sources) -> list[Block]:
    """Return the item as it would stand in a list of evidence."""
    words, values = sources.words, sources.values
    if not any(name in values for name in _LISTED):
        return []
    blocks: list[Block] = [Pair(label_of(name, words), _said(name, sources)) for name in _LISTED]
    given = [name for name in _SOURCE if name in values]
    source = words.semicolon.join(
        f"{words.of(FIELDS[n])}{words.colon}{_said(n, sources)}" for n in given
    )
    blocks.append(Pair(words("annex.evidence_list.source"), source or words("interval.unknown")))
    files = tuple(_file(each) for each in sources.material.files) if sources.material else ()
    if files:
        blocks.append(Bullets(files, words("annex.boundaries.file")))
    return [*blocks, Line(words("annex.evidence_list.sign"))]


def _file(file: Any) -> str:
    return (
        f"{file.position} {own(file.name.decode('utf-8', 'replace'))} SHA-256 {file.sha256.hex()}"
    )


def _said(name: str, sources: Sources) -> str:
    if name not in sources.values:
        return sources.words("interval.unknown")
    return value_text(FIELDS[name].type, sources.values[name], sources.words)


def application(sources: Sources) -> list[Block]:
    """Return the points of an application to retrieve, where the row says that it has them."""
    words = sources.words
    row = next(each for each in sources.examination.rows if each.row.id == "W05-01")
    if row.wording != "present":
        return []
    wording = _member("acct.peer.realname_query", "wording", sources)
    addressee = _member("acct.peer.realname_query", "addressee", sources)
    account = row.values.get("id")
    period = row.values.get("period")
    accounts = sources.values.get("acct.peer.id")
    said = words("interval.unknown") if account is None else words.text(account)
    if _is_committed(accounts):
        said = words("annex.application.committed")
    pairs = (
        ("item", wording or words("annex.application.wording")),
        ("addressees", addressee or words("annex.application.companies")),
        ("account", said),
        ("period", words("interval.unknown") if period is None else words.text(period)),
    )
    return [
        *(Pair(words(f"annex.application.{name}"), text) for name, text in pairs),
        Line(words("annex.application.note")),
    ]


def _member(field: str, name: str, sources: Sources) -> str:
    found = sources.values.get(field)
    return own(str(found[name])) if isinstance(found, dict) and found.get(name) else ""


def _is_committed(accounts: object) -> bool:
    """Whether the account stands in the record as a commitment only."""
    first = accounts[0] if isinstance(accounts, list) and accounts else None
    account = first.get("account_id") if isinstance(first, dict) else None
    return isinstance(account, str) and account.startswith(_COMMITMENT)


def expert(sources: Sources) -> list[Block]:
    """Return how anybody can repeat the verification; no path of this machine stands in it."""
    words, result = sources.words, sources.result
    source = words("annex.expert.source") if result.policy_source is not None else ""
    at = to_time(result.at) if result.at else "YYYY-MM-DDThh:mm:ssZ"
    return [
        Line(words("annex.expert.how")),
        Line(words("annex.expert.command", source=source, at=at), "command"),
        Pair(words("versions.program"), f"beilin-verify {__version__}"),
        Pair(words("versions.policy"), result.policy_sha256 or "—"),
        Line(words("annex.expert.compare")),
    ]
