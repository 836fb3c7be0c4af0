"""The forms that text must have to be a value of its type: dates, references, binaries, certificates."""

import base64
import binascii
import re

from scimulate.mock_servers.scim.matching import parse_time

_OF_URI = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})"
_URI = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?(?://\[[0-9A-Fa-f:.]+\])?"
    rf"{_OF_URI}*(?:\?(?:{_OF_URI}|\?)*)?(?:\#(?:{_OF_URI}|\?)*)?"
)
"""A URI or a relative reference: RFC 3986, Appendix A."""


def has_form_of(kind: str, text: str) -> bool:
    """Whether the text has the form of its type (RFC 7643 §2.3.5 to §2.3.7)."""
    match kind:
        case "dateTime":
            return parse_time(text) is not None
        case "reference":
            return _URI.fullmatch(text) is not None
        case "binary":
            return bytes_of(text) is not None
    return True


def bytes_of(text: str) -> bytes | None:
    """The bytes that base64 text stands for, with padding or without (RFC 7643 §2.3.6)."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def is_one_certificate(value: object) -> bool:
    """Whether base64 text holds one DER value and nothing after it (RFC 7643 §4.1.2, x509Certificates)."""
    content = bytes_of(value) if isinstance(value, str) else None
    if content is None or len(content) < 2 or content[0] != 0x30:
        return False
    length, start = content[1], 2
    if length > 0x80:
        start += length - 0x80
        length = int.from_bytes(content[2:start])
    return len(content) == start + length
