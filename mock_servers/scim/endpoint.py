"""The SCIM endpoint of one tenant: a request in, an answer out. No network, no framework, no waiting.

Routing, authentication and the turning of refusals into Error messages are here; what users, groups, lists and
discovery do is theirs.
"""

from functools import partial
from typing import Protocol

from scimulate.mock_servers.oauth.callers import Callers
from scimulate.mock_servers.portal.arrivals import Arrivals
from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.portal.custom_attributes import CustomAttributes
from scimulate.mock_servers.portal.support import Support
from scimulate.mock_servers.scim.discovery import DISCOVERY, answer_discovery
from scimulate.mock_servers.scim.errors import ScimError, invalid_syntax, not_found
from scimulate.mock_servers.scim.groups import Groups
from scimulate.mock_servers.scim.limits import Limits, parse_object
from scimulate.mock_servers.scim.messages import Answer, Request, Response, error_response
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.preconditions import is_unchanged
from scimulate.mock_servers.scim.projection import Projection, names_in, read_projection
from scimulate.mock_servers.scim.query import ListQuery, Lists, page_bounds, read_filter
from scimulate.mock_servers.scim.representation import current_version, links_of, resource_response
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import ResourceType
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.scim.users import Users

SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
CHALLENGE = ("www-authenticate", 'Bearer realm="SCIM"')

_COLLECTION_METHODS = ("GET", "POST")
_RESOURCE_METHODS = ("GET", "PUT", "PATCH", "DELETE")


