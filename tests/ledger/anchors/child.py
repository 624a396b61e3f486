"""A process with a log and an authority, to be killed: child.py DATA ACCOUNT URL POINT:NTH:ACTION."""

from __future__ import annotations

import sys
from pathlib import Path

from ledger.anchors.rfc3161 import HttpAuthority
from ledger.anchors.settings import Anchors
from tests.ledger.child import At, say
from tests.ledger.support import open_log, request


def main() -> None:
    data, account, url, spec = sys.argv[1:]
    anchors = Anchors((HttpAuthority(url),), 1e6)
    with open_log(Path(data), hooks=At(spec), anchors=anchors) as log:
        log.submit(*request(bytes.fromhex(account), "x", 3)).result()
        say("answered")
        done = log.anchor_now().result()
        say("anchored", str(done.size), str(done.tokens))


if __name__ == "__main__":
    main()
