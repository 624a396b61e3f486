"""Running the table: see the package's text."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from .line import Line
from .machine import describe
from .rows import ROWS
from .setting import Scale, Setting
from .table import block, summary


def _arguments() -> argparse.Namespace:
    names = "\n".join(f"  {name:<10}{what}" for name, (_, what) in ROWS.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Speeds, each beside its ceiling and its floor.",
        epilog=f"rows:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", choices=[[], *ROWS])
    parser.add_argument("--rounds", type=int, default=None, help="5 by default")
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", action="store_true", help="small sizes, 3 rounds: a first look")
    scale.add_argument("--full", action="store_true", help="1 GB of 20-byte records too (an hour)")
    parser.add_argument("--folder", type=Path, help="where to work; on the disk to be measured")
    return parser.parse_args()


def main() -> int:
    """Run the rows that were asked for; exit 1 if a floor is missed."""
    args = _arguments()
    scale: Scale = "quick" if args.quick else "full" if args.full else "normal"
    rounds = args.rounds or (3 if args.quick else 5)
    folder = Path(tempfile.mkdtemp(prefix="beilin-bench-", dir=args.folder))
    lines: list[Line] = []
    started = time.perf_counter()
    try:
        print(describe(folder))
        print(f"{rounds} rounds, sizes: {scale}\n", flush=True)
        for name in args.rows or ROWS:
            place = folder / name
            place.mkdir()
            for line in ROWS[name][0](Setting(place, rounds, scale)):
                print(block(line), flush=True)
                lines.append(line)
            shutil.rmtree(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lines:
            print(summary(lines))
            print(f"{(time.perf_counter() - started) / 60:.1f} minutes")
    return 0 if all(line.holds() for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
