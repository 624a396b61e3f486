"""The rules of the house, and what breaks them.

Each rule is a function from a folder to findings, ``path: what is wrong``. It gets
the folder as an argument so that test_architecture.py can show it a broken tree.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.source import Import, imports_of, python_files, tree_of, within

OURS = ("verifier", "ledger", "app")
APP = ("cli", "client", "commands", "monitor", "server", "tsa", "web", "witness")

# Files of the verifier that may import an optional extra, and which. Whoever adds a reader
# or a face that needs one adds its line here; everything else needs only `cryptography`.
EXTRAS: dict[str, frozenset[str]] = {}

# Where the verifier may read the machine's clock: the one place where a person gives no --at.
CLOCK_READERS = frozenset({"verifier/cli.py"})

NETWORK = frozenset(
    {"socket", "http", "urllib.request", "ssl", "ftplib", "smtplib", "xmlrpc", "socketserver"}
    | {"requests", "httpx", "aiohttp", "urllib3", "asyncio"}
)
CLOCKS = {
    "time": frozenset({"time", "time_ns", "localtime", "ctime", "monotonic", "perf_counter"}),
    "datetime": frozenset({"now", "utcnow", "today"}),
    "date": frozenset({"today"}),
}
SERVER_ONLY = frozenset(
    {"fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "msgspec", "ledger"}
    | {"app.server", "app.web", "migrations"}
)
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "putenv"})
MAX_LINES = 300
LONG_BECAUSE = "# long because: "


def _forbidden(
    root: Path, files: list[Path], packages: frozenset[str] | tuple[str, ...], why: str
) -> list[str]:
    return [
        f"{path.relative_to(root)}:{item.line}: imports {item.name}; {why}"
        for path in files
        for item in imports_of(path, root)
        if within(item.name, *packages)
    ]


# --------------------------------------------------------------------------- the arrows


def arrows(root: Path) -> list[str]:
    """Imports go app → ledger → verifier, and the shared part of the verifier knows nothing of its faces."""
    core = python_files(root, "verifier/tlog", "verifier/evidence", "verifier/timestamp")
    core += python_files(root, "verifier/misconduct", "verifier/compare")
    core += [p for p in (root / "verifier/errors.py", root / "verifier/encoding.py") if p.exists()]
    outer = tuple(f"verifier.{part}" for part in ("exports", "law", "report", "cli"))
    above_web = ("ledger", *(f"app.{part}" for part in APP if part != "web"))
    programs = python_files(root, "app/witness", "app/tsa", "app/monitor")
    return [
        *_forbidden(root, python_files(root, "verifier"), ("ledger", "app"), "it stands alone"),
        *_forbidden(root, python_files(root, "ledger"), ("app",), "arrows point to the verifier"),
        *_forbidden(root, core, outer, "its change must not make an old proof verify differently"),
        *_forbidden(root, programs, ("ledger", "app.server"), "these programs use the verifier"),
        *_forbidden(root, python_files(root, "app/web"), above_web, "all programs share it"),
    ]


def verifier_stands_alone(root: Path) -> list[str]:
    """Standard library, cryptography, and the extras listed above in the files listed above."""
    findings = []
    for path in python_files(root, "verifier"):
        name = path.relative_to(root).as_posix()
        allowed = sys.stdlib_module_names | {"cryptography", "verifier"} | EXTRAS.get(name, set())
        findings += [
            f"{name}:{item.line}: imports {item.name}; the verifier has one dependency"
            for item in imports_of(path, root)
            if item.name.split(".")[0] not in allowed
        ]
    return findings


def signer_is_apart(root: Path) -> list[str]:
    """The signer decides on its own state; what it guards against must not be in its hands."""
    allowed = ("verifier", "ledger.durable", "ledger.errors", "ledger.signer")
    files = [
        p for p in python_files(root, "ledger") if p.stem == "signer" or p.parent.stem == "signer"
    ]
    return [
        f"{path.relative_to(root)}:{item.line}: imports {item.name}; the signer stands apart"
        for path in files
        for item in imports_of(path, root)
        if item.name.split(".")[0] not in sys.stdlib_module_names | {"cryptography"}
        and not within(item.name, *allowed)
    ]


def ledger_knows_no_web(root: Path) -> list[str]:
    """No web framework in the ledger, and no setting that comes from the environment."""
    files = python_files(root, "ledger")
    web = ("fastapi", "starlette", "uvicorn", "httptools", "msgspec")
    findings = _forbidden(root, files, web, "the ledger knows no web")
    for path in files:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT:
                findings.append(f"{path.relative_to(root)}:{node.lineno}: reads the environment")
        findings += [
            f"{path.relative_to(root)}:{item.line}: imports {item.name}, the environment"
            for item in imports_of(path, root)
            if item.name.removeprefix("os.") in ENVIRONMENT
        ]
    return findings


def proving_shares_two_functions(root: Path) -> list[str]:
    """The ledger proves and the verifier checks: only leaf_hash and node_hash are common."""
    module = "verifier.tlog.merkle"
    files = [root / "ledger" / name for name in ("prove.py", "right_edge.py")]
    return [
        f"{path.relative_to(root)}:{item.line}: imports {item.name}; only the two hashes are shared"
        for path in files
        if path.exists()
        for item in imports_of(path, root)
        if within(item.name, module)
        and item.name.removeprefix(f"{module}.") not in {"leaf_hash", "node_hash"}
        and not item.name.rpartition(".")[2].isupper()  # a constant is not code
    ]


# --------------------------------------------------------------------------- the client


# The one module of the ledger that the client uses: it proves consistency from tiles that
# the client fetches. It must load where there is no database.
CLIENT_MAY = "ledger.prove"


def client_needs_no_server(root: Path) -> list[str]:
    """What ``pip install beilin`` runs must load without the extra ``server``."""
    client = python_files(root, "app/client")
    findings = [
        f"{path.relative_to(root)}:{item.line}: imports {item.name}; the client needs no server library"
        for path in client
        for item in imports_of(path, root)
        if within(item.name, *SERVER_ONLY) and not within(item.name, CLIENT_MAY)
    ]
    # Every command too: `beilin` loads each of them to show its help, by a name in a list.
    starts = [*client, *python_files(root, "app/commands")]
    starts += [p for p in [root / "app/cli.py"] if p.exists()]
    for path, item in _loaded_with(starts, root):
        if within(item.name, *SERVER_ONLY) and path not in client:
            where = f"{path.relative_to(root)}:{item.line}"
            findings.append(f"{where}: imports {item.name}, and the client or `beilin` loads it")
    pure = [p for p in (root / "ledger/__init__.py", root / "ledger/prove.py") if p.exists()]
    findings += [
        f"{path.relative_to(root)}:{item.line}: imports {item.name}, and the client loads it"
        for path in pure
        for item in imports_of(path, root)
        if item.name.split(".")[0] not in sys.stdlib_module_names | {"verifier"}
    ]
    return findings


def _loaded_with(starts: list[Path], root: Path) -> Iterator[tuple[Path, Import]]:
    """Every import that runs when these files are loaded, through our own modules too."""
    waiting, seen = list(starts), set(starts)
    while waiting:
        path = waiting.pop()
        for item in imports_of(path, root):
            if item.lazy:
                continue
            yield path, item
            for module in _module_files(item.name, root):
                if module not in seen:
                    seen.add(module)
                    waiting.append(module)


def _module_files(name: str, root: Path) -> Iterator[Path]:
    """The files that importing a dotted name loads: each package on the way, and the module."""
    if not within(name, "app"):
        return
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        stem = root.joinpath(*parts[:end])
        for candidate in (stem / "__init__.py", stem.with_suffix(".py")):
            if candidate.is_file():
                yield candidate


# --------------------------------------------------------------------------- clock and network


def verifier_is_offline(root: Path) -> list[str]:
    """No network at all, and no clock but the one it is given."""
    findings = []
    for path in python_files(root, "verifier"):
        name = path.relative_to(root).as_posix()
        findings += _forbidden(root, [path], NETWORK, "the verifier has no network")
        if name in CLOCK_READERS:
            continue
        findings += [
            f"{name}:{item.line}: imports {item.name}; the verifier has no clock of its own"
            for item in imports_of(path, root)
            if any(within(item.name, f"time.{call}") for call in CLOCKS["time"])
        ]
        findings += [
            f"{name}:{node.lineno}: reads a clock; the time is given"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call | ast.Attribute) and _reads_clock(node)
        ]
    return findings


def _reads_clock(node: ast.Call | ast.Attribute) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in CLOCKS.get(_last_name(node.value), ())
    if isinstance(node.func, ast.Attribute):
        owner, called = _last_name(node.func.value), node.func.attr
        # gmtime() of nothing and strftime(format) of nothing mean "now".
        return owner == "time" and (called, len(node.args)) in {("gmtime", 0), ("strftime", 1)}
    return False


def _last_name(node: ast.AST) -> str:
    """``datetime`` for both ``datetime`` and ``datetime.datetime``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


