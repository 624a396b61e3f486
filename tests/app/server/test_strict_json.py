"""The two ways of reading JSON agree, and neither lets anything else than its errors out."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.server.schemas import BATCH, ENTRY, BatchIn
from app.server.strict_json import JSONError, ShapeError, parse
from tests.app.server.json_corpus import GOOD, NOT_JSON, NOT_OURS, TEXT, VALID


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_strict_json_is_refused_by_both_ways(name: str) -> None:
    body = NOT_JSON[name]
    with pytest.raises(JSONError) as caught:
        parse(body)
    assert len(str(caught.value)) < 80  # names a place, never the input
    for read in (ENTRY.read, ENTRY.read_slowly):
        with pytest.raises(JSONError):
            read(body)


@pytest.mark.parametrize("name", VALID)
def test_other_spellings_are_read_alike(name: str) -> None:
    entry = ENTRY.read(VALID[name])
    assert entry == ENTRY.read_slowly(VALID[name])
    got = msgspec.to_builtins(entry)
    assert not got.pop("again", False)
    assert got == GOOD


@pytest.mark.parametrize("name", NOT_OURS)
def test_both_ways_say_the_same_of_a_wrong_shape(name: str) -> None:
    def outcome(read: object) -> object:
        try:
            return read(NOT_OURS[name])  # type: ignore[operator]
        except ShapeError as error:
            assert "script" not in str(error)
            return str(error)

    assert outcome(ENTRY.read) == outcome(ENTRY.read_slowly)


_TOKENS = [
    '"what"', '"file"', '"manifest"', '"digests"', '"alg"', '"value"', '"dossier"', '"again"',
    "{", "}", "[", "]", ":", ",", "true", "false", "null", "1", "1.0", "NaN", '"\\u0061"', " ",
]  # fmt: skip


@given(st.lists(st.sampled_from(_TOKENS), max_size=30).map("".join))
def test_what_the_fast_way_takes_the_slow_way_takes_alike(text: str) -> None:
    check_alike(text.encode())


@given(
    st.integers(0, len(TEXT)), st.integers(0, len(TEXT)),
    st.sampled_from([*_TOKENS, '"what": "file", ', '"alg": "sm3", ', "\x00", "\ufeff", "é"]),
)  # fmt: skip
def test_so_for_mutations_of_a_good_request(start: int, end: int, new: str) -> None:
    check_alike((TEXT[:start] + new + TEXT[end:]).encode())
    batch = json.dumps({"entries": [GOOD, GOOD]})
    check_alike((batch[:start] + new + batch[end:]).encode())


def check_alike(body: bytes) -> None:
    for reader in (ENTRY, BATCH):
        try:
            fast: object = reader.read(body)
        except (JSONError, ShapeError) as error:
            fast = type(error)
        try:
            slow: object = reader.read_slowly(body)
        except (JSONError, ShapeError) as error:
            slow = type(error)
        assert fast == slow


def test_control_a_wrong_count_of_strings_lets_duplicates_through_or_refuses_nothing() -> None:
    # The fast way stands on the count: with one that always fits, the last duplicate wins.
    body = NOT_JSON["duplicate key, other value"]
    blind = msgspec.json.Decoder(type(ENTRY.read(TEXT.encode())), strict=True)
    assert blind.decode(body).what == "manifest"


def test_a_full_batch_takes_the_fast_way() -> None:
    body = json.dumps({"entries": [GOOD] * 1000}).encode()
    batch = BATCH.read(body)
    assert isinstance(batch, BatchIn)
    assert len(batch.entries) == 1000
    BATCH.read_slowly = None  # type: ignore[assignment, method-assign]
    try:
        BATCH.read(body)
    finally:
        del BATCH.read_slowly
