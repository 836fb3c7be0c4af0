"""How a server knows a secret again without keeping it: a token, a password, a cookie."""

import hashlib


def digest_of(secret: str) -> bytes:
    """What is kept of a secret. Whatever a client sends has a digest, surrogates included."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
