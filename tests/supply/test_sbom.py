"""The bills of materials name every locked package with its hashes, and are CycloneDX."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from tests.project import ROOT, project_files, read

BILLS = {"beilin-verifier": "verifier", "beilin": "server"}


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    project_files()  # skips where there is no git: the time is that of a commit
    out = tmp_path_factory.mktemp("dist")
    for name in ("wheels", "sbom"):
        subprocess.run([sys.executable, ROOT / f".ci/{name}.py", out], check=True,
                       capture_output=True)  # fmt: skip
    first = {name: (out / f"{name}.cdx.json").read_bytes() for name in BILLS}
    subprocess.run([sys.executable, ROOT / ".ci/sbom.py", out], check=True, capture_output=True)
    assert first == {name: (out / f"{name}.cdx.json").read_bytes() for name in BILLS}
    return {name: json.loads(text) for name, text in first.items()} | {"sums": sums_of(out)}


def sums_of(out: Path) -> set[str]:
    return {line[:64] for line in (out / "SHA256SUMS").read_text().splitlines()}


def validator() -> jsonschema.Draft7Validator:
    """Return the format's own schema, as cyclonedx-python-lib carries it."""
    place = files("cyclonedx.schema") / "_res"
    registry: Registry[Any] = Registry()
    bom: dict[str, Any] = {}
    for name in ("spdx", "jsf-0.82", "cryptography-defs", "bom-1.6"):
        schema = json.loads((place / f"{name}.SNAPSHOT.schema.json").read_text("utf-8"))
        # They name each other by file, beside the one that they stand in.
        place_of = f"{schema['$id'].rpartition('/')[0]}/{name}.SNAPSHOT.schema.json"
        registry = registry.with_resource(place_of, Resource.from_contents(schema))
        bom = schema
    return jsonschema.Draft7Validator(bom, registry=registry)


@pytest.mark.parametrize("name", BILLS)
def test_it_is_valid_by_the_schema_of_cyclonedx(bills: dict[str, Any], name: str) -> None:
    check = validator()
    assert list(check.iter_errors(bills[name])) == []
    broken = copy.deepcopy(bills[name])
    library = next(each for each in broken["components"] if each["type"] == "library")
    library["externalReferences"][0]["hashes"][0]["content"] = "no digest"
    assert list(check.iter_errors(broken)), "control: the schema sees a wrong digest"


def lock_lines(name: str) -> dict[str, tuple[str, set[str]]]:
    """Read a lock file once more, in another way than the program does."""
    found: dict[str, tuple[str, set[str]]] = {}
    package = ""
    for line in read(f"requirements/{name}.txt").splitlines():
        if line[:1].isalnum():
            package, version = line.split(" ")[0].split("==")
            found[package] = (version, set())
        if "--hash=sha256:" in line:
            found[package][1].add(line.split("--hash=sha256:")[1].rstrip(" \\"))
    return found


def is_installed(name: str) -> bool:
    return any(distributions(name=name))


def hashes_of(component: dict[str, Any]) -> set[str]:
    return {
        each["content"] for place in component["externalReferences"] for each in place["hashes"]
    }


@pytest.mark.parametrize("name", BILLS)
def test_every_locked_package_is_in_it_with_all_its_hashes(
    bills: dict[str, Any], name: str
) -> None:
    there = {
        each["name"]: (each["version"], hashes_of(each))
        for each in bills[name]["components"]
        if each["type"] == "library"
    }
    assert there == lock_lines(BILLS[name])
    assert len(there) >= 3
    assert all(hashes for _, hashes in there.values())


@pytest.mark.parametrize("name", BILLS)
def test_everything_in_it_is_asked_for_by_something_and_has_a_licence(
    bills: dict[str, Any], name: str
) -> None:
    graph = {each["ref"]: each.get("dependsOn", []) for each in bills[name]["dependencies"]}
    root = bills[name]["metadata"]["component"]
    reached, new = set(), [root["bom-ref"]]
    while new:
        ref = new.pop()
        if ref not in reached:
            reached.add(ref)
            new += graph[ref]
    assert reached == {each["bom-ref"] for each in bills[name]["components"]} | {root["bom-ref"]}
    for each in bills[name]["components"]:
        # No licence has been chosen for ours; of the others each states one, where it is installed.
        elsewhere = "properties" in each and not is_installed(each["name"])
        wanted = each["type"] == "library" and not elsewhere
        assert ("licenses" in each) == wanted, each["name"]


def test_it_names_the_wheels_by_their_digests(bills: dict[str, Any]) -> None:
    verifier, server = bills["beilin-verifier"], bills["beilin"]
    inner = next(each for each in server["components"] if each["name"] == "beilin-verifier")
    said = {
        each["hashes"][0]["content"]
        for each in (verifier["metadata"]["component"], server["metadata"]["component"], inner)
    }
    assert said == bills["sums"]
    assert [each["name"] for each in verifier["components"]] == sorted(lock_lines("verifier"))
    assert not re.search(r"https?://(?!cyclonedx\.org)", json.dumps(server))
