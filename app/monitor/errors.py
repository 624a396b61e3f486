"""What ends a monitor, or leaves one round undecided."""

from __future__ import annotations


class MonitorError(Exception):
    """The monitor cannot go on. Both sentences say what a person does next."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Held(MonitorError):
    """Another process follows into this folder."""


class Foreign(MonitorError):
    """The folder holds files that are not a monitor's."""


class Damaged(MonitorError):
    """What was kept here is not what was kept: this machine's fault, not the log's."""


class NoAnswer(Exception):
    """The server gave no answer that can be used. Both sentences are ours and quote nothing."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class NotShown(Exception):
    """A file that the signed head needs is missing or does not lead to it.

    ``path`` is which, ``served`` what came instead, None if nothing did.
    """

    def __init__(self, path: str, served: bytes | None) -> None:
        super().__init__(path)
        self.path = path
        self.served = served
