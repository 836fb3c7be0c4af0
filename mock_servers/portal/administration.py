"""What an administrator can do in the portal, once, for pages and JSON alike.

    PortalRefused    what was asked is not done; with a status, a code for programs and a sentence for people

Knows nothing of requests and templates.
"""

from dataclasses import dataclass

from scimulate.mock_servers.portal.token_rules import VENDORS, GeneratedToken, Token, TokenAction, TokenRefused
from scimulate.mock_servers.tenants import Tenant

LABELS = {
    TokenAction.ACTIVATE: "Set to Active",
    TokenAction.DEACTIVATE: "Set to Inactive",
    TokenAction.RENEW: "Renew",
    TokenAction.REMOVE: "Remove",
}  # IVANTI-007
NOT_CONFIRMED = "Generating a token has to be confirmed."  # IVANTI-003

_STATUS_OF_REASON = {"token_not_found": 404, "token_limit_reached": 409}


class PortalRefused(Exception):
    """What was asked is not done."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Provisioning:
    """The page "User Provisioning Entra ID" (SEED-017)."""

    target_url: str
    providers: list[str]
    tokens: list[Token]
    can_generate: bool
