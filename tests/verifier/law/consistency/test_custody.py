"""P-09: digests that join up from the extraction to the sealed files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.recorded import CHAT, DONE, Matter, sha, wave

CHAT_DIGEST = sha(CHAT)
VOICE = sha(wave(2))
A, B, C = sha(b"a"), sha(b"b"), sha(b"c")


def step(before: str, after: str, minute: int = 40) -> str:
    digests = "".join(
        f', {name} = "{value}"'
        for name, value in (("digest_before", before), ("digest_after", after))
        if value
    )
    return f'{{ at = 2026-11-21T18:{minute:02}:00+08:00, from = "甲", to = "乙", action = "交"{digests} }}'


def chain(*steps: str, outputs: str = CHAT_DIGEST) -> Matter:
    matter = Matter()
    files = (("out.bin", outputs), ("v", VOICE))
    said = [f'{{ file = "{name}", sha256 = "{value}", at = {DONE} }}' for name, value in files]
    matter.set("acq.output_digests", f"[{', '.join(said)}]")
    return matter.set("cust.events", f"[{', '.join(steps)}]")


@pytest.mark.parametrize(
    ("steps", "outputs"),
    [
        ((), CHAT_DIGEST),
        ((step(CHAT_DIGEST, CHAT_DIGEST),), CHAT_DIGEST),
        ((step(A, B), step(B, CHAT_DIGEST)), A),
        ((step(A, B), step(VOICE, VOICE), step(B, CHAT_DIGEST)), A),
    ],
)
def test_p09_a_chain_that_joins_up(tmp_path: Path, steps: tuple[str, ...], outputs: str):
    outcome = ask("P-09", chain(*steps, outputs=outputs), tmp_path)
    assert (outcome.status, outcome.findings) == ("consistent", ())


def test_p09_a_step_that_takes_up_what_nobody_left(tmp_path: Path):
    outcome = ask("P-09", chain(step(A, B), step(C, CHAT_DIGEST), outputs=A), tmp_path)
    finding = contradicted(outcome)["CUSTODY_BREAK"]
    assert finding.rows == ("M18-03", "M93-04")
    assert (finding.values["number"], finding.values["declared"]) == (2, C)
    assert B in str(finding.values["found"])


def test_p09_the_first_step_takes_up_what_was_extracted(tmp_path: Path):
    outcome = ask("P-09", chain(step(A, CHAT_DIGEST)), tmp_path)
    assert contradicted(outcome)["CUSTODY_BREAK"].values["number"] == 1


def test_p09_the_last_step_leaves_what_is_sealed(tmp_path: Path):
    found = contradicted(ask("P-09", chain(step(CHAT_DIGEST, B)), tmp_path))
    assert found["CUSTODY_END"].values["declared"] == B


def test_p09_what_is_sealed_was_extracted(tmp_path: Path):
    """The export is another than the one whose digest was taken at the extraction."""
    matter = Matter().put("chat.txt", CHAT + b"\n")
    outcome = ask("P-09", matter, tmp_path)
    assert contradicted(outcome)["ORIGINAL_NOT_IN_CHAIN"].values["name"] == "chat.txt"
    # One more file that the digests do not speak of is lacking, not contradicting.
    outcome = ask("P-09", Matter().put("more.txt", b"more"), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "INCOMPLETE")
    assert raised(outcome)["ORIGINAL_NOT_IN_CHAIN"].values["name"] == "more.txt"


def test_p09_an_output_that_is_not_filed_is_raised(tmp_path: Path):
    matter = Matter()
    said = matter.fields["acq.output_digests"]
    matter.set(
        "acq.output_digests", said[:-1] + f', {{ file = "raw.db", sha256 = "{A}", at = {DONE} }}]'
    )
    outcome = ask("P-09", matter, tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"OUTPUT_NOT_SEALED"})


def test_p09_steps_without_digests_are_not_whole(tmp_path: Path):
    outcome = ask("P-09", chain(step("", "")), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "INCOMPLETE")
    assert raised(outcome)["CUSTODY_NO_DIGEST"].values == {"number": 1}
    matter = chain(step("", "")).set("acq.output_digests", None)
    assert ask("P-09", matter, tmp_path).why == "NO_DIGESTS_IN_CHAIN"


def test_p09_steps_out_of_order_in_time(tmp_path: Path):
    same = (CHAT_DIGEST, CHAT_DIGEST)
    outcome = ask("P-09", chain(step(*same, 45), step(*same, 41)), tmp_path)
    assert contradicted(outcome)["CUSTODY_ORDER"].values["number"] == 2
    outcome = ask("P-09", chain(step(*same, 29)), tmp_path)  # before the extraction ended
    assert contradicted(outcome)["CUSTODY_ORDER"].values["number"] == 1
    late = step(*same).replace("T18:40", "T20:03")
    assert set(contradicted(ask("P-09", chain(late), tmp_path))) == {"CUSTODY_AFTER_ANCHORING"}


def test_p09_not_checked(tmp_path: Path):
    matter = Matter().set("acq.output_digests", None).set("cust.events", None)
    assert ask("P-09", matter, tmp_path).why == "FIELD_ABSENT"
    outcome = ask("P-09", Matter().set("cust.events", None), tmp_path)
    assert outcome.values == {"fields": "cust.events"}
    # Without the end of the extraction nobody can see whether the digests are of its completion.
    outcome = ask("P-09", Matter().set("acq.time", None), tmp_path)
    assert (outcome.status, outcome.values) == ("not_checked", {"fields": "acq.time"})
