"""The rules of the house hold here, and each of them notices a tree that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import arrows, source

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("rule", arrows.RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule):
    assert rule(ROOT) == []


# Files that a rule names: renamed, they would be guarded no longer and nobody would notice.
NAMED = (
    "verifier/cli.py",
    "verifier/tlog/merkle.py",
    "ledger/signer.py",
    "ledger/durable.py",
    "ledger/prove.py",
    "ledger/right_edge.py",
    "app/cli.py",
    "app/client/__init__.py",
    "app/web/__init__.py",
    "app/witness/__init__.py",
    "tests/reference.py",
)


@pytest.mark.parametrize("path", NAMED)
def test_what_the_rules_name_is_there(path):
    assert (ROOT / path).is_file()


# (rule, file, text): a tree with only this file must be reported, exactly once.
BROKEN = {
    "the verifier imports the ledger": (arrows.arrows, "verifier/x.py", "import ledger.log"),
    "the same inside a function": (
        arrows.arrows,
        "verifier/x.py",
        "def f():\n    from app import client",
    ),
    "the ledger imports the app": (arrows.arrows, "ledger/x.py", "from app.server import main"),
    "tlog imports the exports": (
        arrows.arrows,
        "verifier/tlog/x.py",
        "from ..exports import wechat",
    ),
    "evidence imports the report by package": (
        arrows.arrows,
        "verifier/evidence/x.py",
        "from .. import report",
    ),
    "encoding imports the law": (arrows.arrows, "verifier/encoding.py", "from .law import rules"),
    "the witness imports the ledger": (arrows.arrows, "app/witness/x.py", "import ledger.store"),
    "the witness imports the server": (
        arrows.arrows,
        "app/witness/x.py",
        "from app.server import edge",
    ),
    "what programs share imports one of them": (
        arrows.arrows,
        "app/web/x.py",
        "from app.server import problems",
    ),
    "a second dependency of the verifier": (
        arrows.verifier_stands_alone,
        "verifier/report/x.py",
        "import yaml",
    ),
    "the signer imports the store": (
        arrows.signer_is_apart,
        "ledger/signer.py",
        "from .store import Store",
    ),
    "the signer imports the log by package": (
        arrows.signer_is_apart,
        "ledger/signer.py",
        "from . import log",
    ),
    "the signer imports a driver": (
        arrows.signer_is_apart,
        "ledger/signer.py",
        "import sqlalchemy as sa",
    ),
    "the ledger imports the web": (
        arrows.ledger_knows_no_web,
        "ledger/x.py",
        "from starlette.responses import Response",
    ),
    "the ledger reads the environment": (
        arrows.ledger_knows_no_web,
        "ledger/x.py",
        "import os\nDEBUG = os.environ.get('DEBUG')",
    ),
    "the ledger reads it by getenv": (
        arrows.ledger_knows_no_web,
        "ledger/x.py",
        "import os\nDEBUG = os.getenv('DEBUG')",
    ),
    "the ledger imports the environment": (
        arrows.ledger_knows_no_web,
        "ledger/x.py",
        "from os import environ as settings",
    ),
    "proving uses the checking code": (
        arrows.proving_shares_two_functions,
        "ledger/prove.py",
        "from verifier.tlog.merkle import leaf_hash, root_from_path",
    ),
    "the client imports the ledger": (
        arrows.client_needs_no_server,
        "app/client/seal.py",
        "from ledger import durable",
    ),
    "the client's prover imports a database": (
        arrows.client_needs_no_server,
        "ledger/prove.py",
        "import sqlalchemy",
    ),
    "the client imports the server lazily": (
        arrows.client_needs_no_server,
        "app/client/seal.py",
        "def f():\n    import fastapi",
    ),
    "the command imports a database": (
        arrows.client_needs_no_server,
        "app/cli.py",
        "import sqlalchemy",
    ),
    "the verifier opens a socket": (arrows.verifier_is_offline, "verifier/x.py", "import socket"),
    "the verifier fetches": (
        arrows.verifier_is_offline,
        "verifier/x.py",
        "from urllib.request import urlopen",
    ),
    "the command of the verifier fetches": (
        arrows.verifier_is_offline,
        "verifier/cli.py",
        "import http.client",
    ),
    "the verifier reads the clock": (
        arrows.verifier_is_offline,
        "verifier/x.py",
        "import time\nNOW = time.time()",
    ),
    "the clock by name": (arrows.verifier_is_offline, "verifier/x.py", "from time import time_ns"),
    "the clock by default": (
        arrows.verifier_is_offline,
        "verifier/x.py",
        "import time\nNOW = time.gmtime()",
    ),
    "the clock as a date": (
        arrows.verifier_is_offline,
        "verifier/x.py",
        "import datetime\nNOW = datetime.datetime.now(datetime.timezone.utc)",
    ),
    "a file named like a standard module": (arrows.no_shadows, "app/client/json.py", ""),
    "a package named like a standard module": (arrows.no_shadows, "ledger/signal/__init__.py", ""),
    "a long file": (arrows.short_files, "ledger/x.py", "A = 1\n" * 301),
    "a long file with an empty reason": (
        arrows.short_files,
        "ledger/x.py",
        "# long because: \n" + "A = 1\n" * 301,
    ),
    "a reference that is not one": (
        arrows.reference_is_independent,
        "tests/reference.py",
        "from verifier.tlog.merkle import leaf_hash",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_tree_is_reported(name, tmp_path):
    rule, path, text = BROKEN[name]
    _write(tmp_path, path, text)
    findings = rule(tmp_path)
    assert len(findings) == 1, findings
    assert findings[0].startswith(path)


def test_what_the_command_loads_is_followed_through_our_modules(tmp_path):
    _write(tmp_path, "app/cli.py", "from .commands import serve")
    _write(tmp_path, "app/commands/__init__.py", "")
    _write(tmp_path, "app/commands/serve.py", "def run():\n    import uvicorn")
    assert arrows.client_needs_no_server(tmp_path) == []
    _write(tmp_path, "app/shared.py", "import uvicorn")
    _write(tmp_path, "app/commands/__init__.py", "from app import shared")
    findings = arrows.client_needs_no_server(tmp_path)
    assert len(findings) == 1
    assert findings[0].startswith("app/shared.py:1")
    _write(tmp_path, "app/commands/demo.py", "import fastapi")
    assert len(arrows.client_needs_no_server(tmp_path)) == 2


GOOD = {
    "verifier/x.py": "import time, hashlib\nfrom cryptography import x509\nT = time.gmtime(0)\n",
    "verifier/cli.py": "import time\nfrom . import report\nNOW = time.time()\n",
    "verifier/tlog/note.py": "from ..errors import Malformed\nfrom . import merkle\n",
    "ledger/signer.py": "import os\nfrom verifier.tlog import note\nfrom .durable import replace\n",
    "ledger/prove.py": "from verifier.tlog.merkle import HASH_BYTES, leaf_hash, node_hash\n",
    "ledger/log.py": "import sqlalchemy\nfrom . import store\n",
    "app/client/seal.py": "import httpx\nfrom ledger.prove import x\nfrom verifier.evidence import package\n",
    "tests/reference.py": "import hashlib\n",
    "tests/long.py": "# long because: one table with a row for each of the 400 cases\n"
    + "A = 1\n" * 400,
}


@pytest.mark.parametrize("rule", arrows.RULES, ids=lambda rule: rule.__name__)
def test_a_good_tree_is_not_reported(rule, tmp_path):
    for path, text in GOOD.items():
        _write(tmp_path, path, text)
    assert rule(tmp_path) == []


def _write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    source.tree_of.cache_clear()
