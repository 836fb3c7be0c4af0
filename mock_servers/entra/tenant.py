"""One tenant of the mock Entra ID: its directory and its applications, over one clock and one transport.

The transport comes from outside: it is where all requests of the tenant go out.

    ApplicationRefused    an application that cannot be made
"""

import random
import threading
import uuid
from datetime import timedelta

import httpx

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.entra.accounts import Accounts
from scimulate.mock_servers.entra.application import Application
from scimulate.mock_servers.entra.application_settings import ApplicationType
from scimulate.mock_servers.entra.delivery import Delivery
from scimulate.mock_servers.entra.directory import Directory
from scimulate.mock_servers.entra.licence import Plan
from scimulate.mock_servers.entra.refused import EntraRefused

# The default of .NET's HttpClient (ENTRA-583).
DEFAULT_TIMEOUT = timedelta(seconds=100)


LONGEST_NAME = 120


class ApplicationRefused(EntraRefused):
    """No application was made."""


class EntraTenant:
    """Same seed, same calls: same ids and same requests. `plan` is the licence and may change."""

    def __init__(
        self,
        *,
        clock: Clock,
        transport: httpx.BaseTransport,
        seed: int = 1,
        timeout: timedelta = DEFAULT_TIMEOUT,
        plan: Plan = Plan.P1,
    ) -> None:
        self.plan = plan
        self.accounts = Accounts()
        self.clock = clock
        self.directory = Directory(clock, seed)
        self._random = random.Random(f"tenant {seed}")
        self._delivery = Delivery(transport, timeout)
        self._applications: dict[str, Application] = {}
        self._lock = threading.Lock()
        self.id = self._new_id()

    def create_application(self, name: str, type: ApplicationType = ApplicationType.NON_GALLERY) -> Application:
        """An application of one's own; names need not be unique, as in Entra ID (IVANTI-021)."""
        if not name.strip():
            raise ApplicationRefused("application_name_empty")
        if len(name.strip()) > LONGEST_NAME or not name.strip().isprintable():
            raise ApplicationRefused("application_name_unusable", most=LONGEST_NAME)
        application = Application(
            name.strip(),
            clock=self.clock,
            directory=self.directory,
            delivery=self._delivery,
            new_id=self._new_id,
            issuer_tenant=self.id,
            plan=lambda: self.plan,
            type=type,
        )
        self._applications[application.id] = application
        return application

    def applications(self) -> list[Application]:
        return list(self._applications.values())

    def application(self, application_id: str) -> Application | None:
        return self._applications.get(application_id)

    def close(self) -> None:
        """No application starts another cycle."""
        for application in self.applications():
            application.stop()

    def _new_id(self) -> str:
        with self._lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
