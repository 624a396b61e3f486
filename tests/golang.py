"""Building the Go programs that judge us. What cannot be had here is a skip with its reason."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SECONDS = 280
"""A first build fetches modules and compiles the library."""


def build_go(go: str, source: Path, program: Path, package: str = ".") -> Path:
    """Build ``package`` of the module in ``source`` outside the tree; return the program.

    go.mod and go.sum beside the source fix every version and hash: other bytes are a failure,
    modules that cannot be fetched are a skip.
    """
    # The Go that is here, not one that it would download to please go.mod.
    settings = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [go, *arguments], cwd=source, env={**os.environ, **settings},
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip

    fetched = run("mod", "download")
    if fetched.returncode != 0:
        if "checksum mismatch" in fetched.stderr:
            pytest.fail(fetched.stderr)
        reason = fetched.stderr.strip().splitlines()[-1:]
        pytest.skip(f"not tested: {source.name}: its Go modules cannot be had: {reason}")
    built = run("build", "-o", str(program), package)
    assert built.returncode == 0, built.stderr
    return program
