"""The interview: one question after another, in the order in which the work is best done.

After every answer the record is on disk, so that a person can stop anywhere and
go on another day with the same command. An empty answer leaves a question out
for now; an answer that is not known needs a reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from verifier.evidence.provenance.fields import MATERIALS, STEP_LABELS, Field, in_flow
from verifier.evidence.provenance.problems import sentence
from verifier.evidence.provenance.record import Problem, Record, RecordError, parse_record
from verifier.evidence.provenance.writing import to_toml
from verifier.report.escape import show

from ..durable import replace, writing
from .annex import Secrets
from .attached import Attached
from .choices import Choices
from .hashing import Hashed, role_of
from .literals import quoted
from .parts import LeftOut, Parts
from .talk import Stopped, Talk
from .words import Words

_UNKNOWN: Final = re.compile(
    r"(?:未知|不知道|unknown)(?:[\s:：,，]+(.*))?", re.IGNORECASE | re.DOTALL
)
_NOT_APPLICABLE: Final = re.compile(
    r"(?:不适用|not applicable|n/a)(?:[\s:：,，]+(.*))?", re.IGNORECASE | re.DOTALL
)
_STOP: Final = frozenset({"停", "stop", "quit"})
_HELP: Final = frozenset({"?", "？"})
_MADE: Final = frozenset({"decl.schema_version"})
"""Answered by the program: a person has no choice there."""
_SIGNATURE: Final = "decl.signature"
_BY_HAND: Final = frozenset({_SIGNATURE})
"""Not asked: nobody can type a signature."""
COURT: Final = "court"
"""The step that can wait for the hearing."""


class Interview:
    """Fills in one record."""

    def __init__(self, path: Path, record: Record | None, talk: Talk, words: Words) -> None:
        self._path = path
        self._values: dict[str, Any] = {} if record is None else dict(record.values)
        if self._values.pop(_SIGNATURE, None) is not None:
            talk.tell(words.unsigned())  # it is over bytes that are about to be written anew
        self._talk = talk
        self._words = words
        self._secrets = Secrets(path)
        self._attached = Attached(path)
        self.choices = Choices(path)
        self._field: Field | None = None
        self._parts = Parts(self._line, talk.tell, words, self._commit, self._check_part)

    @property
    def values(self) -> dict[str, Any]:
        """Return what is answered so far."""
        return self._values

    @property
    def attach(self) -> list[tuple[str, Path]]:
        """Return the files that answers name, of this time and of times before, with their roles."""
        return self._attached.pairs

    def run(self, material: str, *, only_core: bool = False) -> bool:
        """Ask everything that is still open; return False if the person stopped before the end."""
        every = [each for each in in_flow(material) if each.id not in _BY_HAND]
        step = ""
        try:
            for number, field in enumerate(every, 1):
                if field.id in self._values or (only_core and field.level != "core"):
                    continue
                if field.step != step:
                    step = field.step
                    self._talk.tell(self._words.step(STEP_LABELS[step]))
                    if step == COURT and not self._words.agree(self._line, self._talk.tell):
                        return True
                self._ask(field, number, len(every))
        except Stopped:
            return False
        return True

    def is_open(self, material: str, *, only_core: bool) -> bool:
        """Whether there is a question of these that has no answer yet and need not wait."""
        return any(
            field.id not in self._values
            and field.id not in _BY_HAND | _MADE
            and field.step != COURT
            and not (only_core and field.level != "core")
            for field in in_flow(material)
        )

    def choose_material(self) -> str:
        """Ask for the kind of material; raises Stopped."""
        return MATERIALS[self._words.choose(self._talk.tell, self._line)]

    def choose_core(self) -> bool:
        """Ask whether only the core questions shall be asked; raises Stopped."""
        return self._words.choose_core(self._talk.tell, self._line)

    # -- one question

    def _ask(self, field: Field, number: int, count: int) -> None:
        if field.id in _MADE:
            self._keep(field, quoted(next(iter(field.type.words))), ())
            return
        self._field = field
        self._talk.tell(self._words.question(field, number, count))
        while True:
            self._parts.begin()
            try:
                text = self._answer(field)
            except LeftOut:
                return
            except Stopped:
                # What was answered of a list or an object so far is not thrown away.
                begun = self._parts.so_far(field.type)
                if begun and self._keep(field, begun, self._parts.found, quiet=True):
                    self._talk.tell(self._words.begun())
                raise
            if self._keep(field, text, self._parts.found):
                return

    def _keep(
        self, field: Field, text: str, found: Sequence[Hashed], *, quiet: bool = False
    ) -> bool:
        """Take an answer if the record's own reader takes it; else say what is wrong."""
        try:
            values = _read(field, text)
            record = parse_record(to_toml({**self._values, **values}))  # beside the others
        except RecordError as error:
            if not quiet:
                for problem in error.problems:
                    self._talk.tell(f"  {self._describe(problem)}")
            return False
        except UnicodeEncodeError:  # bytes from the terminal that are no text
            self._talk.tell(self._words.no_text())
            return False
        self._values = dict(record.values)
        with writing(self._path):
            replace(self._path, to_toml(self._values))
        self.choices.keep()
        role = role_of(field.id)
        if role is not None:
            self._attached.add(role, [each.path for each in found])
        return True

    def _describe(self, problem: Problem) -> str:
        values = {name: show(value) for name, value in problem.values.items()}
        return sentence(problem.code, self._words.lang, values)

    def _check_part(self, name: str, text: str) -> bool:
        """Say what is wrong with one part of an object before the others are asked for."""
        assert self._field is not None
        kind = self._field.type
        text = f"{{ {name} = {text} }}"
        try:
            _read(self._field, f"[{text}]" if kind.kind == "list" else text)
        except RecordError as error:
            within = (name, f"1.{name}")
            wrong = [
                each
                for each in error.problems
                if str(each.values.get("within", "")).startswith(within)
                and not each.code.startswith("missing")
            ]
            for problem in wrong:
                self._talk.tell(f"  {self._describe(problem)}")
            return not wrong
        except UnicodeEncodeError:
            self._talk.tell(self._words.no_text())
            return False
        return True

    def _commit(self, member: str, value: str) -> str:
        assert self._field is not None
        return self._secrets.commit(self._field.id, member, value)

    def _line(self, prompt: str) -> str:
        text = self._talk.read(prompt)
        if text is None or text.strip().casefold() in _STOP:
            raise Stopped
        return text.strip()

    def _answer(self, field: Field) -> str:
        """Return the TOML spelling of an answer; raises LeftOut or Stopped."""
        prompt = self._words.begin(field.type)
        while True:
            text = self._line(prompt)
            if text in _HELP:
                self._talk.tell(self._words.help(field))
                continue
            special = self._special(field, text)
            if special is not None:
                return special
            answer = self._parts.answer(field.type, text)
            if answer is not None:
                return answer

    def _special(self, field: Field, text: str) -> str | None:
        for pattern, word in ((_UNKNOWN, "unknown"), (_NOT_APPLICABLE, "not_applicable")):
            match = pattern.fullmatch(text)
            if match:
                if len(field.type.members) > 1 and not self._words.whole(
                    self._line, self._talk.tell
                ):
                    return None  # that part alone: asked again, and may be left empty
                reason = (match[1] or "").strip()
                while not reason:
                    reason = self._line(self._words.reason())
                return f"{{ {word} = {quoted(reason)} }}"
        return None


def _read(field: Field, text: str) -> dict[str, Any]:
    alone = f'format = "beilin/provenance/v1"\n{field.id} = {text}\n'
    return dict(parse_record(alone.encode()).values)
