"""Every place in every sentence of every row is filled from exactly one source."""

from __future__ import annotations

import re

from verifier.evidence.provenance.fields import FIELDS
from verifier.law.rules import DERIVED, PLACEHOLDERS, ROWS, Row

PLACE = re.compile(r"\{([^{}]*)\}")
CASES = tuple(f"{case}_{lang}" for case in ("present", "missing", "fail") for lang in ("zh", "en"))
TYPES = {"count", "list", "text", "word", "time", "date", "duration", "yes_no"}


def places(row: Row) -> set[str]:
    return {name for case in CASES for name in PLACE.findall(getattr(row, case))}


def unsourced(rows: dict[str, Row], sources) -> list[str]:
    """Places without a source, and sources without a place."""
    found = []
    for row in rows.values():
        have = set(sources.get(row.id, {}))
        found += [f"{row.id} {{{name}}}" for name in sorted(places(row) ^ have)]
    return found + sorted(sources.keys() - rows.keys())


def wrong_source(source: str) -> bool:
    if source.startswith("derived."):
        return source.removeprefix("derived.") not in DERIVED
    name, _, member = source.partition("#")
    if name not in FIELDS:
        return True
    if not member:
        return "#" in source
    kind = FIELDS[name].type
    kind = kind.item if kind.kind == "list" and kind.item else kind
    return kind.member(member) is None


def test_every_place_has_one_source_and_every_source_a_place():
    assert unsourced(dict(ROWS), PLACEHOLDERS) == []
    assert all(sources for sources in PLACEHOLDERS.values())


def test_a_missing_and_a_needless_source_are_found():
    without = {**PLACEHOLDERS, "M16-01": {"no": "item.no"}}
    assert unsourced(dict(ROWS), without) == ["M16-01 {n}"]
    more = {**PLACEHOLDERS, "M18-10": {**PLACEHOLDERS["M18-10"], "x": "item.no"}}
    assert unsourced(dict(ROWS), more) == ["M18-10 {x}"]
    assert unsourced(dict(ROWS), {**PLACEHOLDERS, "M99-01": {}}) == ["M99-01"]


def test_places_are_plain_names():
    for row in ROWS.values():
        for case in CASES:
            text = getattr(row, case)
            assert text.count("{") == text.count("}") == len(PLACE.findall(text)), row.id
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in places(row)), row.id


def test_every_source_is_a_field_a_member_of_one_or_a_defined_value():
    sources = [source for row in PLACEHOLDERS.values() for source in row.values()]
    assert [source for source in sources if wrong_source(source)] == []


def test_a_wrong_source_is_found():
    for source in (
        "item.nothing",
        "cor.notarial#nothing",
        "derived.nothing",
        "item.no#",
        "",
        "acq",
    ):
        assert wrong_source(source), source


def test_every_defined_value_is_used_and_says_what_it_is_from():
    used = {source for row in PLACEHOLDERS.values() for source in row.values()}
    assert {f"derived.{name}" for name in DERIVED} <= used
    known = FIELDS.keys() | {"result", "material", "declaration"}
    for name, derived in DERIVED.items():
        assert derived.zh, name
        assert derived.en, name
        assert derived.type in TYPES, name
        assert derived.inputs, name
        for source in derived.inputs:
            assert source in known or re.fullmatch(r"check P-(?:0[1-9]|1\d|2[0-3])", source), name


def test_a_field_that_is_named_directly_is_one_of_the_row_s_own():
    # One exception: the draft of a request states the period, which is asked for elsewhere.
    outside = {
        (row, name)
        for row, sources in PLACEHOLDERS.items()
        for name, source in sources.items()
        if not source.startswith("derived.") and source.partition("#")[0] not in ROWS[row].inputs
    }
    assert outside == {("W05-01", "period")}


def test_the_places_that_others_rely_on():
    assert PLACEHOLDERS["M16-01"] == {"no": "item.no", "n": "item.category"}
    assert PLACEHOLDERS["M16-02"]["operators"] == "derived.operators"
    assert PLACEHOLDERS["M18-01"]["own"] == "acct.own.id"
    assert PLACEHOLDERS["M18-01"]["phase"] == "derived.phase"
    assert PLACEHOLDERS["M18-09"]["d1"] == "derived.interval_creation_export"
