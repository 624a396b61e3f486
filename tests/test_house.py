"""What holds the project together: targets, lock files, image, wheels, and what is not written."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from app.server.openapi import DOCUMENT
from ledger.accept import SERVICE
from tests.project import ROOT, build_wheels, project_files, read
from verifier import __version__

TARGETS = (
    *("venv", "demo", "test", "lint", "types", "test-fast", "bench", "soak", "lock", "wheel"),
    *("sbom", "image-steps", "format", "clean", "help"),
)
LOCKS = ("verifier", "server", "build", "dev", "oracle")


# --------------------------------------------------------------------------- make and CI


@pytest.mark.parametrize("target", TARGETS)
def test_target_exists_and_says_what_it_does(target):
    assert re.search(rf"^(?:\.venv )?{target}:.*## \w", read("Makefile"), re.MULTILINE)


def test_ci_runs_make_test_and_nothing_else():
    lines = [line for line in read(".ci/run").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert lines[-1].split()[:2] == ["exec", "make"]
    assert lines[-1].endswith(" test </dev/null")
    assert len(lines) == 3  # and the cd
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_make_test_ends_with_pytest_and_ignores_no_exit_code():
    makefile = read("Makefile")
    recipe = makefile.split("\ntest: ")[1].split("\n\n")[0].splitlines()
    assert recipe[-1] == "\t@$(PYTEST) $(SPREAD)"
    # `-` before a recipe line and `|| true` both turn a failure into a pass.
    assert not re.search(r"^\t@?-", makefile, re.MULTILINE)
    assert "|| true" not in makefile


# --------------------------------------------------------------------------- lock files


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Package → (version, number of hashes), of one lock file."""
    text = read(f"requirements/{name}.txt").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.match(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)(?: ; .*?)? +--hash=", line)
        assert match, f"{name}.txt: not a pinned and hashed requirement: {line[:60]}"
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}(?= |$)", line)
        assert len(hashes) == line.count("--hash"), f"{name}.txt: a hash that is not SHA-256"
        found[match[1]] = (match[2], len(hashes))
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(name):
    assert locked(name)
    text = read(f"requirements/{name}.txt")
    assert "://" not in text
    assert not re.search(r"^\s*(?:-(?!-hash=)|git\+)", text, re.MULTILINE)
    assert "make lock" in text or name == "oracle"


def test_the_image_runs_the_versions_that_were_tested():
    dev = locked("dev")
    for name in ("verifier", "server", "build"):
        for package, pinned in locked(name).items():
            assert dev[package] == pinned


def test_lock_files_satisfy_what_the_distributions_ask_for():
    root = tomllib.loads(read("pyproject.toml"))["project"]
    verifier = tomllib.loads(read("verifier/pyproject.toml"))["project"]
    client, server = root["dependencies"], root["optional-dependencies"]["server"]
    assert [Requirement(text).name for text in verifier["dependencies"]] == ["cryptography"]
    for lock, asked in (("verifier", verifier["dependencies"]), ("server", client + server)):
        pinned = locked(lock)
        for requirement in map(Requirement, asked):
            if requirement.name == "beilin-verifier":
                assert requirement.specifier.contains(verifier["version"])
            else:
                assert requirement.specifier.contains(pinned[requirement.name][0])


# --------------------------------------------------------------------------- what is not written


# Put together here, so that this file does not hold what it forbids.
REGISTRIES = [
    *("py" + "pi.org", "python" + "hosted.org", "crates" + ".io", "npm" + "js.org"),
    *(
        "npm" + "js.com",
        "proxy.gol" + "ang.org",
        "repo.maven" + ".apache.org",
        "deb." + "debian.org",
    ),
]
MACHINE_PATH = re.compile(r"(?<![\w.$}\])>~-])/(?:work|opt|tmp|root|home|mnt|Users)/\w")


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    findings = []
    for name in project_files():
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        findings += [f"{name}: {host}" for host in REGISTRIES if host in text]
        findings += [f"{name}: {hit[0]}" for hit in MACHINE_PATH.finditer(text)]
    assert findings == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("open('/" + "work/main/x')", True),
        ("PATH=/" + "tmp/a", True),
        ("https://example.org/" + "work/7", False),
        ("../" + "work/x and a/" + "home/b", False),
        ("$(mktemp -d)/" + "tmp/x", False),
    ],
)
def test_what_counts_as_a_machine_path(text, found):
    assert bool(MACHINE_PATH.search(text)) is found


def test_no_key_and_no_database_belongs_to_the_project():
    secret = re.compile(r"\.(?:pem|key|db|db-wal|p12|pfx)$|BEGIN (?:OPENSSH )?PRIVATE KEY")
    assert [name for name in project_files() if secret.search(name)] == []


# --------------------------------------------------------------------------- image


