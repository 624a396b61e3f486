"""Two files of one log: what contradicts is found, what is shown is said, and nothing more."""

from __future__ import annotations

import itertools

import pytest

from tests.verifier.misconduct.forging import LOG, log_of, policy_bytes
from tests.worked import CHAT, Key, WorkedLog, seal, submission
from verifier.compare.compare import compare_files
from verifier.misconduct.check import verify_misconduct
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.report.as_text import as_text

SIZES = (6, 7, 9, 13, 20)
KINDS = ["receipt.9", "receipt.20", "head.9", "head.20", "proof", "said"]


def compared(two, one, other, **options):
    return compare_files(two(one), two(other), two.policy, Options(**options))


def history(comparison):
    return comparison.result.check("history")


# ------------------------------------------------------------------- contradictions


@pytest.mark.parametrize(("one", "other"), list(itertools.product(SIZES, SIZES)))
def test_forked_receipts_of_any_sizes_are_caught_without_a_consistency_proof(two, one, other):
    found = compared(two, f"one.receipt.{one}", f"two.receipt.{other}")
    assert found.result.exit_code == 20
    kind = "fork" if one == other else "rewrite" if min(one, other) == 6 else "leaf"
    assert found.result.facts["misconduct"] == kind
    third = verify_misconduct(found.proof, two.policy, Options())
    assert (third.exit_code, third.facts["misconduct"]) == (20, kind)


@pytest.mark.parametrize(("one", "other"), list(itertools.product(KINDS, KINDS)))
def test_kinds_of_material_meet(two, one, other):
    """With one size in common, or a receipt whose path says enough, the fork shows; else not."""
    found = compared(two, f"one.{one}", f"two.{other}")
    sizes = {name.partition(".")[2] or "9" for name in (one, other)}
    forked = len(sizes) == 1 or {one, other} <= {"receipt.9", "receipt.20"}
    if {one, other} == {"receipt.20", "said"}:
        forked = True  # the statement names another leaf for index 5 than the path shows
    assert (found.result.exit_code == 20) == forked, found.result.checks
    if forked:
        assert verify_misconduct(found.proof, two.policy, Options()).exit_code == 20
    else:
        assert found.result.exit_code == 10
        assert found.result.sub_indication == "CONSISTENCY_NOT_SHOWN"
        assert found.proof is None


def test_a_proof_of_misconduct_is_itself_something_to_compare(two):
    proof = compared(two, "one.receipt.9", "two.receipt.9").proof
    two.put("proof", proof)
    found = compared(two, "proof", "one.head.5")
    assert (found.result.exit_code, found.proof) == (20, proof)


def test_a_package_is_opened_and_its_receipts_compared(two):
    found = compared(two, "chat.zip", "two.receipt.9")
    assert found.result.facts["a.kind"] == "package"
    assert found.result.exit_code == 20


def test_every_receipt_of_a_chain_is_compared(two):
    log = WorkedLog()
    log.fill(5)
    sealed = seal([("chat.txt", CHAT)], log)
    from verifier.evidence import package

    sealed.payload[package.chain_member(1)] = sealed.payload[package.RECEIPT]
    two.put("chain.zip", sealed.zip("disclosure"))
    sealed.payload[package.RECEIPT_LATEST] = sealed.anchored.receipt(7)
    two.put("later.zip", sealed.zip())
    for name, heads in (("chain.zip", 1), ("later.zip", 2)):
        found = compared(two, name, "two.receipt.9")
        assert found.result.exit_code == 20
        assert found.result.check("material").values["heads"] == heads + 1


def test_a_copy_shows_a_rewritten_past(two):
    """The receipt's path and the copy's own head agree on nothing that a receipt of 6 holds."""
    found = compared(two, "one.head.9", "one.head.9", log=two("two.log"))
    assert (found.result.exit_code, found.result.facts["misconduct"]) == (20, "rewrite")
    assert verify_misconduct(found.proof, two.policy, Options()).exit_code == 20


# ------------------------------------------------------------------- one history


