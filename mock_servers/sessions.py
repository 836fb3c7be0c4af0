"""Who is signed in to which portal: sessions, each with the secret of a cookie and a token against forged forms.

Sessions live in memory: when the server ends, everybody is signed out. What the time is, and how long a session may be
idle, the portal says.
"""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Generic, TypeVar

from scimulate.mock_servers.digest import digest_of
from scimulate.mock_servers.refusal import PortalRefused

LONGEST = timedelta(hours=24)  # IVANTI-086
SESSIONS_KEPT = 10_000
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"

Account = TypeVar("Account")


@dataclass
class Session(Generic[Account]):
    """One account at one browser, or one program. `realm` names the tenant whose portal it opens."""

    realm: str
    account: Account
    opened_at: datetime
    seen_at: datetime
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def check_form(self, token: str) -> None:
        """Raise `PortalRefused` for a form that is not from this session."""
        if not self._is_own(token):
            raise PortalRefused(403, "stale_form")

    def check_call(self, token: str) -> None:
        """Raise `PortalRefused` for a JSON call that is not from this session."""
        if not self._is_own(token):
            raise PortalRefused(403, "csrf_token_missing", header=CSRF_HEADER)

    def _is_own(self, token: str) -> bool:
        return compare_digest(self.csrf.encode(), token.encode("utf-8", "replace"))


class Sessions(Generic[Account]):
    """The open sessions of a server. Only a digest of each cookie is kept."""

    def __init__(self) -> None:
        self._open: OrderedDict[bytes, Session[Account]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, realm: str, account: Account, now: datetime) -> tuple[str, Session[Account]]:
        """A new session and the secret for its cookie."""
        cookie = secrets.token_urlsafe(32)
        session = Session(realm, account, now, now)
        with self._lock:
            self._open[digest_of(cookie)] = session
            while len(self._open) > SESSIONS_KEPT:
                self._open.popitem(last=False)
        return cookie, session

    def find(self, cookie: str, realm: str, now: datetime, idle_time: timedelta) -> Session[Account] | None:
        """The session, and note that it is in use. One that was idle for `idle_time` is closed (IVANTI-086)."""
        with self._lock:
            session = self._open.get(digest_of(cookie))
            if session is None or session.realm != realm:
                return None
            if now - session.seen_at >= idle_time or now - session.opened_at >= LONGEST:
                del self._open[digest_of(cookie)]
                return None
            session.seen_at = now
            return session

    def let_pass(self, duration: timedelta) -> None:
        """Time that was told to pass, on a clock that moves only when told to, is no idle time of whoever told it."""
        with self._lock:
            for session in self._open.values():
                session.opened_at += duration
                session.seen_at += duration

    def close(self, cookie: str) -> None:
        with self._lock:
            self._open.pop(digest_of(cookie), None)
