"""A record that is shown for its date alone is shown whole, and the person is told which."""

from __future__ import annotations

from pathlib import Path

from app.client.disclosing.asked import parse_asked
from app.client.disclosing.opened import Private
from app.client.disclosing.selection import select
from app.commands.disclose import _lines
from tests.worked import seal
from verifier.exports.tools.memotrace_csv import COLUMNS


def test_the_message_that_dates_an_edge_is_named(tmp_path: Path):
    """Record 2 has no time and stands beside the period: it takes that of record 1."""
    names = b",".join(COLUMNS)
    rows = [
        b"%d,1,1,0,0,%s,2,x,,a,b,c" % (n, t)
        for n, t in ((1, b"1714530605"), (2, b"?"), (3, b"1714703405"))
    ]
    path = tmp_path / "private.zip"
    path.write_bytes(seal([("chat.csv", b"\r\n".join([names, *rows, b""]))]).zip())
    with Private(path) as private:
        for period, dating in (
            ("2024-05-03..2024-05-03+00:00", (1,)),
            ("2024-05-01..2024-05-03+00:00", ()),
        ):
            asked = parse_asked(whole=False, records=None, period=period, redact=[], fields=[])
            selection = select(private, 0, asked)
            assert selection.dating == dating
            told = [
                line
                for line in _lines(private, 0, selection)
                if "time of their own" in line or "未载时间" in line
            ]
            assert len(told) == len(dating)