@pytest.mark.parametrize(("one", "other"), [
    ("one.receipt.9", "one.receipt.9"), ("one.receipt.9", "one.head.9"),
    ("one.receipt.6", "one.receipt.20"), ("one.head.5", "one.receipt.20"),
    ("one.said", "one.receipt.9"), ("one.proof", "one.head.9"), ("one.head.16", "one.receipt.20"),
])  # fmt: skip
def test_what_the_paths_prove_is_said_without_a_copy(two, one, other):
    found = compared(two, one, other)
    assert (found.result.exit_code, found.proof) == (0, None)


@pytest.mark.parametrize(("one", "other"), [
    ("one.receipt.7", "one.receipt.9"), ("one.head.9", "one.head.20"), ("one.said", "one.head.20"),
    ("one.said", "one.said"),
])  # fmt: skip
def test_what_is_not_shown_needs_a_copy(two, one, other):
    found = compared(two, one, other)
    assert (found.result.exit_code, found.result.sub_indication) == (10, "CONSISTENCY_NOT_SHOWN")
    found = compared(two, one, other, log=two("one.log"))
    assert found.result.exit_code == 0
    assert history(found).values["by_copy"] == 1


def test_a_copy_that_is_older_than_a_head_shows_nothing(two):
    two.put("short.log/checkpoint", two.one.note(9))
    from tests.verifier import logs

    logs.write_files(two("short.log"), two.one.entries, 9)
    found = compared(two, "one.head.9", "one.head.20", log=two("short.log"))
    assert found.result.exit_code == 10


@pytest.mark.parametrize("damage", ["tile", "checkpoint", "other log", "missing"])
def test_a_copy_that_is_not_fit_shows_nothing(two, damage, tmp_path):
    from tests.verifier import logs

    logs.write_files(tmp_path, two.one.entries, 20)
    note = two.one.note()
    tile = tmp_path / "tile/0/000.p/20"
    if damage == "tile":
        data = bytearray(tile.read_bytes())
        data[3 * 32] ^= 1
        tile.write_bytes(data)
    if damage == "missing":
        tile.unlink()
    if damage == "checkpoint":
        note = note[:-10] + b"AAAAAAAA=\n"
    if damage == "other log":
        note = WorkedLog("log.example.org/other", entries=two.one.entries).note()
    (tmp_path / "checkpoint").write_bytes(note)
    found = compared(two, "one.head.9", "one.head.16", log=tmp_path)
    assert (found.result.exit_code, found.proof) == (10, None)
    assert found.result.sub_indication == "CONSISTENCY_NOT_SHOWN"


# ------------------------------------------------------------------- what cannot be compared


def test_other_logs_keys_and_damaged_files_are_not_compared(two):
    two.put("elsewhere", WorkedLog("log.example.org/b", "b", entries=two.one.entries).note())
    two.put("unsigned", two.one.note().replace(b"\n9\n", b"\n9\n")[:-10] + b"AAAAAAAA=\n")
    two.put("cut", two("one.receipt.9").read_bytes()[:-1])
    two.put("changed", two("one.receipt.9").read_bytes().replace(b"number 1", b"number 2"))
    two.put("many", b"beilin/receipt/v1\n" + b"x" * (1 << 20))
    expected = {
        "elsewhere": "UNKNOWN_LOG_KEY", "unsigned": "SIG_CRYPTO_FAILURE", "cut": "FORMAT_FAILURE",
        "changed": "BINDING_FAILURE", "many": "FORMAT_FAILURE",
    }  # fmt: skip
    for name, sub in expected.items():
        for pair in ((name, "two.receipt.9"), ("two.receipt.9", name)):
            found = compared(two, *pair)
            assert (found.result.exit_code, found.result.sub_indication) == (10, sub), name
            assert found.proof is None
            (said,) = (each for each in found.result.findings if each.code == "FILE_NOT_USED")
            assert said.values["side"] == "AB"[pair.index(name)]
            if name == "elsewhere":
                assert str(said.values["log"]).startswith("log.example.org/b+")
    with_both = parse_policy(policy_bytes().replace(
        b"quorum", b"log %b\nquorum" % Key("log.example.org/b", "b").vkey.to_text().encode()
    ))  # fmt: skip
    found = compare_files(two("elsewhere"), two("one.head.9"), with_both, Options())
    assert found.result.sub_indication == "OTHER_LOG"


