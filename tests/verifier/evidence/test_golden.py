"""The formats are for ever: golden files, the generator, and SPEC's examples agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.vectors import generate

ROOT = Path(__file__).parents[3]
SPEC = (ROOT / "verifier" / "SPEC.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- example: (\S+) -->\n```\n(.*?)```\n", SPEC, re.DOTALL)


@pytest.mark.parametrize("name", sorted(generate.files()))
def test_the_generator_still_makes_the_golden_bytes(name: str) -> None:
    assert (generate.HERE / name).read_bytes() == generate.files()[name]


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in generate.HERE.iterdir()} == set(generate.files())


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_examples_in_the_specification_are_the_golden_files(name: str, text: str) -> None:
    assert text == (generate.HERE / name).read_text(encoding="utf-8")


def test_the_specification_has_an_example_of_every_text() -> None:
    assert {name for name, _ in EXAMPLES} >= {
        "submission.txt", "statement.txt", "entry.txt", "entry-anchor.txt", "receipt.txt",
        "manifest.txt", "opening.txt", "messages.txt", "segments-whatsapp.txt", "seeds.txt",
        "policy.txt", "freeze.txt", "handover.txt", "misconduct.txt", "dossier.txt",
    }  # fmt: skip
