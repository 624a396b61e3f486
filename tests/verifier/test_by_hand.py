"""The by-hand page: its blocks are run by bash on a good receipt and on forged ones.

A forgery here is sound in all but one point, as by somebody who holds every other key.
So the page must stop at the step that is there for it, and without that step let it through.
"""

# long because: the receipt, every way to forge it, and the page that must tell, side by side.

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.tsa import folder as tsa_folder
from app.tsa.authority import Authority
from app.tsa.state import State
from app.witness.key import CosigningKey
from tests import reference
from tests.project import read
from tests.verifier.timestamp import making
from tests.verifier.timestamp.chains import chain, raw
from tests.worked import NOON, ORIGIN, Anchored, Key, WorkedLog, seed, submission
from verifier.encoding import to_base64, to_time
from verifier.evidence.receipt import Token, to_receipt
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.timestamp.messages import Request, parse_response
from verifier.timestamp.stamped_note import stamped_note
from verifier.tlog.note import parse_note
from verifier.tlog.proof import TlogProof
from verifier.verify import verify_receipt

CONTENT = "合同，一式两份。\n".encode()
TSA = "development-tsa"
STEPS = ("1", "2", "3", "4", "5", "6", "7")
_SAYS = re.compile(r"^([1-7]) (holds|DOES NOT HOLD)$", re.MULTILINE)


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here: the page cannot be executed")


def pages() -> dict[str, str]:
    """Return the page of each language."""
    found = re.findall(
        r"<!-- page: (zh|en) -->\n(.*?)(?=<!-- page|\Z)", read("verifier/BY-HAND.md"), re.DOTALL
    )
    return dict(found)


def blocks(lang: str = "en") -> list[str]:
    """Return the page's code blocks: what is prepared, then one for each step."""
    return re.findall(r"```bash\n(.*?)```\n", pages()[lang], re.DOTALL)


def without(step: str) -> list[str]:
    """Return the blocks without a step; of the first only its verdict goes, the others need its parts."""
    found = blocks()
    if step == "1":
        found[1] = re.sub(r"^says 1 .*\n", "", found[1], flags=re.MULTILINE)
    else:
        del found[int(step)]
    return found


def executed(folder: Path, code: list[str]) -> dict[str, bool]:
    """Return by step whether it says that it holds."""
    said = _SAYS.findall(printed(folder, code))
    assert len(dict(said)) == len(said)
    return {step: word == "holds" for step, word in said}


