"""Content negotiation: which JSON type an answer has, and which bodies are read (RFC 7644 §3.8, RFC 9110 §12.5.1)."""

import functools
import re
from collections.abc import Mapping

from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.messages import SCIM_TYPE
from scimulate.mock_servers.scim.readings import Readings

JSON_TYPE = "application/json"
ACCEPT_CHARACTERS = 1_000

_USUAL_ACCEPT = frozenset({"*/*", SCIM_TYPE, f"{SCIM_TYPE}, {JSON_TYPE}", f"{SCIM_TYPE},{JSON_TYPE}"})
_USUAL_BODY = frozenset({SCIM_TYPE, f"{SCIM_TYPE}; charset=utf-8", f"{SCIM_TYPE};charset=utf-8"})
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.IGNORECASE)
_CHARSET = re.compile(r'\s*charset\s*=\s*"?([^"\s]*)"?\s*', re.IGNORECASE)


def answer_type(headers: Mapping[str, str]) -> str:
    """The type that the client wants of those that there are; refuses with 406 when it wants neither."""
    accept = headers.get("accept")
    if accept is None or accept in _USUAL_ACCEPT:
        return SCIM_TYPE
    if len(accept) > ACCEPT_CHARACTERS:
        raise _not_acceptable()
    return _negotiated(accept)


def check_body(headers: Mapping[str, str], readings: Readings) -> None:
    """Refuse with 415 what is not sent as JSON in UTF-8. A body without a type is taken for JSON (RFC 9110 §8.3)."""
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise _unsupported("a body is sent without content coding")
    sent = headers.get("content-type")
    if sent is None or sent in _USUAL_BODY:
        return
    media_type, *parameters = sent.split(";")
    read = (SCIM_TYPE,) if readings.plain_json_refused else (SCIM_TYPE, JSON_TYPE)
    if media_type.strip().lower() not in read:
        raise _unsupported(f"a body is {' or '.join(read)}")
    charsets = [found[1].lower() for found in map(_CHARSET.fullmatch, parameters) if found is not None]
    if any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise _unsupported("a body is encoded in UTF-8")


@functools.lru_cache(maxsize=128)
def _negotiated(accept: str) -> str:
    qualities = _qualities(accept)
    if not qualities:
        return SCIM_TYPE
    scim, plain = (_quality_of(media_type, qualities) for media_type in (SCIM_TYPE, JSON_TYPE))
    if max(scim, plain) == 0:
        raise _not_acceptable()
    return SCIM_TYPE if scim >= plain else JSON_TYPE


def _qualities(accept: str) -> dict[str, float]:
    """The quality of each media range; a range without one has 1."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        media_range, *parameters = part.split(";")
        if media_range.strip():
            given = [match[1] for match in map(_QUALITY.fullmatch, parameters) if match is not None]
            found[media_range.strip().lower()] = min(float(given[0]), 1.0) if given else 1.0
    return found


def _quality_of(media_type: str, qualities: Mapping[str, float]) -> float:
    """Of the most specific range that the type is in."""
    return next((qualities[one] for one in (media_type, "application/*", "*/*") if one in qualities), 0.0)


def _not_acceptable() -> ScimError:
    return ScimError(406, f"answers are {SCIM_TYPE} or {JSON_TYPE}")


def _unsupported(detail: str) -> ScimError:
    return ScimError(415, detail)
