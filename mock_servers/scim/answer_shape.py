"""What is done to an answer once it is made, where it is to be another than the usual one.

The usual answer has no shape, and pays nothing for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.media_types import JSON_TYPE
from scimulate.mock_servers.scim.messages import Answer, Change, Response, Slow
from scimulate.mock_servers.scim.readings import Readings

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shape:
    """What is different. `location` is that of the resource which the request's own URL is an alias of."""

    media_type: str | None = None
    location: str | None = None

    @classmethod
    def of(cls, media_type: str, readings: Readings) -> Self | None:
        """What the type that the client accepts, and the readings, make of every answer; None: nothing."""
        if media_type == JSON_TYPE or readings.plain_json_answers:
            return cls(media_type=JSON_TYPE)
        return None

    def given_to(self, make: Callable[[], Answer]) -> Answer:
        """What `make` answers, or raises, in this shape."""
        try:
            answer = make()
        except ScimError as error:
            raise self._refusal(error) from error
        match answer:
            case Change(run):
                return Change(lambda connection: self._made(lambda: run(connection)))
            case Slow(run_slowly):
                return Slow(lambda: self._made(run_slowly))
            case Response():
                return self._shaped(answer)

    def _made(self, make: Callable[[], Response]) -> Response:
        try:
            return self._shaped(make())
        except ScimError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: ScimError) -> ScimError:
        headers = self._headers(error.headers, has_body=True)
        return ScimError(error.status, error.detail, error.scim_type, headers)

    def _shaped(self, response: Response) -> Response:
        return replace(response, headers=self._headers(response.headers, has_body=bool(response.body)))

    def _headers(self, given: Headers, *, has_body: bool) -> Headers:
        headers = dict(given)
        if self.location is not None:
            headers["location"] = self.location
        if has_body and self.media_type is not None:
            headers["content-type"] = self.media_type
        return tuple(headers.items())
