"""The server that ours is compared with: scim2-server, in memory, on uvicorn, in a process of its own.

python -m scimulate.load.benchmarks.peer TOKEN
"""

import hmac
import socket
import sys

import uvicorn
from scim2_models import UnauthorizedException
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.memory import AsyncInMemoryStorage
from scim2_server.requests import ScimRequest
from scim2_server.utils import load_default_provider


class GuardedApplication(ASGIApplication):
    """Asks each request for the one token, as its own test server does."""

    token = ""

    def check_auth(self, request: ScimRequest) -> None:
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token, self.token):
            raise UnauthorizedException


def main() -> None:
    app = GuardedApplication(AsyncInMemoryStorage(), load_default_provider())
    app.token = sys.argv[1]
    listening = socket.create_server(("127.0.0.1", 0), backlog=2_048)
    print(f"SCIM endpoint  http://127.0.0.1:{listening.getsockname()[1]}/v2", flush=True)
    uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error")).run(sockets=[listening])


if __name__ == "__main__":
    main()
