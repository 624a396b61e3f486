"""What is withheld cannot be found in a disclosure: not its words, salts, digests or times."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from tests.disclosures import disclose
from tests.worked import Sealed, pack, seal, seed
from verifier.encoding import to_base64
from verifier.evidence import package
from verifier.evidence.messages import FIELDS, salts
from verifier.evidence.segment import RECORD
from verifier.exports.registry import read
from verifier.exports.source import Source

NAME = "chat.txt"
SECRETS = ("秘密合同金额", "retained-in-trust", "Ünïcode süß")
LINES = [
    "2024/5/1, 09:30 - 甲: 一\n",
    f"2024/5/1, 10:30 - 乙某某: {SECRETS[0]}\n",
    "2024/5/2, 09:31 - 甲: 三\n",
    f"2024/5/2, 11:41 - 丙先生: {SECRETS[1]} {SECRETS[2]}\n",
    "2024/5/3, 00:52 - 甲: 五\n",
    "2024/5/20, 13:07 - 丁: 六\n",
    "2024/6/21, 17:43 - 戊: 七\n",
]
CHAT = "".join(LINES).encode()
OTHER = b"the other file's content"
CODECS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5")


@pytest.fixture(scope="module")
def sealed() -> Sealed:
    return seal([(NAME, CHAT), ("withheld name.bin", OTHER)])


def everything(payload: dict[str, bytes]) -> list[bytes]:
    """Return every member as it is, and every base64 value in it decoded."""
    import base64
    import re

    data = pack(payload, "disclosure")
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        members = [box.read(name) for name in box.namelist()]
    values = [
        base64.b64decode(found)
        for member in members
        for found in re.findall(rb"[A-Za-z0-9+/]{43}=", member)
    ]
    return [data, *members, *values]


def traces(sealed: Sealed, withheld: list[int], hidden: dict[int, set[str]]) -> dict[str, bytes]:
    """Return everything that must not be found: by segment the words, salts, times, digests."""
    found: dict[str, bytes] = {"seed": seed("tree 0"), "file digest": hashlib.sha256(CHAT).digest()}
    found["other digest"] = hashlib.sha256(OTHER).digest()
    found["other name"] = b"withheld name"
    found["content salt"] = seed("content 0")
    names = ("pos", "raw", *FIELDS)
    for index in range(len(LINES)):
        closed = set(names) if index in withheld else hidden.get(index, set())
        own = salts(seed("tree 0"), index)
        for at, name in enumerate(names):
            if name in closed:
                found[f"salt {index} {name}"] = own[32 * at : 32 * at + 32]
    return found


def texts(lines: list[str]) -> list[bytes]:
    """Return the words of lines in every encoding, and their digests."""
    found = []
    for line in lines:
        _, _, rest = line.partition(" - ")
        sender, _, words = rest.strip().partition(": ")
        for text in (sender, words, line, line.strip()):
            if len(text) < 2:
                continue
            for codec in CODECS:
                try:
                    found.append(text.encode(codec))
                except UnicodeEncodeError:
                    continue
            found.append(hashlib.sha256(text.encode()).digest())
    return found


BOUNDS = {"pmin", "pmax", "smin", "smax"}


def leaks(payload: dict[str, bytes], wanted: list[bytes]) -> list[bytes]:
    haystack = everything(payload)
    spelled = [to_base64(value).encode() for value in wanted if len(value) == 32]
    hexed = [value.hex().encode() for value in wanted if len(value) == 32]
    return [
        needle for needle in (*wanted, *spelled, *hexed) if any(needle in hay for hay in haystack)
    ]


def test_records(sealed: Sealed, tmp_path: Path):
    payload = disclose(sealed, tmp_path, NAME, records="1,3,5", fields=())
    shown = {0, 2, 4}
    hidden = dict.fromkeys(shown, BOUNDS)
    wanted = list(traces(sealed, [1, 3, 5, 6], hidden).values()) + texts(
        [LINES[n] for n in (1, 3, 5, 6)]
    )
    assert leaks(payload, wanted) == []


def test_redacted_ones(sealed: Sealed, tmp_path: Path):
    payload = disclose(sealed, tmp_path, NAME, records="1-5", redact=("2",), fields=("sender:4",))
    hidden = {n: set(BOUNDS) for n in range(5)}
    hidden[1] |= {"raw", "sender", "native_id", "type", "media", "flags"}
    hidden[3] |= {"raw", "sender"}
    lines = [LINES[n] for n in (1, 3, 5, 6)]
    wanted = list(traces(sealed, [5, 6], hidden).values()) + texts(lines)
    wanted = [each for each in wanted if each not in {lines[0].encode(), lines[1].encode()}]
    assert leaks(payload, wanted) == []


def test_a_period_tells_no_time_but_its_edges(sealed: Sealed, tmp_path: Path):
    payload = disclose(sealed, tmp_path, NAME, period="2024-05-02..2024-05-03")
    hidden = {1: BOUNDS - {"pmax"}, 2: BOUNDS, 3: BOUNDS, 4: BOUNDS, 5: BOUNDS - {"smin"}}
    hidden[1] = hidden[1] | {"sender", "native_id", "type", "media", "flags"}
    hidden[5] = hidden[5] | {"sender", "native_id", "type", "media", "flags"}
    wanted = list(traces(sealed, [0, 6], hidden).values()) + texts([LINES[6]])
    times = [str(row.te_lo).encode() for row in rows() if row.te_lo is not None]
    assert leaks(payload, [*wanted, times[0], times[6], b"17:43"]) == []


def rows() -> list:
    return [row for row in read(Source(CHAT)).segments() if row.kind == RECORD]


def test_a_whole_file_tells_of_no_other(sealed: Sealed, tmp_path: Path):
    payload = disclose(sealed, tmp_path, NAME)
    wanted = [
        seed("tree 0"),
        seed("tree 1"),
        hashlib.sha256(OTHER).digest(),
        b"withheld name",
        OTHER,
    ]
    wanted += [seed("opening 1"), seed("content 1")]
    assert leaks(payload, wanted) == []


def test_control_the_search_finds_what_is_left_in(sealed: Sealed, tmp_path: Path):
    payload = disclose(sealed, tmp_path, NAME, records="1,3,5")
    table = {"data/view.txt": sealed.payload[package.segments_member(0)]}
    assert leaks(payload | table, texts([LINES[1]]))
    view = {"data/view.txt": LINES[3].encode("utf-16-le")}
    assert leaks(payload | view, texts([LINES[3]]))
    seeds = {"data/seeds.txt": sealed.payload[package.SEEDS]}
    assert leaks(payload | seeds, [seed("tree 0")])
    salt = {"data/salt.txt": to_base64(salts(seed("tree 0"), 1)[32:64]).encode()}
    assert leaks(payload | salt, list(traces(sealed, [1], {}).values()))
    digest = {"data/sums.txt": hashlib.sha256(CHAT).hexdigest().encode()}
    assert leaks(payload | digest, list(traces(sealed, [], {}).values()))


def test_two_disclosures_share_only_what_both_show(sealed: Sealed, tmp_path: Path):
    """Together they open nothing that neither opens."""
    one = disclose(sealed, tmp_path, NAME, records="1")
    two = disclose(sealed, tmp_path, NAME, records="3")
    wanted = list(traces(sealed, [1, 3, 4, 5, 6], {0: BOUNDS, 2: BOUNDS}).values())
    assert (
        leaks({f"data/{n}.txt": d for n, d in enumerate([*one.values(), *two.values()])}, wanted)
        == []
    )
