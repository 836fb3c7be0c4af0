"""What the portal's JSON surface answers."""

import orjson
from starlette.responses import Response


def json_answer(document: object, status: int = 200) -> Response:
    """Whatever orjson can write, with moments in UTC and whole seconds."""
    body = orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(body, status, media_type="application/json")
