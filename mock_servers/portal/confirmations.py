"""Pages that ask before something is done."""

import secrets
from collections import deque

from scimulate.mock_servers.refusal import PortalRefused

CONFIRMATIONS_KEPT = 1_000


class Confirmations:
    """Confirmation pages that are open. Each can be sent once, so a reload never repeats what it did."""

    def __init__(self) -> None:
        self._open: deque[str] = deque(maxlen=CONFIRMATIONS_KEPT)

    def open(self) -> str:
        confirmation = secrets.token_urlsafe(16)
        self._open.append(confirmation)
        return confirmation

    def close(self, confirmation: str) -> None:
        """Raise `PortalRefused` unless the page was opened and not sent yet."""
        if not confirmation:
            raise PortalRefused(400, "not_confirmed")
        if confirmation not in self._open:
            raise PortalRefused(409, "sent_already")
        self._open.remove(confirmation)
