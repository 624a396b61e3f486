"""What an alarm is, what it says, and its evidence: a folder that is written once.

    DIR/evidence/<kind>-<16 hex digits>/about.txt      what was found, zh and en
                                        note-1.txt     signed checkpoints, as they came
                                        proof.txt      beilin/misconduct/v1, where there is one
                                        …

The digits are a hash of what was found, so one finding has one folder however
often the log is asked, and a run that was killed leaves none that is half.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from app.witness.files import make_folder, sync_folder
from verifier.encoding import to_time
from verifier.errors import VerifierError
from verifier.misconduct.build import prove_misconduct
from verifier.misconduct.exhibits import Exhibit
from verifier.policy import Policy

STANDING: Final = frozenset({"fork", "rewrite", "link", "time", "freeze", "entry"})
"""What was signed for good and cannot be undone: such a log stays in alarm."""
PASSING: Final = frozenset({"rollback", "changed"})
"""What the server showed, without a signature over it: an alarm as long as it does."""
OPEN: Final = frozenset({"unshown", "newer", "stall"})
"""What leaves it undecided how the log does."""
MOST: Final = 100
"""Folders of evidence of one kind. What is found beyond is not kept: the log is in alarm by then."""

PROOF: Final = "proof.txt"
_HOW: Final = (
    f"任何人可核验：beilin-verify {PROOF} --policy FILE\n"
    f"Anyone can check it: beilin-verify {PROOF} --policy FILE\n"
)
_WORDS: Final = {
    "fork": (
        "日志签名了两个大小均为 {size}、根却不同的检查点：note-1.txt 与 note-2.txt。",
        ("The log signed two checkpoints of size {size} with different roots: note-1.txt and "
        "note-2.txt."),
    ),
    "rewrite": (
        ("日志签名了大小 {size} 的检查点（note-2.txt），其前 {first} 项与先前签名的检查点（note-1.txt）"
        "不符。consistency.txt 由前 {first} 项现在的根通到 note-2.txt 的根。"),
        ("The log signed a checkpoint of size {size} (note-2.txt) whose first {first} entries are not "
        "those of a checkpoint that it signed as well (note-1.txt). consistency.txt leads from the "
        "root that those entries have now to the root of note-2.txt."),
    ),
    "rollback": (
        ("服务器给出的检查点只有 {first} 项（note-1.txt），而先前已给出 {size} 项（note-2.txt）。"
        "两者未见矛盾；也可能是途中的旧副本。不跟随较小的检查点。"),
        ("The server shows a checkpoint of {first} entries (note-1.txt) after one of {size} "
        "(note-2.txt). The two do not contradict each other, and it may be an old copy on the way. "
        "The smaller one is not followed."),
    ),
    "link": (
        "第 {index} 项的 link 与第 {first} 项相同；一个 link 在日志中只能出现一次。",
        "Entry {index} has the link of entry {first}; a link may stand in a log once.",
    ),
    "time": (
        "第 {index} 项的收到时间早于其前的第 {first} 项；收到时间不得倒退。",
        ("Entry {index} was received, as it says, before entry {first}, which precedes it; that time "
        "never goes back."),
    ),
    "freeze": (
        "第 {index} 项写在第 {first} 项之后，而第 {first} 项已宣告日志终止。",
        "Entry {index} follows entry {first}, by which the log was closed for good.",
    ),
    "entry": (
        "第 {index} 项不是此日志可以记载的条目（{reason}）。",
        "Entry {index} is not an entry that this log may hold ({reason}).",
    ),
    "newer": (
        "第 {index} 项的格式版本较新，本程序无法核对；请改用新版本。",
        ("Entry {index} is of a newer version of the format and could not be checked here; use a "
        "newer program."),
    ),
    "changed": (
        "服务器给出的 {path} 与日志签名的内容不同（served.bin）。检查点为 note-1.txt；该文件本身没有签名。",
        ("The server gives {path} with other bytes (served.bin) than those that the log signed in "
        "note-1.txt. No signature covers the file by itself."),
    ),
    "unshown": (
        ("日志签名了大小 {size} 的检查点（note-1.txt），但没有给出通到其根的 {path}。"
        "它是否接续先前的检查点，尚无法判断。"),
        ("The log signed a checkpoint of size {size} (note-1.txt) and does not show {path} so that it "
        "leads to its root. Whether it continues what was signed before cannot be determined."),
    ),
    "stall": (
        "自 {since} 起，日志未能跟随（{reason}）。最后跟随的检查点为 note-1.txt（若有）。",
        ("Since {since} the log could not be followed ({reason}). The last checkpoint that was is "
        "note-1.txt, if there is any."),
    ),
}  # fmt: skip


class Alarm(NamedTuple):
    """A finding: ``key`` is what makes it this one, ``files`` its evidence by name.

    ``exhibits`` are the two signed things that contradict each other, where there are two.
    """

    kind: str
    key: bytes
    values: Mapping[str, str | int]
    files: Mapping[str, bytes]
    exhibits: tuple[Exhibit, Exhibit] | None = None

    def proof(self, policy: Policy) -> dict[str, bytes]:
        """Return the portable proof as a file of evidence, if a third party would accept it."""
        if self.exhibits is None:
            return {}
        try:
            return {PROOF: prove_misconduct(*self.exhibits, policy)}
        except (
            VerifierError
        ):  # under this policy it proves nothing; the evidence is kept all the same
            return {}

    @property
    def name(self) -> str:
        """Return the name of its folder."""
        return f"{self.kind}-{sha256(self.key).hexdigest()[:16]}"

    def words(self) -> tuple[str, str]:
        """Return what it says, zh and en."""
        zh, en = _WORDS[self.kind]
        return zh.format(**self.values), en.format(**self.values)


def keep(folder: Path, alarm: Alarm, at: int, policy: Policy) -> Path:
    """Write the evidence, unless it is there: nothing is ever overwritten. Return its folder."""
    place = folder / "evidence" / alarm.name
    if place.exists():
        return place
    make_folder(place.parent)
    new = place.parent / f".new-{alarm.name}"
    if new.exists():
        shutil.rmtree(new)  # of a run that was killed
    make_folder(new)
    zh, en = alarm.words()
    proof = alarm.proof(policy)
    how = _HOW if proof else ""
    about = f"{to_time(at)}\n{zh}\n{en}\n{how}".encode()
    for name, data in {"about.txt": about, **alarm.files, **proof}.items():
        with (new / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    sync_folder(new)
    new.rename(place)
    sync_folder(place.parent)
    return place
