"""One round: ask for the checkpoint, judge it, read what is new, read some old files again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from verifier.checks.log_copy import path_of
from verifier.encoding import to_time
from verifier.policy import Policy
from verifier.tlog.merkle import HASH_BYTES
from verifier.tlog.note import MAXIMUM_BYTES, parse_note
from verifier.tlog.tiles import TILE_WIDTH

from . import alarms
from .alarms import Alarm
from .entries import Checker
from .errors import Damaged, NoAnswer, NotShown
from .fetching import Source
from .heads import Head, open_head
from .judging import judge, notes, tree_of
from .memory import Memory
from .mirror import Mirror
from .reading import Progress, Reading
from .rereading import reread

FINE: Final = 0
UNDECIDED: Final = 10
ALARM: Final = 20
_ASKS: Final = 3
_PAUSE_SECONDS: Final = 1.0


class Round(NamedTuple):
    """What a round came to: exit code, size followed, entries that were new, why it is undecided.

    ``closed`` is the index of the entry that closed the log, ``successor`` the log that it names;
    ``waiting`` says that a signed head is not published yet.
    """

    code: int
    size: int
    fresh: int
    reason: tuple[str, str] | None
    standing: int
    closed: int | None = None
    successor: str | None = None
    waiting: bool = False


class Follower:
    """Follows one log into one folder; the lock of the folder is held."""

    def __init__(
        self,
        folder: Path,
        policy: Policy,
        source: Source,
        *,
        stall_seconds: int,
        alarm: Callable[[Alarm, Path], None],
        progress: Progress = lambda *_: None,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._policy = policy
        self._source = source
        self._stall_seconds = stall_seconds
        self._tell = alarm
        self._progress = progress
        self._clock = clock
        self._pause = pause
        self._kinds: set[str] = set()
        self._shown: Head | None = None
        self.memory = Memory(folder)
        self._mirror = Mirror(folder)
        checker = Checker(self.memory, policy)
        self._reading = Reading(self.memory, self._mirror, source, checker, self._alarm)
        self._mine = self._remembered()

    def close(self) -> None:
        """Let go of the files."""
        self.memory.close()

    def _remembered(self) -> Head | None:
        """Return the head of the last run, or the mirror's where the memory is gone."""
        note = self.memory.get("head") or self._mirror.checkpoint()
        if note is None:
            return None
        try:
            return open_head(note, self._policy, None)
        except NoAnswer:
            raise Damaged(
                f"{self._folder} 中保存的检查点没有此核验策略中日志密钥的签名。"
                "请核对 --policy 与 --mirror 是否属于同一日志",
                f"the checkpoint kept in {self._folder} is not signed by a log key of this policy. "
                "Check that --policy and --mirror are of the same log",
            ) from None

    # -- a round

    def round(self) -> Round:
        """Ask once and follow. Raises Damaged or OSError; all else is in what it returns."""
        self._kinds.clear()
        now = int(self._clock())
        before = self.memory.number("checked") or 0
        reason: tuple[str, str] | None = None
        try:
            reason = self._follow(now)
        except NoAnswer as error:
            reason = error.zh, error.en
        except NotShown as error:
            reason = self._not_shown(error)
        reason = self._stalled(now, reason)
        if reason is None and self.memory.alarms_of("newer"):
            reason = _NEWER  # those entries are passed; they stay unchecked in every later round
        checked = self.memory.number("checked") or 0
        size = 0 if self._mine is None else self._mine.checkpoint.size
        standing = sum(kind in alarms.STANDING for _, kind in self.memory.alarms())
        code = FINE
        if standing or self._kinds & (alarms.STANDING | alarms.PASSING):
            code = ALARM
        elif reason is not None or self._kinds & alarms.OPEN:
            code = UNDECIDED
        named = self.memory.get("successor")
        return Round(
            code,
            size,
            checked - before,
            reason,
            standing,
            self.memory.number("frozen"),
            None if named is None else named.decode(),
            self.memory.number("pending_since") is not None,
        )

    def _follow(self, now: int) -> tuple[str, str] | None:
        """Follow the served checkpoint; return why it could not be followed, if it could not."""
        served = self._asked()
        self._shown = served
        reason = self._accept(served)
        if self._mine is None or self._kinds:
            return reason  # what else the server shows is of another history, or of an older time
        self._shown = self._mine
        self._reading.run(self._mine, tree_of(self._mine, self._near), self._progress)
        self._pending(now)
        different = reread(self.memory, self._mirror, self._source, self._mine.checkpoint.size)
        if different is not None:
            path, data = different
            if not data:
                raise NotShown(path, None)
            files = notes(self._mine) | {"served.bin": data}
            self._alarm(Alarm("changed", path.encode() + data, {"path": path}, files))
        return reason

    def _asked(self) -> Head:
        """Return the served head; one that is smaller than ours is asked for again."""
        origin = None if self._mine is None else self._mine.checkpoint.origin
        head = self._served(origin)
        for _ in range(_ASKS - 1):
            if self._mine is None or head.checkpoint.size >= self._mine.checkpoint.size:
                break
            self._pause(_PAUSE_SECONDS)
            head = self._served(origin)
        return head

    def _served(self, origin: str | None) -> Head:
        note = self._source.get("checkpoint", MAXIMUM_BYTES)
        if note is None:
            raise NoAnswer("该地址没有检查点", "there is no checkpoint at this address")
        return open_head(note, self._policy, origin)

    def _accept(self, head: Head) -> tuple[str, str] | None:
        """Judge the served head and make it ours if it continues what we follow."""
        mine = self._mine
        if mine is None:
            tree_of(head, self._far)
        else:
            judged = judge(head, mine, self._near, self._far)
            if judged.alarm is not None:
                self._alarm(judged.alarm)
                return None
            larger = judged.tree is not None
            if not larger and (head.lines <= mine.lines or head.obstacle):
                return None
        if head.obstacle is not None:
            return (
                f"大小 {head.checkpoint.size} 的检查点不满足核验策略（{head.obstacle}），未跟随",
                (
                    f"the checkpoint of size {head.checkpoint.size} does not meet the policy "
                    f"({head.obstacle}) and is not followed"
                ),
            )
        self.memory.put(head=head.note)
        self._mine = head
        return None

    def _pending(self, now: int) -> None:
        """Judge the head that is signed and not published; remember since when there is one."""
        assert self._mine is not None
        note = self._source.get("checkpoint.pending", MAXIMUM_BYTES)
        ahead = False
        if note is not None:
            try:
                head = open_head(note, self._policy, self._mine.checkpoint.origin)
                alarm = judge(head, self._mine, self._near, self._far).alarm
            except (NoAnswer, NotShown):
                alarm, ahead = None, True  # its tree need not be shown yet
            else:
                ahead = head.checkpoint.size > self._mine.checkpoint.size
            if alarm is not None and alarm.kind != "rollback":
                self._alarm(alarm)
        if not ahead:
            self.memory.put(pending_since=None)
        elif self.memory.number("pending_since") is None:
            self.memory.put(pending_since=now)

    def _not_shown(self, error: NotShown) -> tuple[str, str]:
        """Keep what was shown instead, and go on following what we have."""
        head = self._shown
        assert head is not None
        size = head.checkpoint.size
        values: dict[str, str | int] = {"size": size, "path": error.path}
        files = notes(head) | ({} if error.served is None else {"served.bin": error.served})
        key = parse_note(head.note).text + error.path.encode()
        self._alarm(Alarm("unshown", key, values, files))
        return (
            f"大小 {size} 的检查点所需的 {error.path} 缺失或通不到其根",
            (
                f"{error.path}, which the checkpoint of size {size} needs, is missing or does not lead "
                "to its root"
            ),
        )

    def _stalled(self, now: int, reason: tuple[str, str] | None) -> tuple[str, str] | None:
        """Remember when all was well last; raise ``stall`` once that is too long ago."""
        pending = self.memory.number("pending_since")
        if reason is None and not self._kinds & (alarms.PASSING | alarms.OPEN):
            self.memory.put(fine_at=now)
        elif self.memory.number("fine_at") is None:
            self.memory.put(fine_at=now)  # the first round: waiting begins here
        since = self.memory.number("fine_at") or now
        if pending is not None and pending <= since:
            since = pending
            reason = reason or _PENDING if now - pending >= self._stall_seconds else reason
        if reason is not None and now - since >= self._stall_seconds:
            values: dict[str, str | int] = {"since": to_time(since), "reason": " / ".join(reason)}
            files = {} if self._mine is None else notes(self._mine)
            self._alarm(Alarm("stall", f"{since}".encode(), values, files))
        return reason

    # -- files and alarms

    def _near(self, level: int, index: int, width: int) -> bytes | None:
        found = self._mirror.read(level, index, width)
        return self._far(level, index, width) if found is None else found

    def _far(self, level: int, index: int, width: int) -> bytes | None:
        data = self._source.get(path_of(level, index, width), width * HASH_BYTES)
        if data is None and width < TILE_WIDTH:
            data = self._source.get(path_of(level, index), TILE_WIDTH * HASH_BYTES)
        return data

    def _alarm(self, alarm: Alarm) -> None:
        """Write the evidence, remember that, and say it once."""
        self._kinds.add(alarm.kind)
        if self.memory.raised(alarm.name):
            return
        if self.memory.alarms_of(alarm.kind) >= alarms.MOST:
            return
        now = int(self._clock())
        place = alarms.keep(self._folder, alarm, now, self._policy)
        self.memory.add_alarm(alarm.name, alarm.kind, now)
        self._tell(alarm, place)


_NEWER: Final = (
    "有条目的格式版本较新，本程序未能核对；请改用新版本，并以新目录重新镜像",
    (
        "entries of a newer version of the format were not checked; use a newer program and "
        "mirror into a new folder"
    ),
)
_PENDING: Final = (
    "已签名的检查点长时间没有发布（checkpoint.pending）",
    "a checkpoint that was signed has not been published for long (checkpoint.pending)",
)
