"""A policy as data: what ``beilin-verify policy show --json`` prints. Nothing is verified.

Names are as in the policy; numbers that can pass 2^53 are strings, as everywhere.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from ..encoding import escape_bytes, to_time
from ..policy import KeyStatus, Policy, Tsa
from ..timestamp.certificate import parse_certificate
from ..tlog.keys import ED25519, ED25519_COSIGNATURE, VKey
from .policy_reach import reach, usable_witnesses

FORMAT: Final = "beilin/policy-shown/v1"


def policy_as_json(policy: Policy) -> dict[str, Any]:
    """Return the policy as what ``json.dumps`` takes."""
    usable = usable_witnesses(policy)
    needed = policy.log_policy.required_names()
    return {
        "format": FORMAT,
        "verified": False,
        "policy_sha256": policy.sha256,
        "date": None if policy.date is None else to_time(policy.date),
        "logs": [
            {
                "origin": log.vkey.name,
                "vkey": log.vkey.to_text(),
                "url": log.url,
                "operator": policy.operators.get(log.vkey.name),
                **reach(policy, log.vkey)._asdict(),
            }
            for log in policy.log_policy.logs
        ],
        "services": [vkey.to_text() for vkey in policy.services],
        "witnesses": [
            {
                "name": name,
                "vkey": witness.vkey.to_text(),
                "kind": kind_of(witness.vkey),
                "url": witness.url,
                "operator": policy.operators.get(name),
                "usable": name in usable,
                "indispensable": name in needed,
            }
            for name, witness in policy.log_policy.witnesses.items()
        ],
        "groups": [
            {"name": group.name, "threshold": group.threshold, "members": list(group.members)}
            for group in policy.log_policy.groups.values()
        ],
        "quorum": policy.log_policy.quorum,
        "tsas": [_tsa(policy, tsa) for tsa in policy.tsas],
        "statuses": [_status(status) for status in policy.statuses],
        "require": {"level": policy.require_level, "grade": policy.require_grade},
    }


def kind_of(vkey: VKey) -> str:
    """Return the algorithm of a key."""
    return "Ed25519" if vkey.type in (ED25519, ED25519_COSIGNATURE) else "ML-DSA-44"


def _tsa(policy: Policy, tsa: Tsa) -> dict[str, Any]:
    certificate = parse_certificate(tsa.certificate)
    subject, _ = certificate.names()
    return {
        "name": tsa.name,
        "operator": policy.operators.get(tsa.name),
        "subject": escape_bytes(subject.encode("utf-8", "surrogatepass")),
        "sha256": hashlib.sha256(tsa.certificate).hexdigest(),
        "valid_from": to_time(certificate.first),
        "valid_to": to_time(certificate.last),
        "not_before": to_time(tsa.not_before),
        "not_after": to_time(tsa.not_after),
    }


def _status(status: KeyStatus) -> dict[str, Any]:
    return {
        "key": f"{status.name}+{status.key_id.hex()}",
        "status": status.status,
        "size": None if status.size is None else str(status.size),
        "time": None if status.time is None else to_time(status.time),
    }
