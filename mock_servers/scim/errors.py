"""SCIM errors: RFC 7644 §3.12. The detail is always a sentence of ours and never holds what was sent.

ScimError        answered with its status, scimType and detail
"""

import orjson

from scimulate.mock_servers.scim.readings import Readings

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
DETAIL_CHARACTERS = 300
RETRY_SECONDS = 5
READINGS = Readings()


class ScimError(Exception):
    """A refusal with an HTTP status, for 400 and 409 a keyword of RFC 7644 Table 9, and headers that belong to it."""

    def __init__(
        self, status: int, detail: str, scim_type: str | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type
        self.headers = headers


def error_message(error: ScimError, readings: Readings = READINGS) -> dict[str, object]:
    """The Error message."""
    status = error.status if readings.error_status_as_number else str(error.status)
    message: dict[str, object] = {"schemas": [ERROR_SCHEMA], "status": status}
    if error.scim_type is not None:
        message["scimType"] = error.scim_type
    if not readings.errors_without_detail:
        message["detail"] = error.detail[:DETAIL_CHARACTERS]
    return message


def error_body(error: ScimError, readings: Readings = READINGS) -> bytes:
    """The Error message as JSON."""
    return orjson.dumps(error_message(error, readings))


def unauthorized(*, token_sent: bool) -> ScimError:
    """One answer for unknown, inactive, expired and deleted credentials: no oracle (RFC 6750 §3.1)."""
    reason = ', error="invalid_token"' if token_sent else ""
    challenge = ("www-authenticate", f'Bearer realm="SCIM"{reason}')
    return ScimError(401, "a valid bearer token is required", headers=(challenge,))


def method_refused(allowed: tuple[str, ...]) -> ScimError:
    """RFC 9110 §15.5.6: 405 with the methods that are allowed."""
    names = ", ".join(allowed)
    return ScimError(405, f"this path answers {names}", headers=(("allow", names),))


def not_implemented(what: str) -> ScimError:
    """RFC 7644 §3.12: what the standard has and this server lacks."""
    return ScimError(501, f"this server does not support {what}")


def conflict(detail: str) -> ScimError:
    return ScimError(409, detail)


def unavailable(why: str) -> ScimError:
    """RFC 9110 §15.6.4: the same request may succeed later."""
    return ScimError(503, why, headers=(("retry-after", str(RETRY_SECONDS)),))


def invalid_filter(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidFilter")


def invalid_path(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidPath")


def invalid_syntax(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidSyntax")


def invalid_value(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidValue")


def no_target(detail: str) -> ScimError:
    return ScimError(400, detail, "noTarget")


def read_only(name: str) -> ScimError:
    return ScimError(400, f"{name} is set by the server and cannot be changed", "mutability")


def required(name: str) -> ScimError:
    """RFC 7644 §3.5.2.2: an attribute that must have a value is not removed."""
    return ScimError(400, f"{name} is required and cannot be removed", "mutability")


def not_found() -> ScimError:
    return ScimError(404, "there is no such resource")


def taken(name: str) -> ScimError:
    """RFC 7644 §3.3: a create or update that would give two resources one unique value."""
    return ScimError(409, f"another resource has this {name}", "uniqueness")
