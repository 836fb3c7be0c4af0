"""The public keys by which assertions of a client are verified: a JSON Web Key Set (RFC 7517), or one key as PEM.

KeysRefused    a key is none that signatures of ours can be verified with
"""

from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWK, PyJWTError

MOST_KEYS = 10
SHORTEST_RSA_BITS = 2048

PublicKey = RSAPublicKey | EllipticCurvePublicKey


class KeysRefused(ValueError):
    """A key is none that signatures of ours can be verified with; the words of the sentence are ours."""


@dataclass(frozen=True)
class VerificationKey:
    """A public key. One without `kid` is tried whatever key an assertion names."""

    kid: str | None
    algorithms: tuple[str, ...]
    key: PublicKey


def read_keys(value: object) -> tuple[VerificationKey, ...]:
    """The keys of a JWKS object or of a PEM text; raises `KeysRefused`."""
    if isinstance(value, str):
        return (_of_pem(value),)
    listed = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_KEYS:
        raise KeysRefused(f"keys are a public key as PEM, or an object with the list keys, of 1 to {MOST_KEYS} JWKs")
    return tuple(_of_jwk(one) for one in listed)


def _of_pem(text: str) -> VerificationKey:
    try:
        key = load_pem_public_key(text.encode("utf-8", "replace"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeysRefused("the text is no public key as PEM") from error
    return VerificationKey(None, _algorithms_of(key), _usable(key))


def _of_jwk(jwk: object) -> VerificationKey:
    # A private key has no business here, and a symmetric one would let whoever reads it sign.
    if not isinstance(jwk, dict) or "d" in jwk or jwk.get("kty") not in ("RSA", "EC"):
        raise KeysRefused("a JWK is a public key of kty RSA or EC")
    kid = jwk.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise KeysRefused("kid is a string")
    # The algorithm follows from the key here; PyJWK would refuse one that it does not know.
    try:
        key = PyJWK({name: part for name, part in jwk.items() if name != "alg"}).key
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError) as error:
        raise KeysRefused("a JWK cannot be read") from error
    wanted = jwk.get("alg")
    algorithms = tuple(name for name in _algorithms_of(key) if wanted in (None, name))
    if not algorithms:
        raise KeysRefused("the alg of a JWK is RS256 or PS256 for RSA, ES256 for P-256")
    return VerificationKey(kid, algorithms, _usable(key))


def _algorithms_of(key: object) -> tuple[str, ...]:
    return ("ES256",) if isinstance(key, EllipticCurvePublicKey) else ("RS256", "PS256")


def _usable(key: object) -> PublicKey:
    match key:
        case RSAPublicKey() if key.key_size >= SHORTEST_RSA_BITS:
            return key
        case EllipticCurvePublicKey() if isinstance(key.curve, SECP256R1):
            return key
    raise KeysRefused(f"a key is of RSA with {SHORTEST_RSA_BITS} bits or more, or of the curve P-256")
