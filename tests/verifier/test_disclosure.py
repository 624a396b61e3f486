"""What an honest disclosure shows: a file, records, a period, redactions, the chain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.commands.common import Refusal
from tests import worked
from tests.disclosures import disclose, outcome, text_of, verify
from tests.verifier import logs
from tests.worked import Sealed, WorkedLog, seal
from verifier.evidence import package
from verifier.evidence.disclosed import DATES, INSIDE, LEFT, RIGHT
from verifier.result import DONE, INDETERMINATE, NOT_DONE, PASSED, Result
from verifier.tlog.merkle import leaf_hash

LINES = [f"2024/5/{day}, {hour:02d}:30 - {who}: {text}\n" for day, hour, who, text in (
    (1, 9, "甲", "一"), (1, 10, "乙", "二"), (2, 9, "甲", "三"), (2, 23, "乙", "四"),
    (3, 0, "甲", "五"), (20, 9, "乙", "六"), (21, 9, "甲", "七"),
)]  # fmt: skip
CHAT = "".join(LINES).encode()
NEWEST_FIRST = "".join(reversed(LINES)).encode()
NAME = "chat.txt"


def sealed_chat(data: bytes = CHAT, *more: tuple[str, bytes]) -> Sealed:
    return seal([(NAME, data), *more])


def fact(result: Result, name: str, n: int = 0) -> str | int:
    return result.facts[f"file.{n}.{name}"]


def passed(result: Result) -> Result:
    assert outcome(result) == (PASSED, None), [c for c in result.ordered() if c.status != DONE]
    assert result.scope == "disclosure"
    return result


def test_records_show_themselves_and_nothing_else(tmp_path: Path):
    sealed = sealed_chat()
    payload = disclose(sealed, tmp_path, NAME, records="2-3,6")
    result = passed(verify(payload, sealed, tmp_path))
    assert payload[package.shown_member(0)] == "".join(LINES[1:3] + LINES[5:6]).encode()
    head, leaves = text_of(payload)
    assert (head.period, head.ranges) == (None, ((1, 3), (5, 6)))
    assert [leaf.index for leaf in leaves] == [1, 2, 5]
    assert fact(result, "completeness") == "range"
    assert fact(result, "ranges") == "1-2, 5"
    assert (fact(result, "shown_records"), fact(result, "withheld_segments")) == (3, 4)
    assert (fact(result, "again"), fact(result, "leaves")) == (3, 3)
    assert not any(b in payload for b in (package.SEEDS, package.segments_member(0)))


@pytest.mark.parametrize("data", [CHAT, NEWEST_FIRST], ids=["oldest first", "newest first"])
def test_a_period_shows_what_stands_beside_it(tmp_path: Path, data: bytes):
    sealed = sealed_chat(data)
    payload = disclose(sealed, tmp_path, NAME, period="2024-05-02..2024-05-03")
    result = passed(verify(payload, sealed, tmp_path))
    head, leaves = text_of(payload)
    assert [head.role(leaf.index) for leaf in leaves] == [LEFT, INSIDE, INSIDE, INSIDE, RIGHT]
    assert (fact(result, "completeness"), fact(result, "period")) == ("period", head.period)
    assert (fact(result, "shown_records"), fact(result, "withheld_segments")) == (3, 2)
    left, right = leaves[0], leaves[-1]
    bounds = frozenset(("pmin", "pmax", "smin", "smax"))
    opened = [*(left.opened() & bounds), *(right.opened() & bounds)]
    assert opened == (["pmax", "smin"] if data == CHAT else ["pmin", "smax"])
    assert not any(leaf.opened() & bounds for leaf in leaves[1:-1])


def test_a_period_may_be_empty_the_whole_file_or_at_an_end(tmp_path: Path):
    sealed = sealed_chat()
    for period, shown, leaves in (
        ("2024-05-05..2024-05-10", 0, 2), ("2024-05-01..2024-05-31", 7, 7),
        ("2024-04-01..2024-05-01", 2, 3), ("2024-05-21..2025-01-01", 1, 2),
        ("2020-01-01..2020-01-02", 0, 1), ("2030-01-01..2030-01-02", 0, 1),
        ("2024-05-01T09:30..2024-05-01T09:30", 1, 2), ("2024-05-01T10:31..2024-05-02T09:29", 0, 2),
    ):  # fmt: skip
        payload = disclose(sealed, tmp_path, NAME, period=period)
        result = passed(verify(payload, sealed, tmp_path))
        assert (fact(result, "shown_records"), fact(result, "leaves")) == (shown, leaves), period
        assert fact(result, "completeness") == "period"


def test_a_minute_counts_whole_and_a_second_does_not(tmp_path: Path):
    """09:30 can be any second of that minute, so a period that ends at 09:30:30 reaches it."""
    sealed = sealed_chat()
    for period, shown in (
        ("2024-05-01..2024-05-01T09:29:59", 0), ("2024-05-01..2024-05-01T09:30:00", 1),
        ("2024-05-01T09:30:59..2024-05-01T09:31", 1), ("2024-05-01T09:31..2024-05-01T09:32", 0),
    ):  # fmt: skip
        payload = disclose(sealed, tmp_path, NAME, period=period)
        assert fact(passed(verify(payload, sealed, tmp_path)), "shown_records") == shown, period


def test_a_disordered_file_widens_the_range(tmp_path: Path):
    data = "".join([LINES[0], LINES[4], LINES[1], LINES[5]]).encode()
    sealed = sealed_chat(data)
    payload = disclose(sealed, tmp_path, NAME, period="2024-05-01T10:00..2024-05-01T12:00")
    result = passed(verify(payload, sealed, tmp_path))
    assert (fact(result, "shown_records"), fact(result, "outside_period")) == (2, 1)


def test_a_redacted_record_shows_its_time_and_place(tmp_path: Path):
    sealed = sealed_chat()
    payload = disclose(
        sealed, tmp_path, NAME, records="1-4", redact=("2",), fields=("sender:3", "type:3")
    )
    result = passed(verify(payload, sealed, tmp_path))
    assert (fact(result, "shown_records"), fact(result, "redacted_records")) == (2, 2)
    assert payload[package.shown_member(0)] == (LINES[0] + LINES[3]).encode()
    _, leaves = text_of(payload)
    assert leaves[1].value("time") == b"2024/5/1, 10:30"
    assert leaves[1].value("sender") is None
    assert leaves[1].value("raw") is None
    assert leaves[2].value("flags") == b""
    assert leaves[2].value("sender") is None


def test_what_dates_a_record_goes_along(tmp_path: Path):
    sealed = seal([("聊天记录.txt", worked.CHAT)])
    payload = disclose(sealed, tmp_path, "聊天记录.txt", records="2")
    result = passed(verify(payload, sealed, tmp_path))
    head, leaves = text_of(payload)
    assert [(leaf.index, head.role(leaf.index)) for leaf in leaves] == [(1, DATES), (3, INSIDE)]
    assert "2026-04-06" in payload[package.shown_member(0)].decode()
    assert fact(result, "again") == 2
    without = {k: v for k, v in payload.items() if k != package.shown_member(0)}
    assert outcome(verify(without, sealed, tmp_path))[0] != PASSED


def test_whole_files_and_what_goes_along(tmp_path: Path):
    chat = LINES[0].replace("一", "IMG-20240501-WA0001.jpg (file attached)").encode()
    sealed = sealed_chat(chat + CHAT, ("IMG-20240501-WA0001.jpg", b"\xff\xd8picture"), ("x", b"y"))
    whole = disclose(sealed, tmp_path, NAME)
    result = passed(verify(whole, sealed, tmp_path))
    assert result.facts["file.0.completeness"] == "whole"
    assert whole["data/files/0000.txt"] == chat + CHAT
    assert (result.facts["files"], result.facts["files_shown"]) == (3, 1)
    media = disclose(sealed, tmp_path, NAME, records="1", media=True)
    assert media["data/files/0001.jpg"] == b"\xff\xd8picture"
    assert package.opening_member(2) not in media
    assert passed(verify(media, sealed, tmp_path)).facts["file.1.completeness"] == "whole"


def test_a_whole_file_is_called_whole_only_where_its_bytes_are(tmp_path: Path):
    sealed = sealed_chat()
    payload = disclose(sealed, tmp_path, NAME)
    assert fact(verify(payload, sealed, tmp_path), "completeness") == "whole"
    payload["data/files/0000.txt"] = CHAT[:-1] + b"!"
    result = verify(payload, sealed, tmp_path)
    assert outcome(result) == ("TOTAL-FAILED", "HASH_FAILURE")
    assert "file.0.completeness" not in result.facts


def test_nothing_shown_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sealed = sealed_chat()
    with pytest.raises(Refusal, match=r"nothing|没有"):
        disclose(sealed, tmp_path, NAME, records="2", redact=("2",))
    monkeypatch.setattr("app.client.disclosing.writing._verify", lambda path: None)
    payload = disclose(sealed, tmp_path, NAME, records="2", redact=("2",))
    result = verify(payload, sealed, tmp_path)
    assert outcome(result) == (INDETERMINATE, "SIGNED_DATA_NOT_FOUND")
    bare = {
        name: data for name, data in payload.items() if name in (package.RECEIPT, package.MANIFEST)
    }
    assert outcome(verify(bare, sealed, tmp_path)) == (INDETERMINATE, "SIGNED_DATA_NOT_FOUND")


def test_another_policy_another_level(tmp_path: Path):
    sealed = sealed_chat()
    payload = disclose(sealed, tmp_path, NAME, records="2")
    result = verify(payload, sealed, tmp_path, policy=logs.policy())
    assert outcome(result) == (INDETERMINATE, "UNKNOWN_LOG_KEY")
    assert result.trust_level == "L0"


def chained(items: int = 3) -> tuple[WorkedLog, list[Sealed], list[bytes]]:
    """Return a log, a dossier of some items, and all their receipts under the log's last head."""
    log = WorkedLog()
    log.fill(2)
    sealed: list[Sealed] = []
    values: dict[str, Any] = {}
    for item in range(1, items + 1):
        one = seal([(NAME, CHAT + str(item).encode())], log, item=item, number=item, **values)
        sealed.append(one)
        values = chain_values(one)
    return log, sealed, [one.anchored.receipt() for one in sealed]


