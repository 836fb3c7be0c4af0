"""Whom a bearer credential stands for: provisioning tokens and OAuth access tokens, side by side."""

from scimulate.mock_servers.oauth.access_tokens import PREFIX, AccessTokens
from scimulate.mock_servers.portal.tokens import Tokens
from scimulate.mock_servers.scim.caller import Caller


class Callers:
    """Those who may call the SCIM endpoint of one tenant."""

    def __init__(self, tokens: Tokens, access_tokens: AccessTokens) -> None:
        self._tokens = tokens
        self._access_tokens = access_tokens

    def authenticate(self, secret: str) -> Caller | None:
        """Whom the secret stands for now. Asked for every SCIM request: no database."""
        # The secret of a provisioning token may have been chosen elsewhere, and look like an access token.
        if secret.startswith(PREFIX) and (caller := self._access_tokens.caller_of(secret)) is not None:
            return caller
        token = self._tokens.authenticate(secret)
        return None if token is None else Caller(token.vendor)
