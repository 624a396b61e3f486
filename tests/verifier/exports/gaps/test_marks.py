"""Each flag counts a record once for its code."""

from __future__ import annotations

from verifier.exports.codes import FLAGS, NOTES
from verifier.exports.inspection.gaps.marks import CODE_OF, Marks


def test_flags_and_codes_are_those_of_the_readers():
    assert CODE_OF.keys() <= FLAGS.keys()
    assert set(CODE_OF.values()) <= NOTES.keys()


def test_a_record_counts_once_for_each_code():
    marks = Marks()
    marks.add(1, ("recalled", "deleted", "edited"))
    marks.add(2, ("system",))
    marks.add(3, ("recalled",))
    assert {code: (t.count, t.places) for code, t in marks.found.items()} == {
        "RECALLED": (2, [1, 3]), "EDITED": (1, [1]),
    }  # fmt: skip


def test_a_transfer_is_without_content_only_if_the_tool_dropped_it():
    marks = Marks()
    marks.add(1, ("transfer",))
    marks.add(2, ("content_dropped",))
    assert "TRANSFER_WITHOUT_CONTENT" not in marks.found
    marks.add(3, ("content_dropped", "transfer"))
    assert marks.found["TRANSFER_WITHOUT_CONTENT"].places == [3]
