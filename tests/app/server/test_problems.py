"""The table of problems: complete, in two languages, and it never echoes what it was given."""

from __future__ import annotations

import errno
import inspect
import json

import pytest

from app.server.problem_kinds import KINDS
from app.server.problems import Problem, problem_of, problem_of_status
from app.server.strict_json import JSONError, ShapeError
from ledger import errors as ledger
from tests.app.server.harness import check_problem_bytes
from verifier import errors as verifier

CAUSES: dict[str, list[Exception]] = {
    "internal": [RuntimeError("x"), ledger.LedgerError("x"), ledger.Config("x"), KeyError("x"),
                 OSError(errno.EIO, "x"), ledger.AlreadyExists("x")],
    "bad-json": [JSONError("x")],
    "bad-shape": [ShapeError("x")],
    "bad-value": [verifier.Malformed("x"), verifier.NewerFormat("x"), ledger.Unacceptable("x"),
                  verifier.VerifierError("x")],
    "signature-refused": [verifier.SignatureFailure("x"), verifier.BindingFailure("x")],
    "erased": [ledger.Erased("x")],
    "not-yet-published": [ledger.NotPublished("x")],
    "not-found": [ledger.NotFound("x")],
    "key-reused": [ledger.KeyReused("x")],
    "digest-known": [ledger.DigestKnown(7)],
    "in-progress": [ledger.InProgress("x")],
    "overloaded": [ledger.Overloaded("x")],
    "frozen": [ledger.Frozen("x")],
    "disk-full": [ledger.NoSpace("x"), OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x")],
    "writing-stopped": [ledger.Unavailable("x"), ledger.Conflict("x"), ledger.Corruption("x"),
                        ledger.Behind("x"), ledger.Fatal("x")],
}  # fmt: skip


@pytest.mark.parametrize("code", CAUSES)
def test_exceptions_and_their_problems(code: str) -> None:
    for error in CAUSES[code]:
        assert problem_of(error).code == code, error


def test_every_error_of_the_ledger_has_a_row() -> None:
    kinds = {kind for _, kind in inspect.getmembers(ledger, inspect.isclass)
             if issubclass(kind, ledger.LedgerError)}  # fmt: skip
    seen = {type(error) for errors in CAUSES.values() for error in errors}
    assert kinds - seen <= {
        ledger.Refused,
        ledger.Held,
        ledger.OnHold,
        ledger.Given,
        ledger.Stateless,
    }


@pytest.mark.parametrize("code", KINDS)
def test_the_shape_of_each(code: str) -> None:
    kind = KINDS[code]
    document = check_problem_bytes(Problem(code, "detail", index="7").body("0" * 32))
    assert document["status"] == kind.status
    assert document["detail"] == "detail"
    assert any("\u4e00" <= c <= "\u9fff" for c in kind.title_zh)
    assert any("\u4e00" <= c <= "\u9fff" for c in kind.action_zh)
    assert kind.title.isascii()
    assert kind.retryable == (kind.status >= 500 or kind.status in (408, 429)
                              or code in ("in-progress", "not-yet-published"))  # fmt: skip
    headers = dict(Problem(code).all_headers(1))
    assert (b"retry-after" in headers) == (
        kind.retryable and code not in ("internal", "request-timeout")
    )


def test_internal_details_stay_inside() -> None:
    for error in (RuntimeError("SECRET"), ledger.Conflict("SECRET"), ledger.Unavailable("SECRET"),
                  OSError(5, "SECRET"), ledger.NotFound("SECRET")):  # fmt: skip
        assert b"SECRET" not in problem_of(error).body("0" * 32)


def test_known_digests_name_their_index() -> None:
    problem = problem_of(ledger.DigestKnown(57))
    document = json.loads(problem.body("0" * 32))
    assert document["index"] == "57"
    assert (b"location", b"/v1/entries/57/receipt") in problem.all_headers(1)


def test_statuses_of_the_router() -> None:
    for status, code in ((404, "not-found"), (405, "method-not-allowed"), (413, "body-too-large"),
                         (400, "bad-request"), (418, "bad-request"), (501, "internal")):  # fmt: skip
        assert problem_of_status(status).code == code
