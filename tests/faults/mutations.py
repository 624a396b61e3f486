"""Changing a good receipt or package in one or a few places, with its structure in mind."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from random import Random

from tests.worked import pack

ODD = [b"", b"\x00", b"\n", b"\r\n", b" ", b"-1", b"+1", b"00", b"1e3", b"9" * 25, b"none",
       b"\xe2\x80\x94 ", b"\xef\xbb\xbf", b"=", b"==", b"\xff", "－".encode(), b"A" * 5000]  # fmt: skip


def flip(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def cut(data: bytes, chance: Random) -> bytes:
    a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:a] + data[b:]


def double(data: bytes, chance: Random) -> bytes:
    a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:b] + data[a:]


def insert(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(ODD) + data[at:]


def change_a_line(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    what = chance.randrange(5)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(at, lines[chance.randrange(len(lines))])
    elif what == 2:
        other = chance.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif what == 3:
        words = lines[at].split(b" ")
        words[chance.randrange(len(words))] = chance.choice(ODD)
        lines[at] = b" ".join(words)
    else:
        lines[at] = flip(lines[at], chance) if lines[at] else b" "
    return b"\n".join(lines)


def change_a_number(data: bytes, chance: Random) -> bytes:
    digits = [n for n, byte in enumerate(data) if 48 <= byte <= 57]
    if not digits:
        return flip(data, chance)
    at = chance.choice(digits)
    return data[:at] + b"%d" % chance.randrange(10) + data[at + 1 :]


TEXT: list[Callable[[bytes, Random], bytes]] = [
    flip, cut, double, insert, change_a_line, change_a_line, change_a_line, change_a_number,
]  # fmt: skip


def mutated(data: bytes, others: list[bytes], chance: Random) -> bytes:
    """Return a changed text; now and then lines come from another good one."""
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        if chance.random() < 0.15:
            other = chance.choice(others).split(b"\n")
            lines = data.split(b"\n")
            at = chance.randrange(min(len(lines), len(other)))
            lines[at] = other[at]
            data = b"\n".join(lines)
        elif data:
            data = chance.choice(TEXT)(data, chance)
    return data


def mutated_package(payload: dict[str, bytes], other: dict[str, bytes], chance: Random) -> bytes:
    """Return a changed package: its members with all sums made to fit, or its ZIP itself."""
    what = chance.random()
    if what < 0.3:
        return chance.choice([flip, flip, cut, double, insert])(pack(payload), chance)
    if what < 0.4:
        return rezipped(pack(payload), chance)
    changed = dict(payload)
    name = chance.choice(sorted(changed))
    if what < 0.45:
        del changed[name]
    elif what < 0.5:
        changed[name] = changed[chance.choice(sorted(changed))]
    elif what < 0.6:
        changed[name] = other.get(name, b"")
    else:
        changed[name] = mutated(changed[name], [other.get(name, b"x")], chance)
    return pack(changed)


def rezipped(data: bytes, chance: Random) -> bytes:
    """Write the members again, with other names, order, compression or a member twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        if chance.random() < 0.5:
            chance.shuffle(names)
        for name in names:
            content = old.read(name)
            if chance.random() < 0.1:
                name = flip(name.encode(), chance).decode("utf-8", "replace").replace("\0", "x")  # noqa: PLW2901
            if chance.random() < 0.1:
                content = mutated(content, [content or b"x"], chance) if content else b"x"
            kind = zipfile.ZIP_DEFLATED if chance.random() < 0.2 else zipfile.ZIP_STORED
            new.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()