def chain_values(one: Sealed) -> dict[str, Any]:
    return {
        "previous": leaf_hash(one.anchored.entry.to_bytes()),
        "link": one.anchored.statement.next,
    }


def test_a_dossier_s_whole_chain(tmp_path: Path):
    log, sealed, receipts = chained()
    payload = disclose(sealed[1], tmp_path, NAME, records="2", chain=receipts)
    copy = tmp_path / "log"
    logs.write_files(copy, log.entries, len(log.entries))
    (copy / "checkpoint").write_bytes(log.note())
    result = passed(verify(payload, sealed[1], tmp_path, log=copy))
    check = result.check("chain")
    assert check is not None
    assert (check.status, check.values["items"], check.values["item"]) == (DONE, 3, 2)
    assert "CHAIN_ENDS" in {finding.code for finding in result.findings}
    short = disclose(sealed[1], tmp_path, NAME, records="2", chain=receipts[:2])
    result = passed(verify(short, sealed[1], tmp_path, log=copy))
    assert "CHAIN_GOES_ON" in {finding.code for finding in result.findings}
    unchecked = verify(short, sealed[1], tmp_path)
    assert "CHAIN_END_NOT_CHECKED" in {finding.code for finding in unchecked.findings}


def test_a_chain_with_one_missing_swapped_or_foreign_fails(tmp_path: Path):
    _, sealed, receipts = chained()
    payload = disclose(sealed[1], tmp_path, NAME, records="2", chain=receipts)
    _, other, foreign = chained(4)
    one, two, three = (package.chain_member(n) for n in (1, 2, 3))
    for change in (
        {one: receipts[1], two: receipts[0]}, {two: receipts[2], three: receipts[1]},
        {one: receipts[1], two: receipts[2], three: None}, {one: None}, {two: None},
        {one: receipts[0], two: receipts[0]}, {three: foreign[3]},
        {three: receipts[2].replace(b"item 3", b"item 4")}, {two: b"beilin/receipt/v1\n"},
        {package.chain_member(5): receipts[2]}, {"data/chain/x.txt": receipts[2]},
    ):  # fmt: skip
        forged = {k: v for k, v in (payload | change).items() if v is not None}
        result = verify(forged, sealed[1], tmp_path)
        assert result.verdict == "TOTAL-FAILED", change.keys()
        check = result.check("chain")
        assert check is not None
        assert check.status != DONE
    unknown = verify(payload, sealed[1], tmp_path, policy=logs.policy())
    check = unknown.check("chain")
    assert check is not None
    assert (check.status, check.sub_indication) == (NOT_DONE, "UNKNOWN_LOG_KEY")
    assert other
