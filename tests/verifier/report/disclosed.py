"""Results of real disclosures of every shape, for the faces to be tried on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.disclosures import disclose, verify
from tests.verifier import logs
from tests.verifier.law.recorded import AT
from tests.verifier.test_disclosure import CHAT, LINES, NAME, NEWEST_FIRST, sealed_chat
from tests.verifier.test_lying_builder import lying
from tests.worked import CHAT as WECHAT
from tests.worked import Sealed, WorkedLog, seal, submission
from verifier.evidence import package
from verifier.law.examination import Examination
from verifier.law.examine import examine
from verifier.law.gather import gather
from verifier.law.material import Material
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.report.as_html import as_html
from verifier.report.as_text import as_text
from verifier.report.completeness import sentences
from verifier.report.full_text import full_text
from verifier.report.marked import to_plain
from verifier.report.shown_files import shown_files
from verifier.report.words import Words
from verifier.result import Result

DISORDERED = "".join([LINES[0], LINES[4], LINES[1], LINES[5]]).encode()
MAY = "2024-05-02..2024-05-03"


@dataclass
class Shown:
    """A disclosure that was verified and examined."""

    result: Result
    material: Material
    examination: Examination


Payload = dict[str, bytes]


def _open(folder: Path, sealed: Sealed, payload: Payload, policy: bytes | None = None) -> Shown:
    result = verify(payload, sealed, folder, policy=policy)
    trusted = parse_policy(policy or sealed.log.policy())
    material = gather(folder / "forged.zip", result, trusted, Options(at=AT))
    return Shown(result, material, examine(material))


def _range(folder: Path) -> Shown:
    sealed = sealed_chat(CHAT, ("other.txt", b"not to be named"))
    return _open(folder, sealed, disclose(sealed, folder, NAME, records="2-3,6"))


def _redacted(folder: Path) -> Shown:
    sealed = sealed_chat()
    payload = disclose(
        sealed, folder, NAME, records="1-4", redact=("2",), fields=("sender:3", "type:3")
    )
    return _open(folder, sealed, payload)


def _period(folder: Path) -> Shown:
    sealed = sealed_chat()
    return _open(folder, sealed, disclose(sealed, folder, NAME, period=MAY))


def _unsigned(folder: Path) -> Shown:
    sealed = sealed_chat()
    log = WorkedLog()
    log.fill(5)
    made = submission(sealed.payload[package.MANIFEST], "manifest", signed=False)
    anchored = log.anchor(*made)
    log.fill(3)
    sealed = Sealed(sealed.payload | {package.RECEIPT: anchored.receipt()}, anchored, log)
    return _open(folder, sealed, disclose(sealed, folder, NAME, period=MAY))


def _empty(folder: Path) -> Shown:
    sealed = sealed_chat(NEWEST_FIRST)
    payload = disclose(sealed, folder, NAME, period="2024-05-05..2024-05-10")
    return _open(folder, sealed, payload)


def _disordered(folder: Path) -> Shown:
    sealed = sealed_chat(DISORDERED)
    payload = disclose(sealed, folder, NAME, period="2024-05-01T10:00..2024-05-01T12:00")
    return _open(folder, sealed, payload)


def _all_by_period(folder: Path) -> Shown:
    sealed = sealed_chat()
    return _open(folder, sealed, disclose(sealed, folder, NAME, period="2024-05-01..2024-05-31"))


def _dated(folder: Path) -> Shown:
    sealed = seal([("聊天记录.txt", WECHAT)])
    return _open(folder, sealed, disclose(sealed, folder, "聊天记录.txt", records="2-3"))


def _whole(folder: Path) -> Shown:
    sealed = sealed_chat(CHAT, ("other.txt", b"not to be named"))
    return _open(folder, sealed, disclose(sealed, folder, NAME))


def _differs(folder: Path) -> Shown:
    """A builder that dated a record a day early: what is shown says otherwise."""

    def earlier(rows: list) -> list:
        row = rows[2]
        rows[2] = row._replace(te_lo=row.te_lo - 86400, te_hi=row.te_hi - 86400)
        return rows

    sealed = lying(earlier)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.client.disclosing.opened.verify_package", _unchecked)
        payload = disclose(sealed, folder, NAME, records="2-4")
    return _open(folder, sealed, payload)


def _unchecked(path: Path, policy: object, options: object) -> Result:
    """A liar's own tool does not verify the package that it takes apart."""
    return Result("package", facts={"kind": "private"})


def _no_reader(folder: Path) -> Shown:
    sealed = sealed_chat()
    payload = disclose(sealed, folder, NAME, period=MAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("verifier.checks.disclosure.family_of", lambda name: [])
        return _open(folder, sealed, payload)


def _unknown_log(folder: Path) -> Shown:
    sealed = sealed_chat()
    payload = disclose(sealed, folder, NAME, period=MAY)
    return _open(folder, sealed, payload, logs.policy())


def _failed(folder: Path) -> Shown:
    sealed = sealed_chat()
    payload = disclose(sealed, folder, NAME, period=MAY)
    name = "data/disclosed/0000.bin"
    return _open(
        folder, sealed, payload | {name: payload[name].replace("三".encode(), "叁".encode())}
    )


def _unreached(folder: Path) -> Shown:
    material = Material(Result("disclosure", facts={"kind": "disclosure"}))
    assert material.result is not None
    return Shown(material.result, material, examine(material))


SHAPES: dict[str, Callable[[Path], Shown]] = {
    "range": _range, "redacted": _redacted, "period": _period, "unsigned": _unsigned,
    "empty": _empty, "disordered": _disordered, "all by period": _all_by_period, "dated": _dated,
    "whole": _whole, "differs": _differs, "no reader": _no_reader, "unknown log": _unknown_log,
    "failed": _failed, "unreached": _unreached,
}  # fmt: skip


@cache
def shown(name: str) -> Shown:
    """Return one of the shapes; made once."""
    with TemporaryDirectory() as folder:
        return SHAPES[name](Path(folder))


def said(name: str, lang: str) -> list[str]:
    """Return the sentences about the only shown file."""
    result = shown(name).result
    (file,) = shown_files(result)
    return [to_plain(each) for each in sentences(result, file, Words(lang))]


@cache
def faces(name: str) -> list[str]:
    """Return every face that people read: short and full in zh and en, and the page of both."""
    found = shown(name)
    result, examination, material = found.result, found.examination, found.material
    texts = [as_text(result, lang, examination) for lang in ("zh", "en")]
    texts += [full_text(result, examination, lang, material) for lang in ("zh", "en")]
    return [*texts, as_html(result, examination, ("zh", "en"), material)]
