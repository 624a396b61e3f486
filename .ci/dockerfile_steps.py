"""Run a Dockerfile's RUN lines on the machine at hand, without an engine (``make image-steps``).

It reads the Dockerfile itself, so that the steps cannot drift from what is tested.
Each stage is a folder in a scratch folder that stands for its root: absolute values
of ENV, WORKDIR and COPY are moved under it, and RUN lines may name places only by
variable. What this does not check: the base image, ownership, and volumes.
At the end the ENTRYPOINT is started once with ``--help``, from a folder in which
nothing of the source can be imported by accident.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class StepError(Exception):
    """A line that cannot be run here, or that failed."""


def read_instructions(text: str) -> list[tuple[str, str]]:
    """Return (instruction, rest) for each instruction, continuation lines joined."""
    joined, pending = [], ""
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        pending += line.rstrip()
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        if pending.strip():
            word, _, rest = pending.strip().partition(" ")
            joined.append((word.upper(), rest.strip()))
        pending = ""
    return joined


def is_in_context(source: str, ignore_lines: list[str]) -> bool:
    """Whether .dockerignore (``*`` and then exceptions) lets ``source`` into the context."""
    kept = [line[1:] for line in ignore_lines if line.startswith("!")]
    return any(source == name or source.startswith(f"{name}/") for name in kept)


class Stage:
    """One build stage: its folder, its environment, its working directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.env = {"PATH": os.environ["PATH"], "HOME": str(root)}
        # What the machine needs to reach its package index is the machine's business.
        self.env |= {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_", "LANG"))}
        self.cwd = root
        root.mkdir(parents=True)

    def place(self, path: str) -> Path:
        return self.root / path.lstrip("/") if path.startswith("/") else self.cwd / path

    def set_env(self, rest: str) -> None:
        for name, value in re.findall(r"(\w+)=(\S+)", rest):
            if name in {"PATH", "HOME", "PIP_NO_CACHE_DIR"}:
                continue  # the machine's own; and its package cache saves the download
            self.env[name] = str(self.place(value)) if value.startswith("/") else value

    def copy(self, rest: str, context: Path, stages: dict[str, Stage], ignore: list[str]) -> None:
        words = rest.split()
        options = [word for word in words if word.startswith("--")]
        *sources, target = [word for word in words if not word.startswith("--")]
        origin = next((o.removeprefix("--from=") for o in options if o.startswith("--from=")), None)
        into_folder = target.endswith("/") or len(sources) > 1
        for source in sources:
            if origin is None and not is_in_context(source, ignore):
                raise StepError(f"COPY {source}: .dockerignore leaves it out")
            there = stages[origin].place(source) if origin else context / source
            here = self.place(target) / there.name if into_folder else self.place(target)
            here.parent.mkdir(parents=True, exist_ok=True)
            if there.is_dir():
                skip = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
                shutil.copytree(there, here, symlinks=True, dirs_exist_ok=True, ignore=skip)
            else:
                shutil.copy2(there, here)

    def run(self, command: str) -> None:
        if re.search(r"(?:^|[\s\"'=])/\w", command):
            raise StepError(f"RUN {command}: an absolute path; name it by variable")
        print(f"RUN {command}", flush=True)
        done = subprocess.run(["sh", "-ec", command], cwd=self.cwd, env=self.env, check=False)
        if done.returncode:
            raise StepError(f"RUN {command}: exit code {done.returncode}")


def run_dockerfile(dockerfile: Path, scratch: Path) -> int:
    """Run every step; return how many RUN lines there were."""
    context = dockerfile.resolve().parent
    ignore = (context / ".dockerignore").read_text(encoding="utf-8").splitlines()
    stages: dict[str, Stage] = {}
    stage, count = Stage(scratch / "before"), 0
    for word, rest in read_instructions(dockerfile.read_text(encoding="utf-8")):
        if word == "FROM":
            name = rest.split(" AS ")[1] if " AS " in rest else f"stage{len(stages)}"
            stage = stages[name] = Stage(scratch / name)
        elif word == "ENV":
            stage.set_env(rest)
        elif word == "WORKDIR":
            stage.cwd = stage.place(rest)
            stage.cwd.mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            stage.copy(rest, context, stages, ignore)
        elif word == "RUN":
            stage.run(rest)
            count += 1
        elif word == "ENTRYPOINT":
            program = Path(stage.env["PREFIX"]) / "bin" / json.loads(rest)[0]
            print(f"ENTRYPOINT {program.name} --help", flush=True)
            done = subprocess.run(
                [program, "--help"],
                cwd=stage.root,
                env=stage.env,
                check=False,
                stdout=subprocess.DEVNULL,
            )
            if done.returncode:
                raise StepError(f"{program.name} --help: exit code {done.returncode}")
        elif word == "HEALTHCHECK":
            argv = json.loads(rest[rest.index("CMD") + 3 :])
            compile(argv[-1], "HEALTHCHECK", "exec")
        elif word not in {"ARG", "USER", "VOLUME", "EXPOSE", "CMD", "LABEL", "STOPSIGNAL"}:
            raise StepError(f"{word}: not known here")
    return count


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="image-") as scratch:
        try:
            count = run_dockerfile(Path(sys.argv[1]), Path(scratch))
        except StepError as error:
            sys.exit(f"image-steps: {error}")
    print(f"image-steps: {count} RUN lines ran, and the entry point starts")


if __name__ == "__main__":
    main()
