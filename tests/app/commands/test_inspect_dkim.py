"""``beilin inspect --dkim-key``: the signature of a mail is checked, or it is said why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import cli
from tests.fixtures.exports.generate import HERE

KEY = "x._domainkey.example.com v=DKIM1; k=rsa; p=\n"


def codes(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, str]:
    assert cli.main(["inspect", str(HERE / "mail_signed.eml"), "--json", *options]) == 0
    text = capsys.readouterr().out
    [file] = json.loads(text)["files"]
    assert file["kind"] == "mail-eml/1"
    return {each: text for each in ("DKIM_NOT_CHECKED", "DKIM_FAIL") if each in text}


def test_without_keys_it_is_not_checked_and_with_one_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert codes(capsys).keys() == {"DKIM_NOT_CHECKED"}
    (tmp_path / "keys").write_text(KEY)
    assert codes(capsys, "--dkim-key", str(tmp_path / "keys")).keys() == {"DKIM_FAIL"}


@pytest.mark.parametrize("text", ["hello\n", None])
def test_a_file_that_holds_no_keys_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
):
    if text is not None:
        (tmp_path / "keys").write_text(text)
    options = ["--dkim-key", str(tmp_path / "keys")]
    assert cli.main(["inspect", str(HERE / "mail_signed.eml"), *options]) == 65
    assert "--dkim-key" in capsys.readouterr().err
