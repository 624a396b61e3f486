"""Known tools are named, their files anchored whole; what only resembles them is not claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.exports.known import KNOWN, RESEMBLING
from verifier.evidence.segment import UNPARSED, Segment
from verifier.exports.codes import DETAILS
from verifier.exports.reader import Note
from verifier.exports.registry import detect, read
from verifier.exports.source import Source
from verifier.exports.tools.known_tools import SIGNATURES


@pytest.mark.parametrize("slug", sorted(KNOWN))
def test_a_known_file_is_named_and_left_whole(slug: str):
    data = KNOWN[slug]
    found = [each.reader for each in detect(Source(data))]
    assert found == ["known-unread/1", "any-file/1"]
    reading = read(Source(data, name="photo.jpg"))
    assert (reading.reader, reading.variant, reading.clock) == ("known-unread/1", slug, "none")
    assert list(reading.segments()) == [Segment(UNPARSED, len(data))]
    assert reading.notes == (Note("KNOWN_NOT_READ", detail=slug), Note("NO_RECORDS"))


@pytest.mark.parametrize("name", sorted(RESEMBLING))
def test_what_resembles_one_is_not_claimed(name: str):
    assert [each.reader for each in detect(Source(RESEMBLING[name]))] == ["any-file/1"]


def test_every_signature_has_its_words_and_its_fixture():
    slugs = [each.slug for each in SIGNATURES]
    assert len(set(slugs)) == len(slugs)
    assert set(slugs) == KNOWN.keys()
    assert set(slugs) <= DETAILS.keys()


def test_a_property_stream_far_behind_is_still_found():
    data = KNOWN["outlook-message"]
    assert detect(Source(data[:512] + bytes(1 << 20) + data[512:]))[0].reader == "known-unread/1"


@pytest.mark.parametrize(
    ("name", "slug"),
    [("rsmf/sample.rsmf", "rsmf"), ("imessage/imessage_exporter_example.html", "imessage-exporter-page")],
)  # fmt: skip
def test_public_samples(shared: Path, name: str, slug: str):
    assert read(Source(shared / "samples" / name)).variant == slug


@pytest.mark.parametrize("name", ["rsmf/rsmf_schema_2_0_0.json", "rsmf/sample1_rsmf_manifest.json"])
def test_parts_and_schemas_of_a_format_are_not_its_files(shared: Path, name: str):
    assert read(Source(shared / "samples" / name)).reader == "any-file/1"
