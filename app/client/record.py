"""Reading a provenance record for a person: every mistake by line and field, and what is left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.common import EXIT_BAD_INPUT, Refusal, language, say
from verifier.errors import NewerFormat
from verifier.evidence.provenance.problems import describe
from verifier.evidence.provenance.record import MAX_BYTES, Record, RecordError, parse_record

from .durable import read_small
from .inputs import PROVENANCE
from .words import shown, tell

if TYPE_CHECKING:
    from .scan import Scanned

_SHOWN = 50


def load_record(path: Path) -> Record:
    """Return the record; raises Refusal 65 that lists every problem with its line and field."""
    try:
        return parse_record(read_small(path, MAX_BYTES + 1))
    except NewerFormat:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 的格式版本高于本程序所知；请使用较新版本的程序。",
            f"{shown(path)} is of a newer format; use a newer version of this program.",
        ) from None
    except RecordError as error:
        lines = [f"  {describe(each, language())}" for each in error.problems[:_SHOWN]]
        more = len(error.problems) - len(lines)
        if more > 0:
            lines.append(say(f"  ……另有 {more} 处", f"  … and {more} more"))
        text = "\n".join(lines)
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 有 {len(error.problems)} 处须更正，未作任何提交：\n{text}",
            f"{shown(path)} has {len(error.problems)} mistakes to correct; nothing was sent:\n{text}",
        ) from None


def check_same_record(files: Sequence[Scanned], sha256: bytes | None) -> None:
    """Refuse to seal a record other than the one that was checked, if one was."""
    for each in files:
        if each.role == PROVENANCE and sha256 not in (None, each.sha256):
            raise Refusal(
                EXIT_BAD_INPUT,
                f"来源声明 {shown(each.input.path)} 在存证过程中被修改；请以同一命令重新运行。",
                f"The provenance record {shown(each.input.path)} changed while it was being "
                "sealed; run the same command again.",
            )


def tell_gaps(path: Path, files: Mapping[Path, str]) -> None:
    """Write to standard error how much is still open; ``files`` with the roles they are sealed in."""
    from .todo import todo_of

    todo = todo_of(path, list(files), files)
    if todo.contradictions:
        tell(
            f"注意：来源声明与拟存证的文件或自身不一致 {todo.contradictions} 处，宜先更正再存证。",
            f"Note: the provenance record contradicts itself or the files in {todo.contradictions} places; better "
            "correct it before sealing.",
        )
    if todo.open_count:
        tell(
            f"来源声明尚有 {todo.open_count} 项未填或未附材料（其中严重 {todo.severe} 项），上链后补充的不再是上链前的记录。"
            f"清单：beilin provenance check {shown(path)}",
            f"The provenance record leaves {todo.open_count} factors open ({todo.severe} of them severe); what is added "
            f"after anchoring is no record from before it. The list: beilin provenance check {shown(path)}",
        )
