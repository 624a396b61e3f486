"""The policy file: what it may say, and when a quorum is met."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given

from tests.verifier.tlog.support import damaged
from verifier.errors import PolicyError
from verifier.tlog import policy
from verifier.tlog.keys import VKey, make_vkey
from verifier.tlog.policy import parse_log_policy


def vkey(seed: int, name: str, type_: int) -> VKey:
    private = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))
    return make_vkey(name, type_, private.public_key().public_bytes_raw())


LOG = f"log {vkey(1, 'log.example', 0x01).to_text()}\n"
WITNESS = [vkey(seed, f"w{seed}.example", 0x04).to_text() for seed in range(10)]
WITNESSES = "".join(f"witness W{n} {WITNESS[n]}\n" for n in range(1, 7))
TWO_LEVELS = (
    f"# a comment\n{LOG}\n{WITNESSES}"
    "group X 2 W1 W2 W3\n\tgroup Y any W4 W5\ngroup XY all X  Y W6 \nquorum XY\n"
)


def read(text: str) -> policy.LogPolicy:
    return parse_log_policy(text.encode())


def test_parts() -> None:
    url = "https://log.example/"
    parsed = read(TWO_LEVELS.replace(LOG, LOG[:-1] + f" {url}\n"))
    assert [(log.vkey.name, log.url) for log in parsed.logs] == [("log.example", url)]
    assert list(parsed.witnesses) == ["W1", "W2", "W3", "W4", "W5", "W6"]
    assert parsed.witnesses["W1"].vkey.to_text() == WITNESS[1]
    assert parsed.witnesses["W1"].url is None
    assert parsed.groups["X"] == ("X", 2, ("W1", "W2", "W3"))
    assert parsed.quorum == "XY"


def test_quorum_for_every_set_of_witnesses() -> None:
    parsed = read(TWO_LEVELS)
    everyone = sorted(parsed.witnesses)
    sets = chain.from_iterable(combinations(everyone, n) for n in range(7))
    for names in map(set, sets):
        expected = len(names & {"W1", "W2", "W3"}) >= 2 and bool(names & {"W4", "W5"})
        assert parsed.quorum_met(names) == (expected and "W6" in names)
    assert parsed.required_names() == {"W6"}


def test_only_witnesses_count() -> None:
    """The name of a group is no way to have the group counted."""
    parsed = read(TWO_LEVELS)
    assert not parsed.quorum_met({"X", "Y", "W6"})
    assert not parsed.quorum_met({"XY", "nobody"})


def test_no_quorum_is_a_choice() -> None:
    parsed = read(LOG + "quorum none\n")
    assert parsed.quorum_met(set())
    assert parsed.required_names() == frozenset()


def test_one_witness_is_a_quorum() -> None:
    parsed = read(f"witness W {WITNESS[1]}\nquorum W\n")
    assert parsed.logs == ()
    assert (parsed.quorum_met({"W"}), parsed.quorum_met(set())) == (True, False)
    assert parsed.required_names() == {"W"}


def test_names_are_bytes() -> None:
    """Two names are one only if their bytes are; what is not UTF-8 stays printable."""
    lines = [
        b"witness \xe7\xa2\x91\xe6\x9e\x97 " + WITNESS[1].encode(),
        b"witness \xff " + WITNESS[2].encode() + b" https://w/\xff",
        b"witness %FF " + WITNESS[3].encode(),
        b"quorum \xff",
    ]
    parsed = parse_log_policy(b"\n".join(lines) + b"\n")
    assert list(parsed.witnesses) == ["碑林", "%FF", "%25FF"]
    assert parsed.witnesses["%FF"].url == "https://w/%FF"
    assert parsed.quorum_met({"%FF"})


def test_ml_dsa_witness() -> None:
    key = MLDSA44PrivateKey.from_seed_bytes(bytes(32)).public_key().public_bytes_raw()
    parsed = read(f"witness PQ {make_vkey('pq.example', 0x06, key).to_text()}\nquorum PQ\n")
    assert parsed.witnesses["PQ"].vkey.key == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        LOG,
        "quorum none",
        f"quorum none\nwitness W {WITNESS[1]}",
        "quorum\n",
        "quorum none none\n",
        "quorum none\nquorum none\n",
        "quorum W1\n" + WITNESSES,
        "quorum none # trailing comment\n",
        "quorum\u00a0none\n",
        "Quorum none\n",
        "policy x\nquorum none\n",
        LOG + LOG + "quorum none\n",
        LOG[:-1] + " https://one https://two\nquorum none\n",
        "log\nquorum none\n",
        f"log {WITNESS[1]}\nquorum none\n",
        f"log \u00e9{WITNESS[1]}\nquorum none\n",
        "witness W\nquorum none\n",
        f"witness none {WITNESS[1]}\nquorum none\n",
        f"witness W {LOG[4:-1]}\nquorum none\n",
        f"witness W {WITNESS[1]} https://one two\nquorum none\n",
        f"witness W {WITNESS[1]}\nwitness V {WITNESS[1]}\nquorum W\n",
        f"witness W {WITNESS[1]}\nwitness W {WITNESS[2]}\nquorum W\n",
        f"witness W {WITNESS[1]}\nwitness V {vkey(1, 'again', 0x04).to_text()}\nquorum W\n",
        WITNESSES + "group G any\nquorum G\n",
        WITNESSES + "group G\nquorum none\n",
        WITNESSES + "group none any W1\nquorum none\n",
        WITNESSES + "group W1 any W2\nquorum W1\n",
        WITNESSES + "group G any W1\ngroup G any W2\nquorum G\n",
        WITNESSES + "group G any W1 W9\nquorum G\n",
        WITNESSES + "group G any G\nquorum G\n",
        WITNESSES + "group G any W1 none\nquorum G\n",
        WITNESSES + "group G any W1 W1\nquorum G\n",
        WITNESSES + "group G any W1\ngroup H any W2 W1\nquorum H\n",
        WITNESSES + "group G any W1\ngroup H any W2 G\ngroup I any G W3\nquorum I\n",
        *(WITNESSES + f"group G {k} W1 W2\nquorum G\n" for k in ("0", "3", "01", "-1", "1.0", "")),
        WITNESSES + "group G ²  W1 W2\nquorum G\n",
        "# \x0c\nquorum none\n",
        "quorum none\r\n",
        "#" + "x" * policy.MAXIMUM_BYTES + "\nquorum none\n",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        read(text)


def test_two_keys_that_a_line_cannot_tell_apart(monkeypatch) -> None:
    """Four bytes of key id can be made to collide; here by giving every key the same."""
    monkeypatch.setattr("verifier.tlog.keys.key_id", lambda name, type_, key: b"same")
    one, two = vkey(1, "same.example", 0x04), vkey(2, "same.example", 0x04)
    with pytest.raises(PolicyError, match="same name and the same key id"):
        read(f"witness V {one.to_text()}\nwitness W {two.to_text()}\nquorum V\n")


def test_the_line_is_named_and_not_repeated() -> None:
    with pytest.raises(PolicyError, match="line 2: ") as caught:
        read("# comment\nwitness secret not-a-key\nquorum none\n")
    assert "secret" not in str(caught.value)
    assert "not-a-key" not in str(caught.value)


def test_room_for_64_of_each_kind() -> None:
    logs = [f"log {vkey(n, f'log{n}', 0x01).to_text()}" for n in range(100, 165)]
    witnesses = [f"witness W{n} {vkey(n, f'w{n}', 0x04).to_text()}" for n in range(65)]
    groups = [f"group G{n} any W{n}" for n in range(64)]
    quorum = ["quorum G63", ""]
    assert read("\n".join(logs[:64] + witnesses[:64] + groups + quorum)).quorum_met({"W63"})
    for lines in (logs, witnesses, [*witnesses[:64], *groups, "group H any G1"]):
        with pytest.raises(PolicyError, match="more than 64"):
            read("\n".join([*lines, "quorum none", ""]))


def test_room_for_64_of_the_longest_keys() -> None:
    """Only the length matters here, so the keys are not ones that could sign."""
    lines = [
        f"witness {'W' * 200}{n} {make_vkey(f'{n:0>255}', 0x06, bytes([n]) * 1312).to_text()}"
        for n in range(64)
    ]
    assert len(read("\n".join([*lines, "quorum none", ""])).witnesses) == 64


@given(damaged(TWO_LEVELS.encode()))
def test_every_input_has_an_answer(data: bytes) -> None:
    try:
        parsed = parse_log_policy(data)
    except PolicyError as error:
        assert "example" not in str(error)
        return
    assert parsed.quorum == "none" or parsed.quorum_met(set(parsed.witnesses))
