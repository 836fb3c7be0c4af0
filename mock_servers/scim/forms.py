"""The forms that text must have to be a value of its type: dates, references, binaries, certificates."""

import base64
import binascii
import re

from scimulate.mock_servers.scim.comparison import parse_time

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


def holds_several_certificates(value: object) -> bool:
    """Whether base64 text holds several DER values in a row where one is due (RFC 7643 §4.1.2, x509Certificates).

    What is no DER at all is taken as it comes: clients fill test data with any bytes.
    """
    content = bytes_of(value) if isinstance(value, str) else None
    count, start = 0, 0
    while content is not None and start < len(content):
        end = _end_of_sequence(content, start)
        if end is None:
            return False
        count, start = count + 1, end
    return count > 1


def _end_of_sequence(content: bytes, start: int) -> int | None:
    """Where the DER sequence that starts there ends; None when there is none."""
    if content[start] != 0x30 or len(content) < start + 2:
        return None
    length, start = content[start + 1], start + 2
    if length > 0x80:
        start, long = start + length - 0x80, content[start : start + length - 0x80]
        length = int.from_bytes(long)
    return start + length if start + length <= len(content) else None
