"""What is said to an endpoint: requests as plain values, answers as they came, conversations as generators.

Nothing here knows HTTP. A conversation yields each request it wants sent and receives the answer; whoever drives
it decides how the request travels (`delivery.py` does, over a transport).
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar


@dataclass(frozen=True)
class WireRequest:
    """One request below the Tenant URL; the values of `query` are not yet encoded."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: dict[str, object] | None = None


@dataclass(frozen=True)
class WireAnswer:
    """What came back. `failure` names the log's error code when no HTTP answer arrived, and `status` is then 0;
    `trouble` is the class of what happened instead (`trouble.py`)."""

    status: int
    document: object = None
    readable: bool = False
    text: str = ""
    failure: str = ""
    trouble: str = ""
    says_another_type: bool = False
    retry_after: timedelta | None = None
    """How long the endpoint asks to be left alone (RFC 9110 §10.2.3)."""

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


Outcome = TypeVar("Outcome")
Conversation = Generator[WireRequest, WireAnswer, Outcome]
Send = Callable[[WireRequest], WireAnswer]


def converse(conversation: Conversation[Outcome], send: Send) -> Outcome:
    """Carry a conversation to its end. What `send` raises ends it there and passes through."""
    try:
        request = next(conversation)
        while True:
            request = conversation.send(send(request))
    except StopIteration as ended:
        outcome: Outcome = ended.value
        return outcome
    finally:
        conversation.close()