# --------------------------------------------------------------------------- files


def no_shadows(root: Path) -> list[str]:
    """No file or package bears the name of a module of the standard library."""
    names = sys.stdlib_module_names - {"__future__"}
    findings = []
    for path in python_files(root, *OURS, "tests", "bench", "migrations"):
        name = path.parent.name if path.stem == "__init__" else path.stem
        if name in names:
            findings.append(f"{path.relative_to(root)}: shadows the standard library's {name}")
    return findings


def short_files(root: Path) -> list[str]:
    """No file over 300 lines without its reason."""
    findings = []
    for path in python_files(root, *OURS, "tests", "bench", "migrations"):
        lines = path.read_text(encoding="utf-8").splitlines()
        reasons = [line for line in lines if line.startswith(LONG_BECAUSE)]
        if len(lines) > MAX_LINES and not any(len(r) > len(LONG_BECAUSE) + 10 for r in reasons):
            findings.append(f"{path.relative_to(root)}: {len(lines)} lines, no `{LONG_BECAUSE}…`")
    return findings


def reference_is_independent(root: Path) -> list[str]:
    """The recursion that judges both sides imports nothing of ours."""
    path = root / "tests/reference.py"
    return _forbidden(root, [path], OURS, "it judges both sides") if path.exists() else []


RULES = (
    arrows,
    verifier_stands_alone,
    signer_is_apart,
    ledger_knows_no_web,
    proving_shares_two_functions,
    client_needs_no_server,
    verifier_is_offline,
    no_shadows,
    short_files,
    reference_is_independent,
)
