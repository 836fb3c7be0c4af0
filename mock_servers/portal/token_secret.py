"""The secret of a provisioning token: `scimt_`, 40 random characters, 6 of checksum, so that scanners can tell one."""

import secrets
import string
import zlib

PREFIX = "scimt_"
RANDOM_LENGTH = 40
CHECKSUM_LENGTH = 6
SHORTEST_WITH_ENDING = 20
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def new_secret(prefix: str = PREFIX) -> str:
    """A secret of 238 bits by the system's generator. `prefix` says of what kind it is."""
    random_part = "".join(secrets.choice(BASE62) for _ in range(RANDOM_LENGTH))
    return prefix + random_part + checksum_of(random_part)


def checksum_of(random_part: str) -> str:
    """CRC-32 of the random part in six base-62 digits, most significant first."""
    number = zlib.crc32(random_part.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


def ending_of(secret: str) -> str:
    """The last four characters, by which an administrator knows a token again; nothing of a short secret.

    Of a generated secret they are checksum, so they tell little of the random part.
    """
    return secret[-4:] if len(secret) >= SHORTEST_WITH_ENDING else ""
