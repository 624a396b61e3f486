"""Files to seal: a chat as WhatsApp writes it, short records, bytes of no format."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

_WORDS = (
    *("ok", "thanks", "tomorrow", "contract", "invoice", "好的", "明天", "合同", "发票", "收到"),
    *("please", "send", "the", "signed", "copy", "before", "noon", "付款", "已转", "see", "you"),
)
_NAMES = ("Chen Wei", "Anna", "Li Na", "+86 138 0000 0000")


def write_chat(path: Path, messages: int) -> None:
    """Write a chat of an Android phone: one message in 50 has a second line, one in 40 media."""
    draw = random.Random(7)  # the same file each time
    lines = []
    minute = 0
    for n in range(messages):
        minute += draw.randrange(3)
        day, rest = divmod(minute, 1440)
        month = day // 28
        date = f"{month % 12 + 1}/{day % 28 + 1}/{20 + month // 12}, {rest // 60:02}:{rest % 60:02}"
        text = " ".join(draw.choices(_WORDS, k=draw.randrange(1, 16)))
        if n % 50 == 49:
            text += "\n" + " ".join(draw.choices(_WORDS, k=5))
        if n % 40 == 39:
            text = f"IMG-20240101-WA{n % 10000:04}.jpg (file attached)"
        lines.append(f"{date} - {draw.choice(_NAMES)}: {text}\n")
    path.write_text("".join(lines), encoding="utf-8")


def write_telegram(path: Path, messages: int) -> None:
    """Write one conversation as Telegram Desktop does: indented, both times, text or parts of text."""
    draw = random.Random(7)
    zone = 8 * 3600
    with path.open("w", encoding="utf-8") as file:
        file.write('{\n "name": "Anna",\n "type": "personal_chat",\n "id": 1234,\n "messages": [\n')
        second = 1_700_000_000
        for n in range(messages):
            second += draw.randrange(120)
            text: object = " ".join(draw.choices(_WORDS, k=draw.randrange(1, 16)))
            if n % 30 == 29:
                text = [text, {"type": "link", "text": "https://example.org/a"}]
            name = draw.randrange(2)
            message = {
                "id": n + 1, "type": "message", "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second + zone)),
                "date_unixtime": str(second), "from": _NAMES[name], "from_id": f"user{name + 1}",
                "text": text, "text_entities": [{"type": "plain", "text": "ok"}],
            }  # fmt: skip
            block = json.dumps(message, ensure_ascii=False, indent=1).replace("\n", "\n  ")
            file.write(f"  {block}{',' if n < messages - 1 else ''}\n")
        file.write(" ]\n}")


def write_short_records(path: Path, size: int) -> int:
    """Write messages of 20 bytes each, in order of time; return how many."""
    minutes = [
        b"%d/%d/24, %d:%02d - A: b\n" % (month, day, hour, minute)
        for month in range(1, 10)
        for day in range(1, 10)
        for hour in range(10)
        for minute in range(60)
    ]
    each = -(-size // (20 * len(minutes)))
    left = count = size // 20
    with path.open("wb") as file:
        for line in minutes:
            file.write(line * min(each, left))
            left -= min(each, left)
    assert path.stat().st_size == 20 * count
    return count


def write_noise(path: Path, size: int) -> None:
    """Write bytes that no reader knows."""
    block = random.Random(7).randbytes(1 << 20)
    with path.open("wb") as file:
        for n in range(-(-size // len(block))):
            file.write((n.to_bytes(8, "big") + block[8:])[: size - n * len(block)])
