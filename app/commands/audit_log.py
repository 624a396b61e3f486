"""``beilin audit-log show|verify``: what operators did, whom the service denied, and whether all of it is there."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .common import EXIT_BAD_INPUT, EXIT_USAGE, Refusal, add_data, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "audit-log", help=say("审计日志：查看与核验", "the audit log: show, verify")
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|verify")
    show = actions.add_parser("show", help=say("逐条输出记录", "print the records"))
    show.add_argument(
        "--from", dest="start", metavar="NUMBER", default="1",
        help=say("自此记录起", "from this record on"),
    )  # fmt: skip
    show.set_defaults(run=run_show)
    verify = actions.add_parser(
        "verify", help=say("核验记录链及其在日志中的锚定", "check the chain, and what the log anchored of it")
    )  # fmt: skip
    verify.add_argument(
        "--head", metavar="NUMBER:HASH",
        help=say("此前记下的链头，须仍在其中", "a head that was kept; it must still be in it"),
    )  # fmt: skip
    verify.set_defaults(run=run_verify)
    for action in (show, verify):
        add_data(action)


def run_show(args: argparse.Namespace) -> int:
    """Print one line for each record, and the head."""
    from ledger import audit_log
    from ledger.config import open_database, read_config
    from ledger.engine import reading

    if not args.start.isascii() or not args.start.isdigit() or len(args.start) > 18:
        raise Refusal(EXIT_USAGE, "--from 应为记录编号", "--from must be a record's number")
    engine = open_database(args.data, read_config(args.data))
    try:
        with reading(engine) as connection:
            for row in audit_log.records(connection):
                if row.number >= int(args.start):
                    print(_line(row))
            head = audit_log.head(connection)
    finally:
        engine.dispose()
    _print_head(head.to_text())
    return 0


def _line(row: Any) -> str:
    from ledger.audit_log import members

    read = members(row.record)
    if read is None:
        return say(f"{row.number} 无法读取", f"{row.number} cannot be read")
    # Quoted as in the record: no name can forge a line.
    lines = row.record.decode("ascii").splitlines()
    quoted = {name: value for name, _, value in (line.partition(" ") for line in lines[1:])}
    words = [read["number"], read["time"], read["decision"], read["action"], quoted["subject"],
             quoted["who"]]  # fmt: skip
    words += [quoted["detail"]] if read["detail"] else []
    words += [f"trace {read['trace']}"] if read["trace"] != "none" else []
    return " ".join(words)


def _print_head(head: str) -> None:
    print(say(
        f"链头 {head}。请记于他处：日后以 beilin audit-log verify --head 核对其后未被截断或重写。",
        f"head {head}. Keep it elsewhere: beilin audit-log verify --head then shows that nothing up to here "
        "was cut off or written anew.",
    ), file=sys.stderr)  # fmt: skip


def run_verify(args: argparse.Namespace) -> int:
    """Check everything, and say what is wrong, or what is shown and what is not."""
    from ledger import audit_log
    from ledger.audit_anchor import unanchored_since
    from ledger.config import open_database, read_config
    from ledger.engine import reading
    from ledger.fsck_audit import check_audit_log
    from verifier.encoding import to_time

    config = read_config(args.data)
    known = None if args.head is None else _head(args.head)
    engine = open_database(args.data, config)
    try:
        with reading(engine) as connection:
            wrong = list(check_audit_log(connection, config.origin, known))
            head = audit_log.head(connection)
            since = None if wrong else unanchored_since(connection, config.origin)
    finally:
        engine.dispose()
    for finding in wrong:
        print(finding)
    if wrong:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"审计日志有 {len(wrong)} 处不一致。请保全数据目录，不要改动，并查明何人能够写入数据库。",
            f"{len(wrong)} things in the audit log do not hold. Keep the data folder as it is, and find out "
            "who could write to the database.",
        )
    open_end = "" if since is None else to_time(since)
    print(say(
        f"审计日志 {head.number} 条记录前后相接，与日志所锚定的链头一致。",
        f"The audit log has {head.number} records, each follows the one before, and every head that the log "
        "anchored is in it.",
    ))  # fmt: skip
    if open_end:
        print(say(
            f"自 {open_end} 起的记录尚未锚定：其末尾若被截断，此处无从察觉。",
            f"Records since {open_end} are not anchored yet: if their end was cut off, nothing here shows it.",
        ))  # fmt: skip
    _print_head(head.to_text())
    return 0


def _head(text: str) -> Any:
    from ledger.audit_log import AuditHead
    from verifier.encoding import parse_base64, parse_decimal
    from verifier.errors import Malformed

    number, _, value = text.partition(":")
    try:
        return AuditHead(parse_decimal(number, "NUMBER"), parse_base64(value, "HASH", length=32))
    except Malformed:
        raise Refusal(
            EXIT_USAGE,
            "--head 应为 编号:哈希（base64）",
            "--head must be NUMBER:HASH, as it was printed",
        ) from None
