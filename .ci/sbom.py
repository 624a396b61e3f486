"""Write what the verifier and the service consist of, as CycloneDX 1.6 JSON (``make sbom``).

One bill of materials for each distribution that runs somewhere: ``beilin-verifier`` and
``beilin[server]``. The components are the lines of the lock file that it is installed from,
each with the hashes of all its distributions as locked; licences and the graph of what asks
for what are the packages' own statements, read from the environment that runs the tests. The
distribution itself bears the SHA-256 of its wheel. Nothing is asked of a network, and the same
commit gives the same bytes on the same platform: time and serial number are derived, not drawn. Of a
package that is for another platform only (``beilin:only-where``) no licence is known here.

Not in it: Python itself, the C library and what else an image's base brings. Its supplier
says that.
"""

from __future__ import annotations

import re
import sys
import uuid
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from wheels import ROOT, commit_time

OURS = {"verifier": ("beilin-verifier",), "server": ("beilin", "beilin-verifier")}
"""Lock file → the distributions that are installed with it; the first is what the bill is of."""
LINE = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.*?))?((?: --hash=sha256:[0-9a-f]{64})+)$")


def locked(name: str) -> list[Component]:
    """Return a component for each line of a lock file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found = []
    for line in re.sub(r" *\\\n *", " ", text).splitlines():
        if not line or line.lstrip().startswith("#"):
            continue
        match = LINE.match(line.partition("  #")[0].rstrip())
        if match is None:
            sys.exit(f"sbom: requirements/{name}.txt: not a locked requirement: {line[:60]}")
        package, version, marker, hashes = match.groups()
        component = _component(package, version, ComponentType.LIBRARY, elsewhere=bool(marker))
        component.external_references.add(ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(component.purl)),
            comment=f"each distribution that requirements/{name}.txt allows",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)
                    for digest in re.findall(r"[0-9a-f]{64}", hashes)],
        ))  # fmt: skip
        if marker:
            component.properties.add(Property(name="beilin:only-where", value=marker))
        found.append(component)
    return found


def _component(
    package: str, version: str, kind: ComponentType, *, elsewhere: bool = False
) -> Component:
    purl = PackageURL("pypi", name=package, version=version)
    component = Component(name=package, version=version, type=kind, purl=purl, bom_ref=str(purl))
    if elsewhere and not is_here(package):
        return component
    stated = distribution(package).metadata
    if distribution(package).version != version:
        sys.exit(f"sbom: {package} {distribution(package).version} is installed, not {version}")
    classified = [line.split(" :: ")[-1] for line in stated.get_all("Classifier") or []
                  if line.startswith("License :: OSI Approved ::")]  # fmt: skip
    words = stated.get("License-Expression") or stated.get("License") or " or ".join(classified)
    if words:
        component.licenses.add(LicenseFactory().make_from_string(words.splitlines()[0]))
    return component


def is_here(package: str) -> bool:
    """Whether a package is installed; one for another platform is not."""
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


def asked_for(package: str, extras: set[str]) -> list[Requirement]:
    """Return what a distribution with these extras asks for, on any platform."""
    found: list[Requirement] = []
    if not is_here(package):
        return found
    for text in distribution(package).requires or []:
        requirement = Requirement(text)
        of_extras = set(re.findall(r'extra == "([^"]+)"', str(requirement.marker or "")))
        if not of_extras or of_extras & extras:
            found.append(requirement)
    return found


def graph(packages: list[str]) -> dict[str, list[str]]:
    """Return package → the others that it asks for; ours with all their extras."""
    extras = {name: set(distribution(name).metadata.get_all("Provides-Extra") or [])
              for name in packages if name.startswith("beilin")}  # fmt: skip
    asked: dict[str, list[str]] = {}
    new = list(extras)
    while new:
        package = new.pop()
        asked[package] = []
        for requirement in asked_for(package, extras.get(package, set())):
            name = str(canonicalize_name(requirement.name))
            if name not in packages:
                continue
            asked[package].append(name)
            if name not in asked or not requirement.extras <= extras.get(name, set()):
                extras.setdefault(name, set()).update(requirement.extras)
                new.append(name)
    return asked


def bill(name: str, sums: dict[str, str], epoch: int) -> Bom:
    """Return the bill of materials for one lock file; ``sums`` are those of our wheels."""
    components = {each.name: each for each in locked(name)}
    for package in OURS[name]:
        version = distribution(package).version
        ours = _component(package, version, ComponentType.APPLICATION)
        wheel = f"{package.replace('-', '_')}-{version}-py3-none-any.whl"
        ours.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=sums[wheel]))
        components[package] = ours
    root = components.pop(OURS[name][0])
    bom = Bom(components=components.values())
    bom.metadata.component = root
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
    everything = {each.name: each for each in (root, *components.values())}
    for name_, others in graph(list(everything)).items():
        bom.register_dependency(everything[name_], [everything[other] for other in others])
    # The serial number names the content: two different bills never bear the same.
    bom.serial_number = uuid.UUID(int=0)
    content = JsonV1Dot6(bom).output_as_string()
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, content)
    return bom


def main() -> None:
    out = Path(sys.argv[1])
    lines = (out / "SHA256SUMS").read_text(encoding="utf-8").split("\n")
    sums = {line[66:]: line[:64] for line in lines if line}
    for name in OURS:
        bom = bill(name, sums, commit_time(ROOT))
        place = out / f"{OURS[name][0]}.cdx.json"
        place.write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n", encoding="utf-8")
        print(f"{place}: {len(bom.components)} components")


if __name__ == "__main__":
    main()
