"""What the control surface takes and answers: JSON, and a sentence for what is refused.

ControlRefused      the request makes no sense here
"""

from collections.abc import Iterable, Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

BODY_BYTES = 256 * 1024


class ControlRefused(Exception):
    """The request makes no sense here; the status and the sentence that says why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


async def body_of(request: Request) -> object:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_BYTES:
            raise ControlRefused(413, f"a body may have {BODY_BYTES} bytes")
    try:
        value: object = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ControlRefused(400, "the body is not JSON") from error
    return value


async def object_of(request: Request) -> dict[str, object]:
    value = await body_of(request)
    if not isinstance(value, dict):
        raise ControlRefused(400, "the body is not a JSON object")
    return value


def check_keys(value: Iterable[str], known: Sequence[str]) -> None:
    """Refuse what is misspelt: passed over, it would do something else than what was meant."""
    unknown = [key for key in value if key not in known]
    if unknown:
        raise ControlRefused(
            400, f"nothing is known of {', '.join(map(repr, unknown))}; the keys are {', '.join(known)}"
        )


def json_answer(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")
