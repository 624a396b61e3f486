"""What an earlier failed check kept unread is not called absent."""

from __future__ import annotations

from pathlib import Path

from tests import worked
from verifier.law.examine import examine
from verifier.law.gather import gather
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.verify import verify_package


def rows(folder: Path, data: bytes, policy: bytes) -> dict[str, tuple[str, str, str]]:
    path = folder / "package.zip"
    path.write_bytes(data)
    trusted, options = parse_policy(policy), Options(worked.NOON + 60)
    result = verify_package(path, trusted, options)
    found = examine(gather(path, result, trusted, options)).rows
    return {
        each.row.id: (each.status, each.wording, each.why.zh if each.why is not None else "")
        for each in found
    }


def test_a_package_that_cannot_be_read_was_still_supplied(tmp_path: Path):
    sealed = worked.seal([("a.txt", worked.CHAT)])
    whole = rows(tmp_path, sealed.zip(), sealed.log.policy())
    cut = rows(tmp_path, sealed.zip()[:-1], sealed.log.policy())
    for row in ("M16-03", "M16-04"):
        assert whole[row][:2] == ("consistent", "present")
        status, wording, why = cut[row]
        assert (status, wording) == ("not_checked", "none")
        assert "不表示未提供" in why
