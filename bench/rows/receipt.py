"""Verifying one receipt in process, against four Ed25519 verifications."""

from __future__ import annotations

import time
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.log import Log
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.verify import verify_receipt

from ..line import Line
from ..logs import fill, make_log
from ..setting import Setting

SIGNATURES = 4


def run(setting: Setting) -> Iterator[Line]:
    """Yield the row: microseconds a receipt, of a signed submission, over those of the four."""
    size = setting.pick(100_000, quick=20_000, toy=300)
    times = setting.pick(1000, quick=300, toy=2)
    different = setting.pick(50, quick=50, toy=2)
    with setting.step(f"building a log of {size:,} entries"):
        fresh = make_log(setting.folder / "receipt")
        fill(fresh, size)
    with Log.open(fresh.data, interval_ms=0) as log:
        submitter = fresh.submitter(signed=True)
        receipts = [
            log.receipt(log.submit(*submitter.single()).result(60).indices[0])
            for _ in range(different)
        ]
        policy = parse_policy(log.policy())
    options = Options(at=int(time.time()), policy_source="bench")
    key = Ed25519PrivateKey.generate()
    message = bytes(300)
    signature, public = key.sign(message), key.public_key()
    result = verify_receipt(receipts[0], policy, options)
    assert not [check for check in result.checks if check.status == "failed"]
    ours, ceiling = [], []
    for _ in setting.each_round("receipt"):
        started = time.perf_counter()
        for _ in range(SIGNATURES * times):
            public.verify(signature, message)
        ceiling.append(1e6 * (time.perf_counter() - started) / times)
        started = time.perf_counter()
        for number in range(times):
            verify_receipt(receipts[number % different], policy, options)
        ours.append(1e6 * (time.perf_counter() - started) / times)
    yield Line(
        "verify one receipt in process",
        "µs",
        ours,
        1.0,
        "at most",
        ceiling=ceiling,
        ceiling_name="four Ed25519 verifications of 300 bytes, key loaded",
        percent=False,
        notes=(
            (
                f"{different} receipts in turn, each under a checkpoint of its own, of about "
                f"{len(receipts[0])} bytes with {size.bit_length()} levels; two of their "
                "signatures are checked, the log's and the submitter's"
            ),
        ),
    )
