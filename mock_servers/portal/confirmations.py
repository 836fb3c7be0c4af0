"""Pages that ask before something is done."""

import secrets
from collections import OrderedDict

from scimulate.mock_servers.refusal import PortalRefused

CONFIRMATIONS_KEPT = 1_000


class Confirmations:
    """Confirmation pages that are open. Each can be sent once, so a reload never repeats what it did.

    `asked` is who was asked, and what for: nothing else is confirmed by the answer.
    """

    def __init__(self) -> None:
        self._open: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def open(self, asked: tuple[str, str]) -> str:
        confirmation = secrets.token_urlsafe(16)
        self._open[confirmation] = asked
        while len(self._open) > CONFIRMATIONS_KEPT:
            self._open.popitem(last=False)
        return confirmation

    def close(self, confirmation: str, asked: tuple[str, str]) -> None:
        """Raise `PortalRefused` unless the page was opened and not sent yet."""
        if not confirmation:
            raise PortalRefused(400, "confirmation_missing")
        if self._open.get(confirmation) != asked:
            raise PortalRefused(409, "sent_already")
        del self._open[confirmation]
