"""Upgrading: a package gets the better receipt that its log can give by now.

    1  lock       PKG.zip.upgrade.lock
    2  read       the package, verified; its first receipt, and the later one if it has one
    3  fetch      the server's better receipt of that entry
    4  check      same entry, same key, no smaller head; all that the policy can check
    5  write      PKG.zip.upgrade: every member as it was, the new receipt beside the first one,
                  tag files again; fsynced, and verified as a whole
    6  rename     over the old file, at once

Until the last step the old file is not touched. The first receipt stays for ever; a later one
is replaced by none that shows less. ``at`` is called after each step, for the tests.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from app.commands.common import EXIT_BAD_INPUT, EXIT_CANNOT_WRITE, EXIT_REFUSED, Refusal
from verifier.errors import VerifierError
from verifier.evidence import package
from verifier.evidence.receipt import MAX_BYTES as MAX_RECEIPT
from verifier.evidence.zip_container import Container
from verifier.options import Options
from verifier.policy import Policy
from verifier.result import FAILED
from verifier.verify import verify_package

from .api import Api
from .better import Judged, check_same, judge
from .disclosing.opened import no_policy
from .durable import create, locked, reading, sync_folder, writing
from .judge import Judge
from .standing import standing_of
from .state import State, home
from .words import shown

POINTS: Final = ("locked", "read", "fetched", "checked", "written", "renamed")
Payload = dict[str, tuple[bytes, int, Iterable[bytes]]]


def nothing(_: str) -> None:
    """Do nothing at a point."""


def upgrade(
    path: Path, out: Path, api: Api, policy: Policy | None, at: Callable[[str], None] = nothing
) -> tuple[Judged, bool]:
    """Bring the better receipt into a package; return the best one, and whether it is new.

    Where there is none that is better nothing is written. With a policy that is judged by what
    the whole package comes to: in its place nothing may fall. Without one the old package is
    kept beside the new one, because nobody has checked who signed. Raises Refusal.
    """
    temporary = out.with_name(out.name + ".upgrade")
    with locked(out.with_name(out.name + ".upgrade.lock"), wait=False, transient=True):
        at("locked")
        if out != path and out.exists():
            raise Refusal(
                EXIT_CANNOT_WRITE,
                f"{shown(out)} 已存在，未作任何改动；请换一个 --out。",
                f"{shown(out)} exists and was not changed; choose another --out.",
            )
        kind, first, held = _read(path, policy)
        at("read")
        data, watch = _fetch(api, first, policy, out)
        at("fetched")
        latest = _check(data, first, policy)
        if watch is not None:
            watch.check_note(latest.receipt.proof.note)
        at("checked")
        if latest.shows == held.shows or not (
            policy is not None or latest.shows.is_better_than(held.shows)
        ):
            return held, False
        try:
            _write(path, temporary, kind, data)
            _verify(temporary, policy)
            if policy is not None and not _gains(path, temporary, policy, in_place=out == path):
                return held, False
            at("written")
            with writing(out):
                if policy is None and out == path:
                    _keep(path)
                temporary.replace(out)
                sync_folder(out.parent)
        finally:
            temporary.unlink(missing_ok=True)
        at("renamed")
        if watch is not None:
            watch.remember(latest.receipt.proof.note)
        return latest, True


def _read(path: Path, policy: Policy | None) -> tuple[str, Judged, Judged]:
    """Return the package's kind, its first receipt, and the best one that it has."""
    with reading(path):
        result = verify_package(path, no_policy(), Options())
    failed = next((check for check in result.ordered() if check.status == FAILED), None)
    kind = result.facts.get("kind")
    if failed is not None or kind not in package.KINDS:
        reason = f"{failed.id}: {failed.sub_indication}" if failed else "NEWER_FORMAT"
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 未通过核验（{reason}），未作任何改动。请使用未改动的证据包。",
            f"{shown(path)} does not hold ({reason}); nothing was changed. Use the package as it "
            "was made.",
        )
    with reading(path), Container(path) as box:
        first = box.read(package.BASE + package.RECEIPT, MAX_RECEIPT)
        later = package.BASE + package.RECEIPT_LATEST
        latest = box.read(later, MAX_RECEIPT) if later in box.members else None
    try:
        own = judge(first, policy or no_policy(), trusted=policy is not None)
        held = own if latest is None else judge(
            latest, policy or no_policy(), trusted=policy is not None
        )  # fmt: skip
    except VerifierError as error:
        raise Refusal(
            EXIT_REFUSED,
            f"证据包内的回执不符合该策略文件（{error}），未作任何改动。请核对 --policy。",
            f"The package's own receipt does not stand under this policy ({error}); nothing was "
            "changed. Check --policy.",
        ) from None
    return str(kind), own, held


