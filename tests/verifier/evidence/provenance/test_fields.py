"""The 150 fields: they are those of the table, and each can be asked for and answered."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.verifier.evidence.provenance.support import record
from tests.verifier.report.denylist import forbidden_words
from verifier.evidence.provenance.fields import (
    CLEANLINESS,
    FIELDS,
    KINDS,
    MATERIAL_OF,
    MATERIALS,
    PARTS,
    STEP_LABELS,
    STEPS,
    Type,
    in_flow,
)
from verifier.evidence.provenance.known import TABLES
from verifier.evidence.provenance.problems import SENTENCES

TABLE = hashlib.sha256(
    json.dumps(
        [[f.id, f.zh, f.en, f.phases, f.level, f.rows] for f in FIELDS.values()],
        ensure_ascii=False,
    ).encode()
).hexdigest()


def types(kind: Type) -> Iterator[Type]:
    yield kind
    if kind.item is not None:
        yield from types(kind.item)
    for member in kind.members:
        yield from types(member.type)


ALL_TYPES = [(f.id, kind) for f in FIELDS.values() for kind in types(f.type)]


def test_there_are_150_in_the_order_of_the_table():
    assert len(FIELDS) == 150
    parts = dict.fromkeys(field.partition(".")[0] for field in FIELDS)
    assert list(parts) == list(PARTS)
    # For machines without the table: names, labels, phases, levels and rows as they were.
    assert TABLE == "eba5b3c8a829155455790a3fe5f40af33fad6207e3c52b3f9a4a312be38b1988"


def test_names_labels_phases_levels_and_rows_are_those_of_the_table(shared):
    text = (shared / "law" / "provenance_record.md").read_text(encoding="utf-8")
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 8 and cells[0].startswith("`"):
            rows.append([cells[0].strip("`"), *cells[1:3], *cells[4:6], cells[7]])
    assert rows == [
        [f.id, f.zh, f.en, "·".join(f.phases), f.level, " ".join(f.rows)] for f in FIELDS.values()
    ]


def test_who_answers_follows_from_the_name():
    who = Counter(field.source for field in FIELDS.values())
    assert who == {"declarant": 109, "operator": 19, "log": 15, "verifier": 6, "computed": 1}
    assert FIELDS["decl.phase"].source == "computed"
    assert FIELDS["anc.agreed_platform"].source == "declarant"
    for field in FIELDS.values():
        assert (field.source == "operator") == field.id.startswith("plat.")
        assert (field.source == "verifier") == field.id.startswith("ver.")


def test_no_field_lies_within_another_and_no_name_is_also_a_table():
    assert not TABLES & set(FIELDS)
    assert all(re.fullmatch(r"[a-z]+(\.[a-z0-9_]+){1,2}", field) for field in FIELDS)


def test_every_kind_of_material_has_its_words_and_questions():
    kind = FIELDS["item.kind"].type
    assert set(MATERIAL_OF) == set(kind.words)
    assert set(MATERIAL_OF.values()) == set(MATERIALS)
    for field in FIELDS.values():
        assert set(field.materials) <= set(MATERIALS), field.id
        assert field.source == "declarant" or not field.materials
    asked = {material: {f.id for f in in_flow(material)} for material in MATERIALS}
    assert "acct.group" in asked["chat"] - asked["mail"]
    assert "acct.peer.profile_screens" in asked["payment"] - asked["web_page"]
    assert "pres.transcripts" in asked["audio_video"] - asked["payment"]
    assert "scope.counts" in asked["sms"] - asked["screenshot"]
    assert {f for f in FIELDS if f.startswith("gen.")} <= asked["other"]


def test_questions_come_in_the_recommended_order():
    order = [field.id for field in in_flow()]
    assert set(order) == {f.id for f in FIELDS.values() if f.source == "declarant"}
    flow = ["acq.env_check", "acq.recording", "acct.peer.profile_screens", "acq.method"]
    flow += ["acq.output_digests", "law.pi", "decl.truth_statement", "decl.created_at"]
    flow += ["decl.signature", "anc.agreed_platform"]
    flow += ["src.carrier.status", "pres.channel"]
    assert [order.index(field) for field in flow] == sorted(order.index(f) for f in flow)
    assert set(STEP_LABELS) == set(STEPS) == {field.step for field in in_flow()}


def test_the_pledge_comes_after_what_it_vouches_for():
    for material in [None, *MATERIALS]:
        declared = [field.id for field in in_flow(material) if field.step == "declaration"]
        assert declared[-3:] == ["decl.truth_statement", "decl.created_at", "decl.signature"]


def test_notes_are_read_aloud_too_and_speak_no_toml():
    for field in FIELDS.values():
        for note in (field.note_zh, field.note_en):
            assert not re.search(r"[\[\]{}\"=_]", note), (field.id, note)


def test_nobody_is_asked_to_say_more_than_he_knows():
    basis = FIELDS["acct.peer.link_basis"]
    assert "只写确有的依据" in basis.note_zh
    assert "only grounds you actually have" in basis.note_en
    assert "没有录的，写明没有录制" in FIELDS["acq.recording"].note_zh


@pytest.mark.parametrize(("field", "kind"), ALL_TYPES)
def test_every_type_can_be_answered(field, kind):
    assert kind.kind in KINDS
    assert (kind.kind == "enum") == bool(kind.words)
    assert (kind.kind == "list") == (kind.item is not None)
    assert (kind.kind == "object") == bool(kind.members)
    names = [member.name for member in kind.members]
    assert len(set(names)) == len(names)
    assert not {"unknown", "not_applicable"} & set(names)
    # "unknown" is no word to choose: it needs a reason.
    assert "unknown" not in kind.words
    if kind.lead is not None:
        lead = kind.member(kind.lead)
        assert lead is not None
        assert not lead.optional
        assert all(m.optional for m in kind.members if m.name != kind.lead), field
        assert lead.type.kind in {"enum", "bool"}
    if kind.unique:
        assert kind.item is not None
        assert set(kind.unique) <= {member.name for member in kind.item.members}


@pytest.mark.parametrize("field", [f.id for f in in_flow()])
def test_the_examples_are_answers(field):
    for example in (FIELDS[field].example_zh, FIELDS[field].example_en):
        assert record(f"{field} = {example}\n").state(field) == "given"


def words_of_ours() -> Iterator[str]:
    for field in FIELDS.values():
        yield from (field.note_zh, field.note_en, field.example_zh, field.example_en)
        for kind in types(field.type):
            for label in kind.words.values():
                yield from (label.zh, label.en)
            for member in kind.members:
                yield from (member.zh, member.en)
    for labels in (SENTENCES, PARTS, STEP_LABELS):
        for label in labels.values():
            yield from (label.zh, label.en)
    for items in CLEANLINESS.values():
        for label in items:
            yield from (label.zh, label.en)


def test_our_own_words_promise_nothing():
    for text in words_of_ours():
        assert forbidden_words(text) == [], text


def test_everything_said_is_said_in_both_languages():
    for field in FIELDS.values():
        assert field.note_zh, field.id
        assert field.note_en, field.id
    for text in words_of_ours():
        assert text == text.strip()
        assert text == text.strip()
    for field in in_flow():
        assert field.example_zh, field.id
        assert field.example_en, field.id