def printed(folder: Path, code: list[str]) -> str:
    """Return what the blocks print in a folder."""
    needs("openssl")
    needs("bash")
    (folder / "page.sh").write_text("".join(code), encoding="utf-8")
    done = subprocess.run(
        ["bash", "page.sh"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return done.stdout.decode()


# -- one receipt, and everything that goes into it


@dataclass(frozen=True)
class Case:
    """The files of the person who checks; ``later`` is the later receipt of a package, if any."""

    receipt: bytes
    file: bytes
    policy: bytes
    later: bytes = b""

    def write(self, folder: Path) -> None:
        for name, data in (
            ("receipt.txt", self.receipt), ("file", self.file), ("policy.txt", self.policy),
            ("receipt-latest.txt", self.later),
        ):  # fmt: skip
            if data:
                (folder / name).write_bytes(data)


@dataclass(frozen=True)
class Maker:
    """Everybody's keys: what a forger who holds them all could make."""

    authority: Authority
    tsa_line: str
    witness: CosigningKey
    log_key: Key

    def stamp(self, note: bytes, log_key: Key) -> Token:
        stamped = stamped_note(parse_note(note), log_key.vkey)
        answer = self.authority.respond(Request(sha256(stamped).digest()).to_bytes())
        token = parse_response(answer).token
        assert token is not None
        return Token("rfc3161", token, ())

    def note(self, text: bytes, log_key: Key | None = None) -> bytes:
        line = (log_key or self.log_key).line(text)
        return text + b"\n" + line + self.witness.cosign(text, NOON + 60)

    def policy(self, tsa_line: str = "") -> bytes:
        return (
            f"beilin/policy/v1\ndate {to_time(NOON)}\noperator {ORIGIN} 某运营者\noperator w1 某公证处\n"
            f"{tsa_line or self.tsa_line}\ntlog-policy\nlog {self.log_key.vkey.to_text()}\n"
            f"witness w1 {self.witness.vkey.to_text()}\nquorum none\n"
        ).encode()


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    folder = tmp_path_factory.mktemp("tsa") / "authority"
    keys = tsa_folder.create(folder)
    # A second late, lest the certificate is not yet valid when its clock reads the same second.
    authority = Authority(keys, State(folder, lambda: time.time() + 1))
    private = Ed25519PrivateKey.from_private_bytes(seed("by hand: witness"))
    witness = CosigningKey("witness.example.org/w1", private)
    return Maker(authority, tsa_folder.policy_line(keys, TSA), witness, Key(ORIGIN, "log"))


def anchored(origin: str = ORIGIN) -> Anchored:
    """Return entry 5 of 9."""
    log = WorkedLog()
    log.fill(5)
    found = log.anchor(*submission(CONTENT, origin=origin))
    log.fill(3)
    return found


def whole(
    maker: Maker,
    of: Anchored | None = None,
    *,
    entry: bytes | None = None,
    tokens: tuple[Token, ...] | None = None,
    log_key: Key | None = None,
) -> Case:
    """Return a receipt with a cosignature and a token, sound but for what is given."""
    of = of or anchored()
    if entry is not None:
        of.log.entries[of.index] = entry
    proof = of.proof()
    note = maker.note(parse_note(proof.note).text, log_key)
    proof = TlogProof(proof.index, proof.hashes, note)
    stamps = tokens if tokens is not None else (maker.stamp(note, log_key or maker.log_key),)
    logged = entry or of.entry.to_bytes()
    receipt = to_receipt(of.salt, of.statement.to_bytes(), logged, proof.to_text(), stamps)
    return Case(receipt, CONTENT, maker.policy())


def changed(case: Case, old: bytes, new: bytes) -> Case:
    assert case.receipt.count(old) == 1, old
    return replace(case, receipt=case.receipt.replace(old, new))


def lines_of(case: Case) -> list[bytes]:
    return case.receipt.split(b"\n")


def first_hash(case: Case) -> bytes:
    found = lines_of(case)
    return found[found.index(b"c2sp.org/tlog-proof@v1") + 2]


def signature(case: Case, name: str) -> bytes:
    return next(x for x in lines_of(case) if x.startswith(f"— {name} ".encode())).split(b" ")[2]


def flipped(value: bytes, at: int) -> bytes:
    """Return base64 with one bit of the byte ``at`` turned."""
    data = bytearray(base64.b64decode(value))
    data[at] ^= 1
    return to_base64(bytes(data)).encode()


# -- forgeries, by the step that is there for them


def another_log(maker: Maker) -> Case:
    """The operator of this log commits to a statement that names somebody else's."""
    return whole(maker, anchored("log.example.org/other"))


def another_kind(maker: Maker) -> Case:
    of = anchored()
    return whole(maker, of, entry=of.entry.to_bytes().replace(b"kind evidence", b"kind anchor"))


def statement(maker: Maker) -> Case:
    return changed(whole(maker), b"identity not checked", b"identity passport seen")


def salt(maker: Maker) -> Case:
    case = whole(maker)
    old = lines_of(case)[1].removeprefix(b"salt ")
    return changed(case, old, flipped(old, 0))


def entry(maker: Maker) -> Case:
    case = whole(maker)
    old = f"received {to_time(NOON + 5)}".encode()
    return changed(case, old, f"received {to_time(NOON - 86400)}".encode())


def path_hash(maker: Maker) -> Case:
    case = whole(maker)
    return changed(case, first_hash(case), flipped(first_hash(case), 31))


def index(maker: Maker) -> Case:
    return changed(whole(maker), b"\nindex 5\n", b"\nindex 4\n")


def one_hash_less(maker: Maker) -> Case:
    case = whole(maker)
    return changed(case, first_hash(case) + b"\n", b"")


def root(maker: Maker) -> Case:
    """Nobody signed this one: steps 4, 5 and 7 fail too, after the step that comes first."""
    case = whole(maker)
    old = lines_of(case)[-5]
    return changed(case, old, flipped(old, 0))


def stranger(maker: Maker) -> Case:
    """Another key under the log's name; witness and authority go along with it."""
    return whole(maker, log_key=Key(ORIGIN, "stranger"))


def log_signature(maker: Maker) -> Case:
    case = whole(maker)
    old = signature(case, ORIGIN)
    return changed(case, old, flipped(old, 20))


def cosignature(maker: Maker) -> Case:
    case = whole(maker)
    old = signature(case, maker.witness.vkey.name)
    return changed(case, old, flipped(old, 40))


def time_of_cosignature(maker: Maker) -> Case:
    case = whole(maker)
    old = signature(case, maker.witness.vkey.name)
    return changed(case, old, flipped(old, 11))


def file(maker: Maker) -> Case:
    return replace(whole(maker), file=CONTENT + b"\n")


def another_note(maker: Maker) -> Case:
    """A token that is good for the checkpoint before."""
    earlier = maker.note(parse_note(anchored().log.note(7)).text)
    return whole(maker, tokens=(maker.stamp(earlier, maker.log_key),))


def over_text(maker: Maker) -> Case:
    """A token over the checkpoint's text alone, which shows no signature."""
    text = parse_note(anchored().proof().note).text
    answer = maker.authority.respond(Request(sha256(text).digest()).to_bytes())
    token = parse_response(answer).token
    assert token is not None
    return whole(maker, tokens=(Token("rfc3161", token, ()),))


def another_authority(maker: Maker) -> Case:
    case = whole(maker)
    other = f"tsa {TSA} 2020-01-01T00:00:00Z 2040-01-01T00:00:00Z {to_base64(raw(chain().root))}"
    return replace(case, policy=maker.policy(other))


def outside_the_window(maker: Maker) -> Case:
    name, _, last, root_ = maker.tsa_line.split(" ")[1:]
    first = to_time(int(time.time()) + 86400)
    return replace(whole(maker), policy=maker.policy(f"tsa {name} {first} {last} {root_}"))


FORGERIES: list[tuple[str, Callable[[Maker], Case]]] = [
    ("1", another_log), ("1", another_kind), ("2", statement), ("2", salt), ("3", entry),
    ("3", path_hash), ("3", index), ("3", one_hash_less), ("4", stranger), ("5", cosignature),
    ("5", time_of_cosignature), ("6", file), ("7", another_note), ("7", over_text),
    ("7", another_authority), ("7", outside_the_window),
]  # fmt: skip
"""With each, the one step that fails."""

NAMES = [make.__name__ for _, make in FORGERIES]


# -- the tests


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_step_of_a_good_receipt_holds(lang: str, maker: Maker, tmp_path: Path) -> None:
    case = whole(maker)
    case.write(tmp_path)
    assert executed(tmp_path, blocks(lang)) == dict.fromkeys(STEPS, True)
    policy, options = parse_policy(case.policy), Options(policy_source="test")
    with (tmp_path / "file").open("rb") as data:
        result = verify_receipt(case.receipt, policy, options, data)
    assert result.verdict == "TOTAL-PASSED", result.ordered()


@pytest.mark.parametrize(("step", "make"), FORGERIES, ids=NAMES)
def test_a_forgery_fails_at_the_step_that_is_there_for_it(
    step: str, make: Callable[[Maker], Case], maker: Maker, tmp_path: Path
) -> None:
    make(maker).write(tmp_path)
    said = executed(tmp_path, blocks())
    assert said == {each: each != step for each in STEPS}


@pytest.mark.parametrize(("step", "make"), FORGERIES, ids=NAMES)
def test_control_without_that_step_the_page_lets_it_through(
    step: str, make: Callable[[Maker], Case], maker: Maker, tmp_path: Path
) -> None:
    make(maker).write(tmp_path)
    said = executed(tmp_path, without(step))
    assert said == {each: True for each in STEPS if each != step}


def test_there_is_a_forgery_for_every_step() -> None:
    assert {step for step, _ in FORGERIES} == set(STEPS)


@pytest.mark.parametrize(("first", "make"), [("3", root), ("4", log_signature)])
def test_what_several_steps_tell_fails_first_at_its_own(
    first: str, make: Callable[[Maker], Case], maker: Maker, tmp_path: Path
) -> None:
    make(maker).write(tmp_path)
    said = executed(tmp_path, blocks())
    assert min(step for step, holds in said.items() if not holds) == first


def test_a_token_of_rsa_with_a_chain_beside_it_holds(maker: Maker, tmp_path: Path) -> None:
    of = anchored()
    note = maker.note(parse_note(of.proof().note).text)
    made = chain("rsa2048", 1)
    stamped = stamped_note(parse_note(note), maker.log_key.vkey)
    token = making.Token(made, stamped, embedded=(), gen_time=b"20270601120000.25Z")
    beside = tuple(map(raw, (made.signer, *made.between)))
    line = f"tsa {TSA} 2020-01-01T00:00:00Z 2040-01-01T00:00:00Z {to_base64(raw(made.root))}"
    case = whole(maker, of, tokens=(Token("rfc3161", token.to_bytes(), beside),))
    replace(case, policy=maker.policy(line)).write(tmp_path)
    assert executed(tmp_path, blocks())["7"]


@pytest.mark.parametrize("gone", [(5,), (7,), (5, 7)])
def test_a_first_receipt_holds_without_the_steps_that_it_has_nothing_for(
    gone: tuple[int, ...], maker: Maker, tmp_path: Path
) -> None:
    case = whole(maker, tokens=() if 7 in gone else None)
    if 5 in gone:
        line = next(x for x in lines_of(case) if x.startswith("— witness".encode()))
        case = changed(case, line + b"\n", b"")
    case.write(tmp_path)
    assert executed(tmp_path, blocks()) == {s: int(s) not in gone for s in STEPS}


def first_and_later(maker: Maker) -> Case:
    """Return a package's two receipts of one entry: only the later one is cosigned and stamped."""
    of = anchored()
    later = whole(maker, of)
    case = whole(maker, of, tokens=())
    line = next(x for x in lines_of(case) if x.startswith("— witness".encode()))
    return replace(changed(case, line + b"\n", b""), later=later.receipt)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_of_two_receipts_the_later_one_is_checked_and_then_the_first(
    lang: str, maker: Maker, tmp_path: Path
) -> None:
    first_and_later(maker).write(tmp_path)
    assert executed(tmp_path, blocks(lang)) == dict.fromkeys(STEPS, True)
    assert printed(tmp_path, blocks(lang)).startswith("receipt-latest.txt\n")
    (tmp_path / "receipt-latest.txt").unlink()
    assert printed(tmp_path, blocks(lang)).startswith("receipt.txt\n")
    assert executed(tmp_path, blocks(lang)) == {s: s not in {"5", "7"} for s in STEPS}


def test_control_a_page_that_knows_the_first_receipt_alone(maker: Maker, tmp_path: Path) -> None:
    first_and_later(maker).write(tmp_path)
    code = blocks()
    code[0] = code[0].replace("R=receipt-latest.txt;", "R=receipt.txt;")
    assert not executed(tmp_path, code)["7"]


_TIME = re.compile(r"\d\d:\d\d:\d\d")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_time_is_printed_where_its_step_holds_and_nowhere_else(
    lang: str, maker: Maker, tmp_path: Path
) -> None:
    """A missing line has no time: neither 1970 nor today at midnight."""
    case = first_and_later(maker)
    case.write(tmp_path)
    text = printed(tmp_path, blocks(lang))
    assert len(_TIME.findall(text)) == 2
    assert "Accuracy: 0x01 seconds" in text
    replace(case, later=case.receipt).write(tmp_path)
    assert _TIME.findall(printed(tmp_path, blocks(lang))) == []


@pytest.mark.parametrize("make", [cosignature, time_of_cosignature, another_note])
def test_no_time_is_printed_for_what_does_not_hold(
    make: Callable[[Maker], Case], maker: Maker, tmp_path: Path
) -> None:
    make(maker).write(tmp_path)
    assert len(_TIME.findall(printed(tmp_path, blocks()))) == 1


def test_control_a_page_that_prints_before_it_verifies(maker: Maker, tmp_path: Path) -> None:
    case = first_and_later(maker)
    replace(case, later=b"").write(tmp_path)
    code = blocks()
    code[5] = code[5].replace("yes && date", "yes; date")
    code[7] = code[7].replace('${g:+$(date -u -d "$g" +%s)}', '$(date -u -d "$g" +%s)')
    code[7] = code[7].replace("z=${g:+$(date -u -d @$g +%FT%TZ)}", "date -u -d @$g")
    assert len(_TIME.findall(printed(tmp_path, code))) == 2


def test_nothing_holds_where_nothing_was_given(tmp_path: Path) -> None:
    assert executed(tmp_path, blocks()) == dict.fromkeys(STEPS, False)


def test_the_path_holds_for_every_place_in_small_trees_and_for_no_other(tmp_path: Path) -> None:
    """Step 3 by itself, over all places in trees of 1 to 8 entries; and one place further on."""
    log = WorkedLog()
    log.fill(8)
    prepare, cut, _, path, *_ = blocks()
    script = [prepare]
    wanted = []
    for size in range(1, 9):
        for place in range(size):
            hashes = tuple(reference.PATH(place, log.entries[:size]))
            for claimed in (place, place + 1):
                proof = TlogProof(claimed, hashes, log.note(size)).to_text()
                name = f"{size}-{place}-{claimed}"
                (tmp_path / name).mkdir()
                receipt = to_receipt(bytes(32), b"x\n", log.entries[place], proof)
                (tmp_path / name / "receipt.txt").write_bytes(receipt)
                script.append(f"cd {name}\n{cut}{path}echo; cd ..\n")
                wanted.append("holds" if claimed == place else "DOES NOT HOLD")
    (tmp_path / "policy.txt").write_bytes(log.policy())
    needs("openssl")
    (tmp_path / "all.sh").write_text("".join(script), encoding="utf-8")
    done = subprocess.run(
        ["bash", "all.sh"], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    said = re.findall(r"^3 (.*)$", done.stdout.decode(), re.MULTILINE)
    assert said == wanted


def test_both_languages_have_the_same_blocks() -> None:
    code = [[re.sub(r"  # .*", "", block) for block in blocks(lang)] for lang in ("zh", "en")]
    assert code[0] == code[1]
    assert len(code[0]) == 1 + len(STEPS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_is_one_sheet_and_says_of_each_step_what_it_does_not_show(lang: str) -> None:
    page = pages()[lang].rstrip("\n").split("\n")
    assert len(page) <= 68
    widths = [sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in x) for x in page]
    assert max(widths) <= 130
    starts = [line for line in page if re.match(r"\*\*[1-7] ", line)]
    assert [line[2] for line in starts] == list(STEPS)
    text = "".join(page)
    assert text.count("不说明：" if lang == "zh" else "Not:") == len(STEPS)
    assert text.count("说明：" if lang == "zh" else "Shows:") == len(STEPS) * (1 + (lang == "zh"))