def _fetch(api: Api, first: Judged, policy: Policy | None, out: Path) -> tuple[bytes, Judge | None]:
    """Return the server's better receipt, from the log and account that the package names."""
    submission = first.receipt.statement.submission
    account = api.account()
    if account.origin != submission.origin:
        raise Refusal(
            EXIT_REFUSED,
            "该服务器所写的不是此证据包所在的日志，未作任何改动。请核对 --server。",
            "This server writes another log than the one that the package is in; nothing was "
            "changed. Check --server.",
        )
    if account.account != submission.account:
        raise Refusal(
            EXIT_REFUSED,
            "API 密钥属于另一账号，未作任何改动。请使用存证时的账号的密钥。",
            "The API key is of another account; nothing was changed. Use a key of the account that "
            "sealed the package.",
        )
    watch = None
    if policy is not None:
        watch = Judge(api, policy, State(home()), submission.origin, out)
        watch.check_head()
    data = api.latest(first.receipt.proof.index)
    if data is None:
        raise Refusal(
            EXIT_REFUSED,
            "服务器没有此条目的回执（其盐值与陈述可能已被删除）。证据包未作任何改动，原有回执继续有效。",
            "The server has no receipt of this entry (its salt and statement may have been erased). "
            "The package was not changed; the receipt in it stays valid.",
        )
    return data, watch


def _check(data: bytes, first: Judged, policy: Policy | None) -> Judged:
    try:
        latest = judge(data, policy or no_policy(), trusted=policy is not None)
        check_same(first, latest)
    except VerifierError:
        raise Refusal(
            EXIT_REFUSED,
            "服务器给出的回执未通过核验，或不属于此证据包，请勿依赖；证据包未作任何改动。",
            "The receipt that the server gave does not verify, or is not this package's; do not rely "
            "on it. The package was not changed.",
        ) from None
    return latest


def _write(path: Path, temporary: Path, kind: str, latest: bytes) -> None:
    """Write the package again with the new receipt, readable by whom the old one was."""
    with writing(temporary):
        temporary.unlink(missing_ok=True)  # of a run that was killed; the lock is ours
        mode = path.stat().st_mode & 0o777
        with Container(path) as box, os.fdopen(create(temporary), "wb", buffering=1 << 20) as file:
            payload: Payload = {}
            for digest, name in _payload_lines(box):
                member = package.BASE + name
                payload[name] = (digest, box.members[member].size, box.chunks(member))
            payload[package.RECEIPT_LATEST] = package.small(latest)
            package.write_package(file, kind, payload)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())


def _gains(path: Path, temporary: Path, policy: Policy, *, in_place: bool) -> bool:
    """Return whether the new package comes to more. Raises Refusal where it comes to less, too."""
    how = Options(policy_source="given")
    old, new = (standing_of(verify_package(each, policy, how)) for each in (path, temporary))
    if not new.gains_over(old):
        return False
    if in_place and new.loses_against(old):
        raise Refusal(
            EXIT_REFUSED,
            "服务器的回执在某些方面更好、在另一些方面不如现有的（例如见证已满足而时间较晚），证据包未作任何改动。"
            "请以 --out 另写一份，两份并存。",
            "The server's receipt shows more in one thing and less in another than the one at hand (such "
            "as the quorum, with a later time); the package was not changed. Write a second one with "
            "--out, and keep both.",
        )
    return True


def _keep(path: Path) -> None:
    """Give the old package a second name, the first time that nobody checks what replaces it."""
    with contextlib.suppress(FileExistsError):
        os.link(path, kept_path(path))


def kept_path(path: Path) -> Path:
    """Return where the old package is kept."""
    return path.with_name(path.name + ".before-upgrade")


def _payload_lines(box: Container) -> list[tuple[bytes, str]]:
    """Return digest and name of each payload member, from the manifest that was verified."""
    member = package.BASE + "manifest-sha256.txt"
    text = box.read(member, box.members[member].size).decode("ascii")
    return [(bytes.fromhex(line[:64]), line[66:]) for line in text.splitlines()]


def _verify(path: Path, policy: Policy | None) -> None:
    """Raise Refusal 77 unless the whole new package stands; it is removed by the caller."""
    result = verify_package(path, policy or no_policy(), Options())
    failed = next((check for check in result.ordered() if check.status == FAILED), None)
    if failed is not None:
        raise Refusal(
            EXIT_REFUSED,
            f"加入新回执后的证据包未通过核验（{failed.id}），已放弃；原证据包未作任何改动。",
            f"With the new receipt the package does not hold ({failed.id}); it was given up, and the "
            "old package was not changed.",
        )