def test_two_keys_of_one_origin_are_not_one_holder(two):
    second = log_of(*two.two.entries, label="second")
    two.put("second", second.note(9))
    both = parse_policy(policy_bytes().replace(
        b"quorum", b"log %b\nquorum" % Key(LOG.name, "second").vkey.to_text().encode()
    ))  # fmt: skip
    found = compare_files(two("second"), two("one.head.9"), both, Options())
    assert found.result.sub_indication == "OTHER_LOG"


def test_a_compromised_key_is_named_and_the_contradiction_stands(two):
    vkey = LOG.vkey
    line = f"status {vkey.name}+{vkey.key_id.hex()} compromised size - time -\n"
    found = compare_files(
        two("one.receipt.9"),
        two("two.receipt.9"),
        parse_policy(policy_bytes(extra=line)),
        Options(),
    )
    assert found.result.exit_code == 20
    assert "PROVEN_KEY_STATUS" in [finding.code for finding in found.result.findings]


# ------------------------------------------------------------------- words


@pytest.mark.parametrize(("lang", "good"), [("zh", "一致"), ("en", "consistent")])
def test_where_nothing_was_found_nothing_is_called_consistent(two, lang, good):
    text = as_text(compared(two, "one.receipt.7", "one.receipt.9").result, lang)
    head = text.split("\n\n")[1]
    assert good not in head
    nothing = {"zh": "这不说明任何事项", "en": "This shows nothing"}[lang]
    assert nothing in head
    assert "CONSISTENCY_NOT_SHOWN" in text
    for line in text.splitlines():
        assert f"[{good}]" not in line
        assert not line.strip().startswith(f"[{ {'zh': '核验一致', 'en': 'consistent'}[lang] }]")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_contradiction_is_said_of_the_key_and_of_nobody(two, lang):
    text = as_text(compared(two, "one.receipt.9", "two.receipt.9").result, lang)
    assert LOG.vkey.key_id.hex() in text
    said = {
        "zh": "持有人签署了不能属于同一历史的两棵树",
        "en": "signed two trees that cannot be one history",
    }
    assert said[lang] in text


# ------------------------------------------------------------------- controls


def test_control_a_verifier_that_checks_signatures_only_sees_nothing(two, monkeypatch):
    """T-FORK's control: each receipt by itself is sound."""
    from verifier.verify import verify_receipt

    for name in ("one.receipt.9", "two.receipt.9"):
        result = verify_receipt(two(name).read_bytes(), two.policy, Options())
        assert result.exit_code == 10  # its file was not given; nothing failed
        assert result.sub_indication == "SIGNED_DATA_NOT_FOUND"


def test_control_without_the_nodes_of_the_paths_forks_of_two_sizes_pass(two, monkeypatch):
    from verifier.compare import pairs
    from verifier.compare.trees import KnownTree

    monkeypatch.setattr(KnownTree, "add_path", lambda *_: None)
    assert (
        history(compared(two, "one.receipt.9", "two.receipt.13")).values["reason"] == "ITEM_TWICE"
    )
    monkeypatch.setattr(pairs, "_items", lambda _: ())
    assert compared(two, "one.receipt.9", "two.receipt.13").result.exit_code == 10


def test_control_nothing_that_does_not_prove_is_reported(two, monkeypatch):
    """A pair that looks contradictory and is refused by the third party's check is no verdict."""
    from verifier.compare import compare
    from verifier.errors import BindingFailure

    def refuse(*_):
        raise BindingFailure("no")

    monkeypatch.setattr(compare, "prove_misconduct", refuse)
    found = compared(two, "one.receipt.9", "two.receipt.9")
    assert found.result.exit_code == 10
    assert "PAIRS_NOT_PROVEN" in [finding.code for finding in found.result.findings]


def test_items_of_one_dossier_that_contradict_are_found_among_receipts(two):
    log = WorkedLog()
    log.fill(3)
    first, again = log.anchor(*submission(b"1")), log.anchor(*submission(b"2"))
    log.fill(2)
    two.put("first", first.receipt())
    two.put("again", again.receipt())
    found = compared(two, "first", "again")
    assert history(found).values["reason"] == "ITEM_TWICE"
    assert found.result.facts["misconduct"] == "dossier"
