"""The form of a platform declaration: what is asked, an example of each, what is wrong, what is empty.

    format = "beilin/declaration/v1"
    [plat]
    operator = { name = "…", uscc = "…", address = "…" }
    icp = { not_applicable = "…" }

The operator fills it in; ``verifier.evidence.declaration`` has the form that is
signed. Fields, types, the lines to fill in and the reader of forms are those of
the provenance record: no line of the blank form is a value once its mark is
taken away, and an example that was copied is refused too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from verifier.errors import Malformed
from verifier.evidence.declaration import PLATFORM
from verifier.evidence.declared_values import to_line
from verifier.evidence.provenance.blank import lines_to_fill_in
from verifier.evidence.provenance.fields import Field, Type
from verifier.evidence.provenance.problems import describe
from verifier.evidence.provenance.reading import Form, read_form
from verifier.evidence.provenance.record import NotApplicable, Span, Unknown
from verifier.evidence.provenance.spelling import spell
from verifier.law.rules import PROVISIONS, ROWS, source_of

KIND: Final = "declaration"
_ARTICLE: Final = "OLR-17"
_FUTURE_SECONDS: Final = 86_400
"""A date is a whole day in no time zone: what is later than this is in the future everywhere."""

_LEVELS: Final = {
    "core": ("核心", "core"), "recommended": ("建议", "recommended"), "optional": ("可选", "optional"),
}  # fmt: skip
_KINDS: Final = {
    "string": ("一行文字", "one line of text"), "text": ("文字", "text"), "int": ("整数", "whole number"),
    "bool": ("true 或 false", "true or false"), "date": ("日期", "date"),
    "digest": ("SHA-256，64个小写十六进制字符", "SHA-256, 64 lower-case hexadecimal digits"),
    "enum": ("以下之一", "one of"), "list": ("列表", "list"), "object": ("一组", "group"),
}  # fmt: skip
_HEAD: Final = (
    (
        "平台声明：日志 {origin} 的运营者对存证平台情况的说明",
        "",
        "怎样填写：",
        "  · 以“#”紧接名称的行是可以填写的项目。删去行首的“#”，把“请填写”“请选填”换成实际情况；忘了换的，发布时会逐行指出。",
        "  · 一组内容每行填一部分，用不到的部分留着“#”；写在花括号内的，用不到的部分删去。多项写成 [{ … }, { … }]。",
        "  · 文字放在英文直引号内；日期和数字不加引号，连同“请填写”的引号一起换掉。没有的列表写 []。",
        "  · 以“# ”开头的行是说明，其中的例子只示写法，不能照抄。没有填写的项目，发布时逐项列出。",
        '  · 不知道的：plat.项目 = { unknown = "原因" }；不适用的：plat.项目 = { not_applicable = "原因" }。',
        "  · 填好后发布：beilin declaration publish --data DIR 本文件。发布后不能修改，只能再发布一份取代它。",
        "  · 声明由服务密钥签名，任何人可以读取；此后每份回执都记有它的摘要。内容未经核实，由运营者负责。",
    ),
    (
        "Platform declaration: what the operator of log {origin} says of the platform",
        "",
        "How to fill it in:",
        '  - A line with # and a name right after it is a field. Remove the # and replace "fill in" or "choose one" by what is so; publishing names every line where that was forgotten.',
        "  - A group has one line for each of its parts; keep the # before those you do not need, and remove them within braces. Several are [{ … }, { … }].",
        '  - Text stands in straight quotes; dates and numbers do not: replace the quotes of "fill in" as well. A list without items is [].',
        "  - A line with # and a space is an explanation; the examples in it show the spelling and cannot be copied. What is left out is listed when you publish.",
        '  - Not known: plat.FIELD = { unknown = "reason" }. Does not apply: plat.FIELD = { not_applicable = "reason" }.',
        "  - Then: beilin declaration publish --data DIR THIS-FILE. Once published it is never changed; another one may replace it.",
        "  - It is signed with the service key, anyone can read it, and every receipt from then on holds its digest. Nobody verifies what it says; the operator answers for it.",
    ),
)  # fmt: skip


def pick(lang: str, zh: str, en: str) -> str:
    """Return the one of the two sentences that is wanted."""
    return zh if lang == "zh" else en


# -- the blank form


def blank_form(origin: str, lang: str) -> bytes:
    """Return the form with every field as a comment; read as it is, it gives no values."""
    article = PROVISIONS[_ARTICLE]
    lines = ['format = "beilin/declaration/v1"', ""]
    lines += [f"# {text.replace('{origin}', origin)}".rstrip() for text in pick_head(lang)]
    lines += ["#", f"# {source_of(_ARTICLE, lang)}{pick(lang, '：', ':')}"]
    quoted = f"「{article.zh}」".split("\n")
    lines += [f"#   {line}" for line in quoted]
    if lang == "en":
        lines += ["#   (working translation; the Chinese text governs)"]
        lines += [f"#   {line}" for line in article.en.split("\n")]
    for field in PLATFORM.values():
        lines += ["", *_entry(field, lang)]
    return "".join(f"{line}\n" for line in lines).encode()


def pick_head(lang: str) -> tuple[str, ...]:
    """Return the lines that stand at the top of the form."""
    return _HEAD[0 if lang == "zh" else 1]


def _entry(field: Field, lang: str) -> Iterator[str]:
    note = pick(lang, field.note_zh, field.note_en)
    yield f"# {field.id} {title(field, lang)}"
    yield f"#   {note}"
    yield f"#   {pick(lang, '所涉要素', 'factors concerned')}{pick(lang, '：', ': ')}{factors(field, lang)}"
    for line in _details(field.type, lang):
        yield f"#   {line}"
    example = spell(field.type, _example(lang)[field.id], inline=True)
    yield f"#   {pick(lang, '例（只示写法）：', 'Example, of the spelling only: ')}{example}"
    yield from (f"#{line}" for line in lines_to_fill_in(field, lang))


def title(field: Field, lang: str) -> str:
    """Return a field's name and level."""
    zh, en = _LEVELS[field.level]
    return pick(lang, f"{field.zh}（{zh}）", f"{field.en} ({en})")


