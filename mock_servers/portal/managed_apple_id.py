"""The Managed Apple ID that a user gets: from the e-mail or from a custom attribute (IVANTI-076, IVANTI-077)."""

from scimulate.mock_servers.portal.settings import ManagedAppleId, Settings
from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.rows import preferred_email
from scimulate.mock_servers.scim.schema import IVANTI_URN


def managed_apple_id_of(document: Document, settings: Settings) -> str | None:
    """What the settings make of the user's values; None where they make nothing of them. It may be no address."""
    match settings.managed_apple_id:
        case ManagedAppleId.OFF:
            return None
        case ManagedAppleId.EMAIL:
            email = preferred_email(document.get("emails"))
            return _in_subdomain(email) if email and settings.appleid_subdomain else email
        case ManagedAppleId.ATTRIBUTE:
            values = document.get(IVANTI_URN)
            value = values.get(settings.apple_id_attribute) if isinstance(values, dict) else None
            return value if isinstance(value, str) and value else None


def is_address(text: str) -> bool:
    """E-mail form, as far as the portal asks for it: one @ between two parts that are there (IVANTI-087)."""
    name, at, domain = text.partition("@")
    return bool(name and at and domain) and "@" not in domain and not any(letter.isspace() for letter in text)


def _in_subdomain(email: str) -> str:
    name, _, domain = email.rpartition("@")
    return f"{name}@appleid.{domain}"
