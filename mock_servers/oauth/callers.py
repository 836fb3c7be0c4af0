"""Whom a bearer credential stands for: provisioning tokens and OAuth access tokens, side by side."""

from scimulate.mock_servers.portal.tokens import Tokens
from scimulate.mock_servers.scim.caller import Caller


class Callers:
    """Those who may call the SCIM endpoint of one tenant."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def authenticate(self, secret: str) -> Caller | None:
        """Whom the secret stands for now. Asked for every SCIM request: no database."""
        token = self._tokens.authenticate(secret)
        return None if token is None else Caller(token.vendor)
