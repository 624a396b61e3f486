"""The file of ``--witness-policy``: what is taken, and that every refusal says what to mend."""

from __future__ import annotations

import pytest

from ledger.errors import Config
from ledger.witness.roster import read_roster
from tests.ledger.witness.support import Cosigner
from tests.worked import Key
from verifier.encoding import to_base64
from verifier.tlog.keys import ML_DSA_44_COSIGNATURE, make_vkey

LOG = Key("log.example.org/beilin", "log").vkey
OTHER = Key("log.example.org/other", "other").vkey
FORGED = Key("log.example.org/beilin", "another key").vkey
W1, W2 = Cosigner("w1").vkey.to_text(), Cosigner("w2").vkey.to_text()
GOOD = (
    f"witness w1 {W1} http://127.0.0.1:1\nwitness w2 {W2} https://w.example/x/\ngroup g 1 w1 w2\n"
)
SERVICE = Key("log.example.org/beilin/service", "service").vkey


@pytest.mark.parametrize(
    "text",
    [
        f"{GOOD}quorum g\n",
        f"log {LOG.to_text()}\n{GOOD}quorum w1\n",
        f"log {LOG.to_text()} https://log.example.org/\n# a comment\n{GOOD}quorum g\n",
        f"log {OTHER.to_text()}\nlog {LOG.to_text()}\n{GOOD}quorum g\n",
        (
            f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nservice {SERVICE.to_text()}\n"
            f"operator w1 Notary Office\ntlog-policy\nlog {LOG.to_text()}\n{GOOD}quorum g\n"
        ),
    ],
)
def test_what_is_taken(text):
    roster = read_roster(text.encode(), LOG)
    assert [witness.name for witness, _ in roster.witnesses] == ["w1", "w2"]
    assert [url for _, url in roster.witnesses] == ["http://127.0.0.1:1", "https://w.example/x/"]


def pq_witness(number: int) -> str:
    vkey = make_vkey(f"pq{number}", ML_DSA_44_COSIGNATURE, bytes([number]) * 1312)
    return f"witness pq{number} {vkey.to_text()} http://127.0.0.1:1\n"


MANY = "".join(map(pq_witness, range(1, 41)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no quorum line"),
        ("quorum none\n", "names no witness"),
        (f"{GOOD}quorum none\n", "no quorum; add"),
        (f"log {OTHER.to_text()}\n{GOOD}quorum g\n", "name other logs and not this one"),
        (f"log {FORGED.to_text()}\n{GOOD}quorum g\n", "name other logs"),
        (f"log {LOG.to_text()}\nlog {FORGED.to_text()}\n{GOOD}quorum g\n", "another key than its"),
        (f"witness w1 {W1}\nquorum w1\n", "w1 has no address; write it behind its key"),
        (f"witness w1 {W1} ftp://x/\nquorum w1\n", "must be http:// or https://"),
        (f"witness w1 {W1} http://\nquorum w1\n", "with a host"),
        (f"witness w1 {W1} http://u:p@x/\nquorum w1\n", "without a query, a user or a password"),
        (f"witness w1 {W1} http://x/?q=1\nquorum w1\n", "without a query"),
        (f"witness w1 {W1} http://x:0/\nquorum w1\n", "must be http://"),
        (f"witness w1 {W1} http://x:99999/\nquorum w1\n", "must be http://"),
        (f"witness w1 {LOG.to_text()} http://x\nquorum w1\n", "not for this use"),
        (f"{GOOD}quorum nobody\n", "line 4"),
        (f"{MANY}quorum pq1\n", "so many witnesses"),
        ("beilin/policy/v9\n", "newer version"),
        (f"{GOOD}quorum g", "does not end with a line feed"),
    ],
)
def test_every_refusal_says_what_to_mend(text, says):
    with pytest.raises(Config, match=r"^witness policy: ") as refused:
        read_roster(text.encode(), LOG)
    assert says in str(refused.value)
    assert to_base64(LOG.key) not in str(refused.value)
