"""Is a token over these bytes, and signed by the certificate that it names?

Steps 1 to 7 of SPEC §16.4. What is left out is trust: without a root nobody can say
here whether the chain leads to an authority that anyone relies on. That is the
business of whoever verifies, with a policy.
"""

from __future__ import annotations

from collections.abc import Sequence

from .attributes import certificate_ids, check_content
from .certificate import parse_usable
from .names import SHA_256
from .signature import check_signature
from .signed_data import parse_signed_data
from .tst_info import TstInfo, parse_tst_info
from .verify import check_imprint, check_nonce, find_signer


def check_sound(
    token: bytes, stamped: bytes, certificates: Sequence[bytes] = (), nonce: int | None = None
) -> TstInfo:
    """Return what a DER TimeStampToken says, if it is sound; at most 16 KiB are read.

    Raises VerifierError: UnknownAuthority where the signer's certificate is not at hand.
    """
    data = parse_signed_data(token)
    info = parse_tst_info(data.content)
    check_imprint(info, stamped, SHA_256)
    check_nonce(info, nonce)
    check_content(data.signer, data.content)
    ids = certificate_ids(data.signer)
    pool = parse_usable((*data.certificates, *certificates))
    check_signature(data.signer, find_signer(data.signer, pool, ids))
    return info