def test_dockerfile_has_no_complaint():
    program = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        pytest.skip("no hadolint for this platform")
    done = subprocess.run(
        [program, "--no-color", "Dockerfile"], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.decode()) == (0, "")


def test_the_image_runs_as_nobody_and_is_asked_for_its_health():
    steps = image_steps().read_instructions(read("Dockerfile"))
    final = steps[max(i for i, (word, _) in enumerate(steps) if word == "FROM") :]
    by_word = dict(final)
    assert by_word["USER"] == "10001:10001"
    assert by_word["ENTRYPOINT"] == '["beilin"]'
    assert by_word["EXPOSE"] == "8080"
    assert "/livez" in by_word["HEALTHCHECK"]
    assert "RUN" not in by_word, "the last stage only copies"
    assert not re.search(r"(?i)(?:secret|password|token|api_key)\S*=", read("Dockerfile"))


def test_make_runs_the_dockerfile_s_own_lines():
    assert "dockerfile_steps.py Dockerfile" in read("Makefile")
    runs = [
        rest for word, rest in image_steps().read_instructions(read("Dockerfile")) if word == "RUN"
    ]
    assert len(runs) == 3
    assert not [run for run in runs if re.search(r"(?:^|\s)/\w", run)]


def test_the_steps_runner_stops_at_a_failing_line(tmp_path):
    runner = image_steps()
    (tmp_path / ".dockerignore").write_text("*\n!kept\n")
    (tmp_path / "kept").write_text("x")
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(
        'FROM a AS b\nENV X=/y\nWORKDIR /src\nCOPY kept ./\nRUN test -f kept && \\\n mkdir "$X"\n'
    )
    assert runner.run_dockerfile(dockerfile, tmp_path / "good") == 1
    assert (tmp_path / "good/b/y").is_dir()
    for number, bad in enumerate(("RUN false", "RUN touch /etc/x", "COPY left ./", "SHELL []")):
        dockerfile.write_text(f"FROM a\n{bad}\n")
        with pytest.raises(runner.StepError):
            runner.run_dockerfile(dockerfile, tmp_path / f"bad{number}")


def image_steps():
    spec = importlib.util.spec_from_file_location("steps", ROOT / ".ci/dockerfile_steps.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --------------------------------------------------------------------------- wheels


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> dict[str, zipfile.ZipFile]:
    built = build_wheels(tmp_path_factory.mktemp("wheels"))
    return {name: zipfile.ZipFile(path) for name, path in built.items()}


@pytest.mark.parametrize(
    ("wheel", "folders"), [("beilin_verifier", ["verifier"]), ("beilin", ["app", "ledger"])]
)
def test_every_file_of_a_package_is_in_its_wheel_and_no_other(wheels, wheel, folders):
    there = {n for n in wheels[wheel].namelist() if ".dist-info/" not in n}
    left_out = {"verifier/pyproject.toml"}  # how it is built is no part of what is installed
    ours = {n for n in project_files() if n.split("/")[0] in folders} - left_out
    assert there == ours


def test_migrations_travel_with_the_service(wheels):
    names = wheels["beilin"].namelist()
    assert any("migrations/" in name and name.endswith(".py") for name in names)


def test_the_verifier_s_wheel_asks_for_cryptography_alone(wheels):
    name = f"beilin_verifier-{__version__}.dist-info/METADATA"
    metadata = wheels["beilin_verifier"].read(name).decode()
    asked = re.findall(r"^Requires-Dist: (\S+?)[<>=;]", metadata, re.MULTILINE)
    assert asked == ["cryptography"]


def test_every_module_of_the_verifier_loads_where_nothing_else_of_ours_is(verifier_only):
    modules = sorted(
        name.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
        for name in project_files()
        if name.startswith("verifier/") and name.endswith(".py") and "__main__" not in name
    )
    code = f"import importlib.util\nfor name in {modules!r}: importlib.import_module(name)\n"
    code += "for name in ('app', 'ledger', 'httpx', 'fastapi', 'pip'):\n"
    code += "    assert importlib.util.find_spec(name) is None, name\n"
    done = subprocess.run([verifier_only, "-I", "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_the_version_is_one_and_the_code_says_it_where_it_is_named():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    version = project["version"]
    assert tomllib.loads(read("verifier/pyproject.toml"))["project"]["version"] == version
    assert f"beilin-verifier=={version}" in project["dependencies"]
    assert __version__ == version
    assert SERVICE == f"beilin {version}"
    assert DOCUMENT["info"]["version"] == version
    # Nowhere else in what ships: statements of docstrings are examples and may keep theirs.
    places = {
        name
        for name in project_files()
        if name.endswith(".py") and name.split("/")[0] in {"verifier", "ledger", "app"}
        for node in ast.walk(ast.parse(read(name)))
        if isinstance(node, ast.Constant) and node.value in (version, f"beilin {version}")
    }
    assert places <= {"verifier/__init__.py", "ledger/accept.py"}
