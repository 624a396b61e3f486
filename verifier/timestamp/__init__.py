"""RFC 3161 time-stamp tokens: what they are over, who signed them, and when (SPEC §16).

`cryptography` has no reader for CMS SignedData or TSTInfo, so a small strict one
is here; every signature, hash and certificate is left to `cryptography`.

    der               strict DER, one value after the other, no recursion
    names             object identifiers, and the algorithms that are known here
    signed_data       the CMS wrapping of a token
    tst_info          what the authority says: imprint, time, serial, policy
    certificate       the few fields of a certificate that are compared byte for byte
    attributes        what is signed beside it: which certificate signed
    signature         the authority's signature
    path              from the signer's certificate to a root of the policy
    verify            the numbered steps of SPEC §16
    sound             steps 1 to 7 of them: what can be said without a root
    stamped_note      the bytes that a token of ours is over
    messages          request and response of the protocol
"""
