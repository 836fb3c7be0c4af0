"""What a cycle does when the endpoint asks to be left alone for a while."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from scimulate.mock_servers.entra.conversation import Send, WireAnswer, WireRequest

THROTTLED: Final = frozenset({429, 503})
MOST_PAUSES: Final = 10
LONGEST_PAUSE: Final = timedelta(hours=1)


def patient(send: Send, pause: Callable[[timedelta], None]) -> Send:
    """Everything rests for the time of Retry-After; then the refused request alone is repeated (ENTRA-584, NEG-38).

    An endpoint that asks for too much, or again and again, gets no more: the object is left for the next cycle.
    """

    def send_until_taken(request: WireRequest) -> WireAnswer:
        answer = send(request)
        for _ in range(MOST_PAUSES):
            wanted = answer.retry_after
            if answer.status not in THROTTLED or wanted is None or wanted > LONGEST_PAUSE:
                break
            pause(wanted)
            answer = send(request)
        return answer

    return send_until_taken
