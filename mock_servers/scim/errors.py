"""SCIM errors: RFC 7644 §3.12. The detail is always a sentence of ours and never holds what was sent.

ScimError        answered with its status, scimType and detail
"""

import orjson

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
DETAIL_CHARACTERS = 300


class ScimError(Exception):
    """A refusal with an HTTP status and, for 400 and 409, a keyword of RFC 7644 Table 9."""

    def __init__(self, status: int, detail: str, scim_type: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type


def error_body(error: ScimError) -> bytes:
    """The Error message as JSON."""
    message: dict[str, object] = {"schemas": [ERROR_SCHEMA], "status": str(error.status)}
    if error.scim_type is not None:
        message["scimType"] = error.scim_type
    message["detail"] = error.detail[:DETAIL_CHARACTERS]
    return orjson.dumps(message)


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
