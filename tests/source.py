"""Reads Python source with ``ast``: which files there are, and what each imports.

Nothing is imported, so nothing can be hidden by an import that fails.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One imported module or name, absolute: ``verifier.tlog.merkle.leaf_hash``."""

    name: str
    line: int
    lazy: bool  # inside a function: not paid, and not needed, when the module is loaded


def python_files(root: Path, *folders: str) -> list[Path]:
    """Every Python file of these folders, sorted; generated folders left out."""
    found = [path for folder in folders for path in (root / folder).rglob("*.py")]
    skip = {"build", "__pycache__", ".venv"}
    return sorted(path for path in found if not skip & set(path.relative_to(root).parts))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports_of(path: Path, root: Path) -> list[Import]:
    """All imports of one file, relative ones resolved against its place in ``root``."""
    package = list(path.relative_to(root).parts[:-1])
    found: list[Import] = []

    def visit(node: ast.AST, lazy: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, node.lineno, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            names = [f"{stem}.{alias.name}".strip(".") for alias in node.names]
            found.extend(Import(name, node.lineno, lazy) for name in names)
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(tree_of(path), False)
    return found


def within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of these packages or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)