def factors(field: Field, lang: str) -> str:
    """Return the factors of Article 17 that rest on a field; where there are none, what else does."""
    rows = [ROWS[row] for row in field.rows]
    asked = [row for row in rows if _ARTICLE in row.basis] or rows[:1]
    found = []
    for row in asked:
        basis = _ARTICLE if _ARTICLE in row.basis else row.basis[0]
        article = PROVISIONS[basis]
        found.append(
            pick(lang, f"{article.article}{row.element_zh}", f"Article {article.article_no} {row.element_en}")
        )  # fmt: skip
    return pick(lang, "；", "; ").join(found)


def _details(kind: Type, lang: str) -> Iterator[str]:
    """Say what a group or the items of a list hold, and which words may be chosen."""
    if kind.item is not None:
        yield from _details(kind.item, lang)
    if kind.kind == "enum":
        for word, label in kind.words.items():
            yield f'"{word}" {pick(lang, label.zh, label.en)}'
    for member in kind.members:
        about = pick(lang, *_KINDS[member.type.kind])
        needed = "" if member.optional else pick(lang, "，必填", ", required")
        yield pick(lang, f"{member.name}：{member.zh}（{about}{needed}）",
                   f"{member.name}: {member.en} ({about}{needed})")  # fmt: skip
        yield from (f"  {line}" for line in _details(member.type, lang))


@cache
def _example(lang: str) -> Mapping[str, Any]:
    name = f"declaration_example.{lang}.toml"
    form = read_form(files(__package__).joinpath(name).read_bytes(), KIND, {"operator"})
    assert not form.problems
    return form.values


# -- a form that was filled in


def read(data: bytes, now: int, lang: str) -> tuple[Mapping[str, Any], list[str]]:
    """Return the values, and a line for each thing that is wrong. Raises NewerFormat."""
    form = read_form(data, KIND, {"operator"})
    wrong = [(problem.line, describe(problem, lang)) for problem in form.problems]
    wrong += _unfit(form, now, lang)
    if not form.values and not wrong:
        wrong.append((1, pick(lang, "一项也没有填写。", "nothing is filled in.")))
    return form.values, [line for _, line in sorted(wrong, key=lambda each: each[0])]


def _unfit(form: Form, now: int, lang: str) -> Iterator[tuple[int, str]]:
    for id_, value in form.values.items():
        line = form.lines[id_]
        where = pick(lang, f"第 {line} 行 {id_}：", f"line {line} {id_}: ")
        try:
            to_line(PLATFORM[id_], value)
        except Malformed:
            yield line, where + pick(
                lang, "文字过长（一项最多 16,384 字节），或含有控制字符。请改短或删去。",
                "too long (a field has at most 16,384 bytes), or with a control character; "
                "shorten it or remove that.",
            )  # fmt: skip
        if _is_copied(id_, value):
            yield line, where + pick(
                lang, "照抄了表格中的例子。请改成实际情况，或删去本项。",
                "this copies the form's example. Change it to what is so, or remove the field.",
            )  # fmt: skip
        if any(span.first.seconds > now + _FUTURE_SECONDS for span in _dates(value)):
            yield (
                line,
                where
                + pick(
                    lang, "所写日期在今天之后。请核对。", "a date that is yet to come; check it."
                ),
            )


def _is_copied(id_: str, value: Any) -> bool:
    """Return whether a value, or an item of a list, is the form's own example in either language."""
    for lang in ("zh", "en"):
        example = _example(lang)[id_]
        if value == example:
            return True
        if isinstance(value, list) and any(item in example for item in value):
            return True
    return False


def _dates(value: Any) -> Iterator[Span]:
    if isinstance(value, Span):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _dates(part)
    elif isinstance(value, list):
        for part in value:
            yield from _dates(part)


def still_open(
    values: Mapping[str, Any],
) -> tuple[list[Field], list[tuple[Field, Unknown | NotApplicable]]]:
    """Return the fields that are empty, and those with a reason instead of an answer."""
    empty = [field for id_, field in PLATFORM.items() if id_ not in values]
    reasons = [
        (PLATFORM[id_], value)
        for id_, value in values.items()
        if isinstance(value, Unknown | NotApplicable)
    ]
    return empty, reasons
