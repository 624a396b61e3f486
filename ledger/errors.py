"""Every error that leaves this package, in one family.

    LedgerError
    ├── NotFound             there is no such entry, account or key for the one who asks
    │   ├── NotPublished         the entry has its place and is not published yet
    │   └── Erased               its salt and statement were erased on purpose
    ├── AlreadyExists        creating what is there already
    ├── Config               settings or files of this log that cannot be used as they are
    │   ├── Given                what the caller gave, and not what the log has, must be mended
    │   └── Stateless        the signer has a key and no memory of what it signed
    ├── Held                 another process works on this log; the text names it
    ├── Refused              the request can never be accepted as it is
    │   ├── Unacceptable         the submission breaks a rule
    │   ├── OnHold               nothing of this account or dossier may be erased
    │   ├── KeyReused            the Idempotency-Key stood before another request
    │   └── DigestKnown          this account anchored the digest before; has ``index``
    ├── InProgress           the same request is on its way; ask again shortly
    ├── Overloaded           too much waits already
    ├── Unavailable          the log does not write now; what was asked may or may not be done
    │   └── NoSpace              because the volume is full
    ├── Frozen               the log was closed for good
    └── Fatal                stop writing; a person has to look
        ├── Conflict             someone signed, published or wrote what this database does not say
        │   └── Behind               the signer has signed a larger tree already
        └── Corruption           stored bytes are not what was stored

After ``Unavailable`` the caller repeats with the same Idempotency-Key. Messages
name the thing and both values; they never repeat what a stranger sent.
"""

from __future__ import annotations


class LedgerError(Exception):
    """Base of every error of this package; nothing else leaves it."""


class NotFound(LedgerError):
    """There is no such thing, or it is not the asker's (the answer is the same)."""


class NotPublished(NotFound):
    """The entry is numbered; its receipt comes with the next checkpoint."""


class Erased(NotFound):
    """Salt and statement of the entry were erased on purpose: it has no receipt here any more."""


class AlreadyExists(LedgerError):
    """A log, account or key that is to be created is there already."""


class Config(LedgerError):
    """Settings, files or a database that cannot be used as they are."""


class Given(Config):
    """An address, a name or a file that was given cannot be used; the text says what to mend."""


class Stateless(Config):
    """The signer has no state; only ``create`` or an accepted head gives it one."""


class Held(LedgerError):
    """Another process holds the lock; the message says which."""


class Refused(LedgerError):
    """The request can never be accepted as it is."""


class Unacceptable(Refused):
    """A submission that breaks a rule; the verifier's own error is the cause, if there is one."""


class OnHold(Refused):
    """What was to be erased belongs to an account or dossier that is on hold."""


class KeyReused(Refused):
    """The Idempotency-Key was used for another request."""


class DigestKnown(Refused):
    """The account anchored this digest before, in entry ``index``, with something different."""

    def __init__(self, index: int) -> None:
        super().__init__(f"this digest was anchored before, in entry {index}")
        self.index = index


class InProgress(LedgerError):
    """The same request is being worked on."""


class Overloaded(LedgerError):
    """As many entries wait as are allowed to."""


class Unavailable(LedgerError):
    """The log does not write now; the outcome of a request under way is not known."""


class NoSpace(Unavailable):
    """The volume is full, or nearly."""


class Frozen(LedgerError):
    """The last entry of the log is ``freeze``; nothing may follow it."""


class Fatal(LedgerError):
    """Nothing may be written until a person has looked."""


class Conflict(Fatal):
    """Two tree heads, files or rows that cannot both be of this log."""


class Behind(Conflict):
    """What is to be signed is smaller than what this signer signed last."""


class Corruption(Fatal):
    """Stored bytes are not what was stored, or do not fit each other."""
