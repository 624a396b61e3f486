"""The document says what the routes are, and the routes are what the document says."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from app.server import openapi
from app.server.documented.shapes import SCHEMAS
from app.server.main import make_app
from app.server.problem_kinds import KINDS
from app.server.problems import TYPE_PREFIX
from app.server.routes.batches import BatchOut
from app.server.routes.entries import EntryOut
from app.server.schemas import BatchIn, DigestIn, EntryIn
from app.server.settings import Settings
from tests.app.server.conftest import Running

PUBLIC = {
    "/checkpoint", "/checkpoint.pending", "/tile/{path}", "/v1/declaration",
    "/v1/declarations/{digest}", "/livez", "/readyz", "/metrics", "/openapi.json",
}  # fmt: skip


def route_table() -> dict[str, set[str]]:
    app = make_app(SimpleNamespace(data=Path("/")), Settings())  # type: ignore[arg-type]
    table: dict[str, set[str]] = {}
    for route in app.router.routes:
        path = route.path.replace(":path}", "}")  # type: ignore[attr-defined]
        table.setdefault(path, set()).update(m.lower() for m in route.methods)  # type: ignore[attr-defined]
    return table


def test_the_route_table_is_the_document() -> None:
    assert route_table() == {path: set(item) for path, item in openapi.DOCUMENT["paths"].items()}


def test_control_a_route_without_a_row_is_found() -> None:
    table = route_table() | {"/v1/new": {"get"}}
    assert table != {path: set(item) for path, item in openapi.DOCUMENT["paths"].items()}


def test_the_committed_file_is_the_document() -> None:
    committed = Path(openapi.__file__).with_name("openapi.json").read_bytes()
    assert committed == openapi.DOCUMENT_BYTES, "run: python -m app.server.openapi"


def test_it_is_served(service: Running) -> None:
    answer = service.anyone.get("/openapi.json")
    assert answer.content == openapi.DOCUMENT_BYTES
    assert answer.headers["content-type"] == "application/json"


def test_schemas_are_the_records_that_are_read_and_written() -> None:
    for kind in (DigestIn, EntryIn, BatchIn, EntryOut, BatchOut):
        schema = SCHEMAS[kind.__name__]
        names = {field.name: field.required for field in msgspec.structs.fields(kind)}
        assert set(schema["properties"]) == set(names)
        assert set(schema["required"]) == {name for name, required in names.items() if required}
        assert schema["additionalProperties"] is False


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in openapi.DOCUMENT["paths"].items()
        for method, operation in item.items()
    ]


def test_every_operation_is_complete() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    for path, method, operation in operations():
        assert operation["summary"], path
        assert ("security" in operation and bool(operation["security"])) == (path not in PUBLIC)
        assert "500" in operation["responses"]
        if path not in PUBLIC:
            assert {"400", "401", "405"} <= set(operation["responses"])
        if method == "post":
            assert {"200", "201", "409", "413", "415", "422", "503", "507"} <= set(
                operation["responses"]
            )


def test_every_reference_resolves_and_every_problem_is_somewhere() -> None:
    text = json.dumps(openapi.DOCUMENT)
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.split('"')[0] in SCHEMAS
    for code in KINDS:
        assert code in text
    assert f"^{TYPE_PREFIX}" in text


def test_every_route_refuses_a_key_that_is_none(service: Running) -> None:
    # Drawn from the document, so that a new route cannot be forgotten here.
    for path, method, _ in operations():
        address = path.format(index=0, id="A" * 22 + "==", path="0/000", digest="A" * 43 + "=")
        answer = service.anyone.request(method, address, headers={"Authorization": "Bearer x"})
        assert (answer.status_code == 401) == (path not in PUBLIC), path