class MethodRefused(ScimError):
    """405, with the methods that are allowed."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(405, f"this path answers {', '.join(allowed)}")
        self.allowed = allowed


class ServedTenant(Protocol):
    """What the endpoint needs of its tenant. Policy, limits, custom attributes and the flag may change at any time."""

    @property
    def policy(self) -> Policy: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def attributes(self) -> CustomAttributes: ...

    @property
    def resources(self) -> Resources: ...

    @property
    def callers(self) -> Callers: ...

    @property
    def audit(self) -> AuditTrail: ...

    @property
    def arrivals(self) -> Arrivals: ...

    @property
    def support(self) -> Support: ...


class Endpoint:
    """Answers the SCIM requests of one tenant."""

    def __init__(self, tenant: ServedTenant) -> None:
        self._tenant = tenant
        self._resources = tenant.resources
        self._follow()

    def _follow(self) -> None:
        """Answer by the rules in force from now on."""
        tenant = self._tenant
        self._rules = rules = Rules.of(tenant.policy, tenant.attributes.names(), tenant.limits)
        self._types = {resource_type.endpoint: resource_type for resource_type in rules.types}
        self._lists = Lists(self._resources, rules)
        self._handlers: dict[str, Users | Groups] = {
            "User": Users(self._resources, self._tenant.audit, self._tenant.arrivals, rules),
            "Group": Groups(self._resources, self._tenant.audit, rules),
        }

    def answer(self, request: Request) -> Answer:
        """The answer, or what must be done first to have it. Never raises `ScimError`."""
        try:
            vendor = self._vendor(request)
            if vendor is None:
                # One sentence for unknown, inactive, renewed and deleted tokens: no oracle.
                return error_response(ScimError(401, "a valid bearer token is required"), CHALLENGE)
            if not self._tenant.support.scim_is_on:
                raise ScimError(403, "SCIM provisioning is not enabled for this tenant")  # NEG-02, C-35
            rules = self._rules
            if (
                (self._tenant.policy is not rules.policy)
                or (self._tenant.limits is not rules.limits)
                or (self._tenant.attributes.names() != rules.custom_names)
            ):
                self._follow()
            return self._route(request, vendor)
        except ScimError as error:
            return refusal(error)

    def _vendor(self, request: Request) -> str | None:
        """The vendor of the credential presented; None when it opens nothing (D-013, D-014)."""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret:
            return None
        caller = self._tenant.callers.authenticate(secret)
        return caller.vendor if caller is not None else None

    def _route(self, request: Request, vendor: str) -> Answer:
        method = "GET" if request.method == "HEAD" else request.method
        parts = [part for part in request.path.split("/") if part]
        match parts:
            case []:
                _allow(method, ("GET",))
                return self._list(request, self._rules.types)
            case [".search"]:
                _allow(method, ("POST",))
                return self._search(request, self._rules.types)
            case [name] if name in self._types:
                _allow(method, _COLLECTION_METHODS)
                return self._collection(method, request, self._types[name], vendor)
            case [name, ".search"] if name in self._types:
                _allow(method, ("POST",))
                return self._search(request, (self._types[name],))
            case [name, resource_id] if name in self._types:
                _allow(method, _RESOURCE_METHODS)
                return self._resource(method, request, self._types[name], resource_id, vendor)
            case [name, *rest] if name in DISCOVERY and len(rest) <= 1:
                _allow(method, ("GET",))
                return answer_discovery(self._rules, name, rest[0] if rest else None, request)
            case ["Me", *_] | ["Bulk"]:
                raise ScimError(501, "this server has no such endpoint")
        raise ScimError(404, "there is no such endpoint")

    def _collection(self, method: str, request: Request, resource_type: ResourceType, vendor: str) -> Answer:
        if method == "GET":
            return self._list(request, (resource_type,))
        projection = _projection(request, (resource_type,))
        return self._handlers[resource_type.name].create(request, projection, vendor)

    def _resource(
        self, method: str, request: Request, resource_type: ResourceType, resource_id: str, vendor: str
    ) -> Answer:
        handler = self._handlers[resource_type.name]
        if method == "DELETE":
            return handler.delete(resource_id, request, vendor)
        projection = _projection(request, (resource_type,))
        match method:
            case "GET":
                return self._one(request, resource_type, resource_id, projection)
            case "PUT":
                return handler.replace(resource_id, request, projection, vendor)
        return handler.modify(resource_id, request, projection, vendor)

    def _one(self, request: Request, resource_type: ResourceType, resource_id: str, projection: Projection) -> Response:
        def query(connection: Connection) -> Response:
            row = self._resources.find(connection, resource_type.name, resource_id)
            if row is None:
                raise not_found()
            current = partial(current_version, self._resources, connection, row)
            if is_unchanged(request, current):
                return Response(304, b"", (("etag", current()),))
            links = links_of(self._resources, connection, row, projection, self._rules.policy)
            return resource_response(200, row, links, request.base_url, self._rules, projection)

        return self._resources.database.read(query)

    def _list(self, request: Request, types: tuple[ResourceType, ...]) -> Answer:
        parameters = request.parameters()
        start, count = page_bounds(parameters.get("startindex"), parameters.get("count"))
        query = ListQuery(
            read_filter(parameters.get("filter")),
            parameters.get("sortby"),
            parameters.get("sortorder", "").lower() == "descending",
            start,
            count,
            _projection(request, types),
        )
        return self._lists.answer(query, types, request.base_url)

    def _search(self, request: Request, types: tuple[ResourceType, ...]) -> Answer:
        """RFC 7644 §3.4.3: the same question in a body."""
        fields = {key.lower(): value for key, value in parse_object(request.body).items()}
        schemas = fields.get("schemas")
        if not self._rules.policy.schemas_optional and not (isinstance(schemas, list) and SEARCH_URN in schemas):
            raise invalid_syntax(f"schemas must hold {SEARCH_URN}")
        start, count = page_bounds(fields.get("startindex"), fields.get("count"))
        query = ListQuery(
            read_filter(_text(fields, "filter")),
            _text(fields, "sortby"),
            (_text(fields, "sortorder") or "").lower() == "descending",
            start,
            count,
            read_projection(_names(fields, "attributes"), _names(fields, "excludedattributes"), types),
        )
        return self._lists.answer(query, types, request.base_url)


def refusal(error: ScimError) -> Response:
    """The answer to a request that was refused."""
    if isinstance(error, MethodRefused):
        return error_response(error, ("allow", ", ".join(error.allowed)))
    return error_response(error)


def _allow(method: str, allowed: tuple[str, ...]) -> None:
    if method not in allowed:
        raise MethodRefused(allowed)


def _projection(request: Request, types: tuple[ResourceType, ...]) -> Projection:
    parameters = request.parameters()
    return read_projection(
        names_in(parameters.get("attributes")), names_in(parameters.get("excludedattributes")), types
    )


def _text(fields: dict[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid_syntax(f"{name} is a string")
    return value


def _names(fields: dict[str, object], name: str) -> list[str] | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return names_in(value)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise invalid_syntax(f"{name} is a list of names")
    return value or None
