"""What an application is told on Edit provisioning besides its credentials and scope, and of which type it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scimulate.mock_servers.entra.trouble import Told


class ApplicationType(StrEnum):
    """How an application was made. Only a non-gallery one provisions automatically (NEG-28)."""

    NON_GALLERY = "non-gallery"
    APP_REGISTRATION = "app registration"


@dataclass(frozen=True)
class ProvisioningSettings:
    """Part Settings of Edit provisioning, without the scope."""

    notification_email: str = ""
    send_on_failure: bool = False


@dataclass(frozen=True)
class Notification:
    """A mail that was sent (ENTRA-281)."""

    at: datetime
    to: str
    reason: str
    message: str
    told: Told | None = None
    """The class of what is wrong, whose label says it in other languages."""
