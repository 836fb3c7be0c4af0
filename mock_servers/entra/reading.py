"""What requests to the Entra portal say, as values of ours. Whatever makes no sense is refused."""

import re
from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from scimulate.mock_servers.entra.application_settings import ApplicationType, ProvisioningSettings
from scimulate.mock_servers.entra.licence import Plan
from scimulate.mock_servers.refusal import PortalRefused

LONGEST_TEXT = 256
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


class LogFilter(TypedDict):
    """What the log is asked for; None leaves it open."""

    identity: str | None
    action: str | None
    status: str | None
    source_id: str | None
    target_id: str | None
    since: date | None
    until: date | None


TEXT_FILTERS = ("identity", "action", "status", "source_id", "target_id")
DATE_FILTERS = ("since", "until")


def log_filter(query: Mapping[str, str]) -> LogFilter:
    return {
        "identity": query.get("identity") or None,
        "action": query.get("action") or None,
        "status": query.get("status") or None,
        "source_id": query.get("source_id") or None,
        "target_id": query.get("target_id") or None,
        "since": _date(query.get("since", "")),
        "until": _date(query.get("until", "")),
    }


def plan_named(name: str) -> Plan:
    if name not in tuple(Plan):
        raise PortalRefused(400, "unknown_plan", plans=", ".join(Plan))
    return Plan(name)


def type_named(name: str) -> ApplicationType:
    if name not in tuple(ApplicationType):
        raise PortalRefused(400, "unknown_application_type", types=", ".join(ApplicationType))
    return ApplicationType(name)


def settings_of(email: str, send_on_failure: bool) -> ProvisioningSettings:
    email = email.strip()
    if email and (len(email) > LONGEST_TEXT or not email.isprintable() or not _EMAIL.fullmatch(email)):
        raise PortalRefused(400, "bad_email")
    return ProvisioningSettings(email, send_on_failure)


def text_within_limits(value: str) -> str:
    """A value of the directory. Joiners of written languages and of emoji are no control characters."""
    if len(value) > LONGEST_TEXT or any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise PortalRefused(400, "text_unusable", most=LONGEST_TEXT)
    return value


def ticked(form: Mapping[str, str]) -> list[str]:
    """The ids of the rows whose boxes are ticked."""
    return [name.removeprefix("principal:") for name in form if name.startswith("principal:")]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise PortalRefused(400, "bad_date") from None
