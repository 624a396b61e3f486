"""Every error that leaves this package, in one family.

    VerifierError
    ├── Malformed            the bytes are not one of our formats, or not in its one spelling
    │   └── NewerFormat      a version of one of our formats that this program does not know
    ├── PolicyError          the verifier's own policy file cannot be used
    ├── NotDecided           it cannot be said here whether the check holds
    │   ├── NotCheckable         made with something that this program does not compute
    │   └── UnknownAuthority     nobody whom the policy names vouches for it
    └── Verification         well-formed, but a check that was computed did not hold
        ├── HashFailure          a digest differs from the one that was recorded
        ├── SignatureFailure     a signature does not verify, or its key is refused
        ├── InclusionFailure     the path does not lead to the root
        ├── ConsistencyFailure   two tree heads do not belong to one log
        ├── CertificateFailure   a certificate is not one that this use and this time ask for
        └── BindingFailure       two parts are each sound but do not belong together

Messages name the thing and both values where that helps; they never repeat
untrusted text, so they can be logged and printed as they are.
"""

from __future__ import annotations


class VerifierError(Exception):
    """Base of every error of this package; nothing else leaves it."""


class Malformed(VerifierError):
    """Bytes that are not in the format's one spelling (sub-indication FORMAT_FAILURE)."""


class NewerFormat(Malformed):
    """A known kind of text in a version that this program does not know."""


class PolicyError(VerifierError):
    """The policy file given by the person who verifies cannot be used."""


class NotDecided(VerifierError):
    """It cannot be said here whether the check holds: never accepted, never a failure."""

    sub_indication = "NOT_CHECKABLE_HERE"


class NotCheckable(NotDecided):
    """It was made with an algorithm or a form that this program does not compute."""


class UnknownAuthority(NotDecided):
    """Its certificates lead to none of the roots that the policy names."""

    sub_indication = "UNKNOWN_TSA"


class Verification(VerifierError):
    """A check was computed and did not hold."""

    sub_indication = "FORMAT_FAILURE"


class HashFailure(Verification):
    """A digest differs from the one that was recorded."""

    sub_indication = "HASH_FAILURE"


class SignatureFailure(Verification):
    """A signature does not verify, or its key is one that we refuse."""

    sub_indication = "SIG_CRYPTO_FAILURE"


class InclusionFailure(Verification):
    """An inclusion proof does not lead from the leaf to the root."""

    sub_indication = "INCLUSION_FAILURE"


class ConsistencyFailure(Verification):
    """Two tree heads cannot belong to one append-only log."""

    sub_indication = "CONSISTENCY_FAILURE"


class CertificateFailure(Verification):
    """A certificate, or its chain, is not one that this use and this time ask for."""

    sub_indication = "CHAIN_CONSTRAINTS_FAILURE"


class BindingFailure(Verification):
    """Parts that are each sound do not belong to each other."""

    sub_indication = "BINDING_FAILURE"
