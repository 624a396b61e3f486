"""The OpenAPI document as a text for people: valid, in two languages, and its examples are true."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from app.server.documented.examples import REAL
from app.server.openapi import DOCUMENT
from tests.verifier.report.denylist import forbidden_words

BINARY = "application/octet-stream"
"""A body of bytes has no example: JSON cannot hold one."""


def plain(document: Any) -> Any:
    """Return the document as whoever fetches it reads it, which may be changed."""
    return json.loads(json.dumps(document))


def resolved(document: Any, node: Any) -> Any:
    """Follow one reference."""
    if "$ref" not in node:
        return node
    for part in node["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document


# --------------------------------------------------------------------------- what there is


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def bodies(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (place, media type, media type object) of each request and answer."""
    for place, operation in operations(document):
        parts = {**operation["responses"], "body": operation.get("requestBody", {})}
        for name, part in parts.items():
            for media, content in part.get("content", {}).items():
                yield f"{place} {name}", media, content


def schemas(place: str, schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield a schema and what is in it, down to references; not the parts of `anyOf`."""
    if "$ref" in schema:
        return
    yield place, schema
    for name, inner in schema.get("properties", {}).items():
        yield from schemas(f"{place}.{name}", inner)
    if "items" in schema:
        yield from schemas(f"{place}[]", schema["items"])


def described(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield everything that must have a description."""
    yield "info", document["info"]
    for tag in document["tags"]:
        yield f"tag {tag['name']}", tag
    for name, header in document["components"]["headers"].items():
        yield f"header {name}", header
    for name, scheme in document["components"]["securitySchemes"].items():
        yield f"security {name}", scheme
    for name, schema in document["components"]["schemas"].items():
        yield from schemas(name, schema)
    for place, operation in operations(document):
        yield place, operation
        yield f"{place} summary", {"description": operation.get("summary", "")}
        for parameter in operation["parameters"]:
            yield f"{place} {parameter['name']}", parameter
        if "requestBody" in operation:
            yield f"{place} body", operation["requestBody"]
        for status, response in operation["responses"].items():
            yield f"{place} {status}", response
            for name, link in response.get("links", {}).items():
                yield f"{place} {status} {name}", link
    for place, _, content in bodies(document):
        yield from schemas(place, content["schema"])


def undescribed(document: Any) -> list[str]:
    """Return what lacks a description in one of the two languages."""
    return [
        place
        for place, node in described(document)
        if not re.search(r"[一-鿿]", node.get("description", ""))
        or not re.search(r"[A-Za-z]{3}", node.get("description", ""))
    ]


def without_example(document: Any) -> list[str]:
    """Return what lacks an example."""
    missing = [
        place for place, media, content in bodies(document)
        if media != BINARY and not content.get("examples")
    ]  # fmt: skip
    for name, schema in document["components"]["schemas"].items():
        missing += [place for place, node in schemas(name, schema) if not node.get("examples")]
    for place, operation in operations(document):
        missing += [f"{place} {parameter['name']}" for parameter in operation["parameters"]
                    if "example" not in parameter]  # fmt: skip
    return missing + [name for name, header in document["components"]["headers"].items()
                      if "example" not in header]  # fmt: skip


def wrong_examples(document: Any) -> list[str]:
    """Return each example that its own schema refuses, and how many there were, at the end."""
    registry: Registry[Any] = Registry().with_resource("urn:document", Resource.opaque(document))
    found: list[str] = []
    count = 0

    def hold(place: str, schema: Any, value: Any) -> None:
        nonlocal count
        count += 1
        absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
        check = jsonschema.Draft202012Validator(absolute, registry=registry)
        found.extend(f"{place}: {error.message[:80]}" for error in check.iter_errors(value))

    for place, _, content in bodies(document):
        for name, example in content.get("examples", {}).items():
            hold(f"{place} {name}", content["schema"], resolved(document, example)["value"])
    for name, schema in document["components"]["schemas"].items():
        for place, node in schemas(name, schema):
            for value in node.get("examples", []):
                hold(place, node, value)
    for place, operation in operations(document):
        for parameter in operation["parameters"]:
            hold(f"{place} {parameter['name']}", parameter["schema"], parameter["example"])
    for name, header in document["components"]["headers"].items():
        hold(name, header["schema"], header["example"])
    assert count > 300, "control: they were looked at"
    return found


# --------------------------------------------------------------------------- the tests


def test_it_is_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(plain(DOCUMENT)).validate()
    ways: tuple[tuple[Any, ...], ...] = (
        ("paths", "/livez", "head", "operationId", "livez"),
        ("info", "title", None),
        ("paths", "/tile/{path}", "get", "parameters", []),
    )
    for way in ways:
        broken = plain(DOCUMENT)
        _change(*way)(broken)
        assert list(OpenAPIV31SpecValidator(broken).iter_errors()), f"control: {way}"


def test_everything_is_described_in_both_languages() -> None:
    assert undescribed(plain(DOCUMENT)) == []


def test_everything_has_an_example() -> None:
    assert without_example(plain(DOCUMENT)) == []


def test_every_example_is_what_its_schema_allows() -> None:
    assert wrong_examples(plain(DOCUMENT)) == []


def test_it_draws_no_legal_conclusion() -> None:
    assert forbidden_words(json.dumps(DOCUMENT, ensure_ascii=False)) == []


def _change(*path: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        *way, last, value = path
        for part in way:
            document = document[part]
        if value is None:
            del document[last]
        else:
            document[last] = value

    return change


POST = ("paths", "/v1/entries", "post")
ENTRY = ("components", "schemas", "EntryIn", "properties")
PROBLEM = ("components", "examples", "problem-frozen", "value")


@pytest.mark.parametrize(
    ("find", "change"),
    [
        (undescribed, _change(*POST, "description", "Only English.")),
        (undescribed, _change(*POST, "summary", "只有中文")),
        (undescribed, _change(*POST, "parameters", 0, "description", None)),
        (undescribed, _change(*POST, "responses", "201", "description", "x")),
        (undescribed, _change(*ENTRY, "what", "description", None)),
        (without_example, _change(*ENTRY, "what", "examples", None)),
        (without_example, _change(*POST, "parameters", 0, "example", None)),
        (without_example,
         _change(*POST, "responses", "409", "content", "application/problem+json", "examples", None)),
        (wrong_examples, _change(*PROBLEM, "code", "no-such-code")),
        (wrong_examples, _change(*ENTRY, "dossier", "examples", ["AAAAAAAAAAAAAAAAAAAAAB=="])),
        (wrong_examples, _change(*POST, "parameters", 0, "example", "short")),
    ],
)  # fmt: skip
def test_control_a_gap_is_found(
    find: Callable[[Any], list[str]], change: Callable[[Any], None]
) -> None:
    document = copy.deepcopy(plain(DOCUMENT))
    change(document)
    assert len(find(document)) >= 1


def test_the_receipt_that_is_shown_verifies(tmp_path: Path) -> None:
    for name, text in (("policy", REAL["policy"]), ("receipt", REAL["receipt"]),
                       ("file", "Lease of 1 March 2026\n")):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "verifier.cli", "receipt", "--file", "file", "--policy", "policy"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
