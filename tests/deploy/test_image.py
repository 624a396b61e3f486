"""The Dockerfile's rules, each with a line that would break it."""

from __future__ import annotations

import re

import pytest

from tests.project import read
from tests.supply.test_wheels import tool

SECRET = re.compile(r"(?i)secret|passw|token|credential|private|api_?key")


def complaints(text: str) -> list[str]:
    """Return what is wrong with a Dockerfile, and nothing where it keeps the rules."""
    steps = tool("dockerfile_steps").read_instructions(text)
    last = max(number for number, (word, _) in enumerate(steps) if word == "FROM")
    final = steps[last + 1 :]
    found = []
    for word, rest in steps:
        if word == "FROM" and not rest.startswith("${BASE}"):
            found.append("a base that whoever builds cannot pin")
        if word == "ADD":
            found.append("ADD fetches and unpacks")
        if word in {"ENV", "ARG"} and SECRET.search(rest):
            found.append("a secret would stay in the image's history")
        if word == "COPY" and re.search(r"(?:^|\s)\.(?:\s|$)", rest.rsplit(" ", 1)[0]):
            found.append("the whole context")
        if word == "RUN" and re.search(r"\b(?:curl|wget|apt|apt-get|apk|chmod 777|sudo)\b", rest):
            found.append("a step that takes what is not locked")
        installs = re.findall(r"\bpip\b[^&]* install\b[^&]*", rest) if word == "RUN" else []
        if any(not re.search(r"--require-hashes|--no-index", part) for part in installs):
            found.append("a package without its hash")
        if word in {"ENTRYPOINT", "CMD"} and not rest.startswith("["):
            found.append("a shell stands between")
    users = [rest for word, rest in final if word == "USER"]
    if not users or not re.fullmatch(r"[1-9][0-9]{3,}:[1-9][0-9]{3,}", users[-1]):
        found.append("no fixed number for the user")
    words = [word for word, _ in final]
    if "RUN" in words:
        found.append("the last stage only copies")
    if "USER" in words and "COPY" in words[words.index("USER") :]:
        found.append("the program would belong to the user that runs it")
    owned = [rest for word, rest in final if word == "COPY" and "--chown" in rest]
    if [rest.split()[-1] for rest in owned] != ["/data"]:
        found.append("more than the data belongs to the user, or less")
    return found


def test_the_dockerfile_keeps_the_rules() -> None:
    assert complaints(read("Dockerfile")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FROM ${BASE}\n", "FROM python:latest\n"),
        ("COPY verifier verifier", "ADD verifier verifier"),
        ("ENV PREFIX=", "ENV API_KEY=x PREFIX="),
        ("COPY app app", "COPY . ."),
        ("--quiet --require-hashes -r requirements/server.txt", "-r requirements/server.txt"),
        ('RUN python3 -m venv "$BUILD"', 'RUN apt-get install x && python3 -m venv "$BUILD"'),
        ('CMD ["serve", ', "CMD serve #"),
        ("USER 10001:10001", "USER beilin"),
        ("USER 10001:10001", "USER 0:0"),
        ("USER 10001:10001\n", ""),
        ("USER 10001:10001\n", "USER 10001:10001\nRUN true\n"),
        ("USER 10001:10001\n", "USER 10001:10001\nCOPY x y\n"),
        (
            "COPY --from=build /usr/local/beilin",
            "COPY --from=build --chown=10001 /usr/local/beilin",
        ),
    ],
)
def test_control_each_rule_is_one(old: str, new: str) -> None:
    text = read("Dockerfile")
    assert old in text
    assert complaints(text.replace(old, new)) != []


def test_nothing_gets_into_the_context_by_lying_in_the_folder() -> None:
    lines = [line for line in read(".dockerignore").splitlines() if line[:1] not in ("", "#")]
    assert lines[0] == "*"
    packed = {*tool("wheels").PACKED, "requirements/build.txt", "requirements/server.txt"}
    assert {line[1:] for line in lines if line.startswith("!")} == packed
