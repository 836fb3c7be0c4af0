"""What clients may take of a listener, in time and in number."""

import resource
from dataclasses import dataclass, replace

OTHER_FILES = 128
"""File descriptors that connections leave to the rest of the process."""


@dataclass(frozen=True)
class Bounds:
    """What one client, and all of them, may take of a listener; in seconds and numbers."""

    head_seconds: float = 10.0
    body_seconds: float = 30.0
    idle_seconds: float = 75.0
    stalled_seconds: float = 30.0
    """How long a client may leave its answer unread."""
    farewell_seconds: float = 2.0
    """How long a client that was answered may go on sending what is thrown away."""
    connections: int = 2_000
    turned_away: int = 100
    """So many connections beyond the others are told 503; further ones are closed without a word."""

    def within_this_process(self) -> "Bounds":
        """The same, with no more connections than the process may have files open."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft == resource.RLIM_INFINITY:
            return self
        possible = max(1, soft - OTHER_FILES - self.turned_away)
        return replace(self, connections=min(self.connections, possible))


USUAL_BOUNDS = Bounds()
