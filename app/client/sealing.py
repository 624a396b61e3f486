"""Sealing: from files to an evidence package, so that it can be killed anywhere.

    1  lock           PKG.zip.part.lock
    2  ask            whose key, which log; is it the log we know? nothing is sent yet
    3  scan           segment tables to PKG.zip.part.tables, fsynced; what is sealed out of a ZIP
                      lies in PKG.zip.part.unpacked/ while a run lasts
    4  plan           PKG.zip.part, fsynced: from here on every run makes the same request
    5  submit         with the plan's nonce as Idempotency-Key
    6  check          the receipt, against policy, plan and remembered checkpoint; then fetch the
                      platform's declaration that it names
    7  pack           PKG.zip.part.zip, fsynced, renamed to PKG.zip
    8  remember       the checkpoint
    9  clean          tables, then the plan

A run that finds a plan skips 3 and 4, after making sure that the files are
still those that were planned. ``at`` is called after each step with its name;
the tests kill the process there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from app.commands.common import EXIT_BAD_INPUT, EXIT_CANNOT_WRITE, EXIT_REFUSED, Refusal
from verifier.errors import VerifierError
from verifier.evidence.receipt import Receipt
from verifier.evidence.submission import ID_BYTES, Submission
from verifier.policy import Policy

from . import packing
from .api import Account, Api
from .declared import declaration_for
from .durable import create, locked, read_small, remove, replace, sync_folder, writing
from .identity import Identity
from .inputs import Input, check_outside, find_inputs, has_digest
from .judge import Judge
from .plan import MAX_BYTES, Plan, digests_of, manifest_of, parse_plan
from .progress import Meter
from .record import check_same_record
from .scan import Findings, Scanned, Secrets, scan
from .state import State
from .unpacking import scratch, with_unpacked
from .words import shown

POINTS: Final = (
    "locked", "asked", "scanned", "planned", "submitted", "checked", "declared", "packed",
    "renamed", "remembered", "cleaned",
)  # fmt: skip
"""The names that ``at`` is called with, in order; a resumed run leaves out ``scanned``."""


@dataclass(frozen=True)
class Request:
    """What the person asked for.

    ``beside`` are further files as (role, path), the provenance record among
    them; ``supplements`` is the leaf hash of the entry that this one adds to;
    ``record_sha256`` is that of the record's bytes that were checked.
    """

    paths: Sequence[str]
    server: str
    dossier: str
    out: Path
    identity: Callable[[], Identity]
    again: bool = False
    beside: Sequence[tuple[str, str]] = ()
    supplements: bytes | None = None
    record_sha256: bytes | None = None

    def inputs(self) -> list[Input]:
        """Return every file that is to be sealed, in order."""
        return find_inputs(self.paths, self.beside)


class Sealed(NamedTuple):
    """What came of it; ``findings`` is None where an earlier run had read the files."""

    receipt: Receipt
    plan: Plan
    findings: Findings | None


def nothing(_: str) -> None:
    """Do nothing at a point."""


def seal(
    request: Request,
    api: Api,
    policy: Policy,
    state: State,
    meter: Meter,
    at: Callable[[str], None] = nothing,
) -> Sealed:
    """Seal, or take up an interrupted seal; raises Refusal."""
    out = request.out
    if not out.parent.is_dir():
        raise Refusal(
            EXIT_CANNOT_WRITE,
            f"文件夹 {shown(out.parent)} 不存在，无法写入证据包。",
            f"The folder {shown(out.parent)} does not exist; the package cannot be written.",
        )
    part = out.with_name(out.name + ".part")
    with locked(_beside(part, ".lock"), wait=False, transient=True):
        at("locked")
        with scratch(_beside(part, ".unpacked")) as folder:
            return _Run(request, part, api, policy, state, meter, at, folder).run()


def _beside(part: Path, suffix: str) -> Path:
    return part.with_name(part.name + suffix)


class _Run:
    """One run, holding the lock."""

    def __init__(
        self, request: Request, part: Path, api: Api, policy: Policy, state: State, meter: Meter,
        at: Callable[[str], None], folder: Path,
    ) -> None:  # fmt: skip
        self._request = request
        self._folder = folder
        self._part = part
        self._tables = _beside(part, ".tables")
        self._api = api
        self._policy = policy
        self._state = state
        self._meter = meter
        self._at = at
        self._findings: Findings | None = None

    def run(self) -> Sealed:
        out, part = self._request.out, self._part
        resumed = part.exists()
        if not resumed and out.exists():
            raise Refusal(
                EXIT_CANNOT_WRITE,
                f"{shown(out)} 已存在，未作任何改动；请换一个 --out。",
                f"{shown(out)} exists and was not changed; choose another --out.",
            )
        inputs = with_unpacked(self._request.inputs(), self._folder)
        check_outside(self._request.paths, out)
        plan = self._load(inputs) if resumed else None
        account = self._api.account()
        judge = Judge(self._api, self._policy, self._state, account.origin, out)
        judge.check_head()
        self._at("asked")
        if plan is None:
            plan = self._make(inputs, account)
        else:
            self._check_account(plan, account)
            self._check_files(plan)
            check_same_record(plan.files, self._request.record_sha256)
        self._at("planned")
        accepted = self._api.submit(plan.submission, plan.signature, again=plan.again)
        self._at("submitted")
        receipt = judge.check_answer(plan, accepted)
        self._at("checked")
        note = declaration_for(self._api, self._policy, receipt, out)
        self._at("declared")
        temporary = _beside(part, ".zip")
        with self._tables.open("rb") as spool:
            packing.write(temporary, plan, accepted.receipt, note, spool, self._meter)
        self._at("packed")
        packing.move(temporary, out)
        self._at("renamed")
        judge.remember(receipt.proof.note)
        self._state.keep_receipt(receipt, accepted.receipt)
        self._at("remembered")
        with writing(part):
            remove(self._tables)
            remove(part)
        self._at("cleaned")
        return Sealed(receipt, plan, self._findings)

    # -- a new plan

    def _make(self, inputs: list[Input], account: Account) -> Plan:
        identity = self._request.identity()
        dossier = self._state.dossier(account.origin, account.account, self._request.dossier)
        try:
            files = self._scan(inputs, lambda _: Secrets(*(os.urandom(32) for _ in range(3))))
            check_same_record(files, self._request.record_sha256)  # before there is a plan
            self._at("scanned")
            manifest = manifest_of(files, self._request.supplements)
            submission = Submission(
                account.origin, account.account, dossier, "manifest", digests_of(manifest),
                os.urandom(ID_BYTES), None, identity.public_key,
            )  # fmt: skip
            plan = Plan(
                self._request.server, self._request.dossier, self._request.again, tuple(files),
                self._request.supplements, manifest, submission, identity.sign(submission.to_bytes()),
            )  # fmt: skip
            with writing(self._part):
                replace(self._part, plan.to_bytes())
        except BaseException:
            with contextlib.suppress(OSError):
                self._tables.unlink(missing_ok=True)
            raise
        return plan

    def _scan(self, inputs: Sequence[Input], secrets: Callable[[int], Secrets]) -> list[Scanned]:
        with _spool(self._tables) as spool:
            files, self._findings = scan(inputs, secrets, spool, self._meter)
            with writing(self._tables):
                spool.flush()
                os.fsync(spool.fileno())
                sync_folder(self._tables.parent)
        return files

    # -- a plan that is there

    def _load(self, inputs: list[Input]) -> Plan:
        part, request = self._part, self._request
        try:
            plan = parse_plan(read_small(part, MAX_BYTES))
        except VerifierError:
            raise Refusal(
                EXIT_BAD_INPUT,
                f"{shown(part)} 已损坏，或由其他版本的程序写成。可用原版本重试；若删除它重新开始，"
                "已存证的条目仍会留在日志中。",
                f"{shown(part)} is damaged, or of another version of this program. Try again with "
                "that version; if you delete it to start anew, what was anchored stays in the log.",
            ) from None
        same = (
            [each.input for each in plan.files] == inputs
            and plan.dossier == request.dossier
            and plan.again == request.again
            and plan.supplements == request.supplements
        )
        if not same:
            raise Refusal(
                EXIT_REFUSED,
                f"{shown(part)} 属于一次未完成的存证，其文件清单、案卷或 --again 与本次不同。"
                "请以原命令重新运行以完成它；如要放弃，请删除该文件后重新开始。",
                f"{shown(part)} belongs to an unfinished seal of other files, another dossier or "
                "another --again. Run that command again to finish it; to give it up, delete that "
                "file and start anew.",
            )
        return plan

    def _check_account(self, plan: Plan, account: Account) -> None:
        if (plan.submission.origin, plan.submission.account) != (account.origin, account.account):
            raise Refusal(
                EXIT_REFUSED,
                f"{shown(self._part)} 属于另一日志或另一账号。请使用原来的 --server 和 --key-file。",
                f"{shown(self._part)} belongs to another log or account. Use the --server and "
                "--key-file of that run.",
            )

    def _check_files(self, plan: Plan) -> None:
        """Make sure that every file is still the one that was planned, and its table is there."""
        for each in plan.files:
            self._meter.begin("核对", "checking", each.size, os.fsdecode(each.input.name))
            if not has_digest(each.input.path, each.sha256, self._meter):
                raise Refusal(
                    EXIT_REFUSED,
                    f"{shown(each.input.path)} 与中断前不同。请恢复原文件后以同一命令继续；"
                    f"如要对现在的文件存证，请删除 {shown(self._part)} 重新开始。",
                    f"{shown(each.input.path)} is not what it was before the interruption. Put the "
                    "former file back and run the same command; to seal what is there now, delete "
                    f"{shown(self._part)} and start anew.",
                )
        with contextlib.suppress(FileNotFoundError), self._tables.open("rb") as spool:
            if packing.is_spool_whole(plan, spool):
                return
        # Lost with the machine's power or removed by a run that was about to end: read again.
        files = self._scan([each.input for each in plan.files], lambda n: plan.files[n].secrets)
        if tuple(files) != plan.files:
            raise Refusal(
                EXIT_BAD_INPUT,
                f"{shown(self._tables)} 已丢失，且本版本程序对文件的分段与原来不同，无法继续。"
                "请用原版本程序重新运行。",
                f"{shown(self._tables)} is lost, and this version of the program cuts the files "
                "differently. Run the command again with the version that began it.",
            )


@contextlib.contextmanager
def _spool(path: Path) -> Iterator[BinaryIO]:
    """Open a new, empty, private spool."""
    with writing(path):
        path.unlink(missing_ok=True)
        handle = create(path)
    spool = os.fdopen(handle, "w+b", buffering=1 << 20)
    try:
        yield spool
    finally:
        with contextlib.suppress(OSError):  # whoever needed the bytes has flushed them
            spool.close()
