"""JSON as the Entra portal writes it: property names are those of Graph, in camel case."""

from dataclasses import fields
from typing import Any

import orjson
from starlette.responses import Response


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def properties_of(value: Any) -> dict[str, object]:
    """The fields of a dataclass as properties."""
    return {camel(field.name): getattr(value, field.name) for field in fields(value)}


def json_answer(document: object, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
