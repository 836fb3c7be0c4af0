"""Where a request to a tenant's endpoint goes: by path and method to users, groups, lists, discovery, `/Me` or Bulk."""

from functools import partial

from scimulate.mock_servers.scim.answer_shape import Shape
from scimulate.mock_servers.scim.bulk import BulkRun
from scimulate.mock_servers.scim.bulk_job import read_job
from scimulate.mock_servers.scim.caller import Caller
from scimulate.mock_servers.scim.discovery import DISCOVERY, answer_discovery
from scimulate.mock_servers.scim.errors import (
    ScimError,
    invalid_filter,
    invalid_syntax,
    method_refused,
    not_found,
    not_implemented,
)
from scimulate.mock_servers.scim.groups import Groups
from scimulate.mock_servers.scim.limits import parse_object
from scimulate.mock_servers.scim.lists import Lists
from scimulate.mock_servers.scim.me import check_own_name, own_id
from scimulate.mock_servers.scim.media_types import check_body
from scimulate.mock_servers.scim.messages import Answer, Request, Response, Slow
from scimulate.mock_servers.scim.preconditions import check_version, is_unchanged
from scimulate.mock_servers.scim.projection import Projection
from scimulate.mock_servers.scim.query import projection_of, read_query
from scimulate.mock_servers.scim.representation import current_version, links_of, location_of, resource_response
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import ResourceType
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.scim.users import Users

SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
_READS = ("GET", "HEAD")
_POST = ("POST",)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_COLLECTION_METHODS = ("GET", "HEAD", "POST")
_RESOURCE_METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE")
_CHANGES = ("PUT", "PATCH", "DELETE")


class Routes:
    """The way of every request, by the rules in force when this was made."""

    def __init__(self, resources: Resources, users: Users, groups: Groups, lists: Lists, rules: Rules) -> None:
        self._resources = resources
        self._lists = lists
        self._rules = rules
        self._types = {resource_type.endpoint: resource_type for resource_type in rules.types}
        self._handlers: dict[str, Users | Groups] = {"User": users, "Group": groups}
        self._resource_methods = tuple(
            method for method in _RESOURCE_METHODS if method != "PATCH" or rules.policy.supported.patch_supported
        )

    def answer(self, request: Request, caller: Caller) -> Answer:
        """The answer, or what must be done first to have it; raises `ScimError`."""
        method = "GET" if request.method == "HEAD" else request.method
        readings, vendor = self._rules.policy.readings, caller.vendor
        if method in _WITH_BODY:
            check_body(request.headers, readings)
        path = request.path.removesuffix(".scim") if readings.scim_suffix_answered else request.path
        match [part for part in path.split("/") if part]:
            case []:
                _allow(method, _READS)
                return self._list(request, self._searchable(root=True))
            case [".search"]:
                _allow(method, _POST)
                return self._search(request, self._searchable(root=True, by_post=True))
            case [name] if name in self._types:
                _allow(method, _COLLECTION_METHODS)
                return self._collection(method, request, self._types[name], vendor)
            case [name, ".search"] if name in self._types:
                _allow(method, _POST)
                self._searchable(by_post=True)
                return self._search(request, (self._types[name],))
            case [name, resource_id] if name in self._types:
                return self._resource(method, request, self._types[name], resource_id, vendor)
            case [name, *rest] if name in DISCOVERY and len(rest) <= 1:
                _allow(method, _READS)
                return answer_discovery(self._rules, name, rest[0] if rest else None, request)
            case ["Me"]:
                return self._me(method, request, caller)
            case ["Bulk"]:
                return self._bulk(method, request, vendor)
        raise ScimError(404, "there is no such endpoint")

    def _searchable(self, *, root: bool = False, by_post: bool = False) -> tuple[ResourceType, ...]:
        """The types of a query at the root, where queries of this kind are supported."""
        supported = self._rules.policy.supported
        if by_post and not supported.search_supported:
            raise not_implemented("queries by POST")
        if root and not supported.root_query_supported:
            raise not_implemented("queries at the service root")
        return self._rules.types

    def _collection(self, method: str, request: Request, resource_type: ResourceType, vendor: str) -> Answer:
        if method == "GET":
            return self._list(request, (resource_type,))
        projection = projection_of(request.parameters(), (resource_type,), self._rules)
        return self._handlers[resource_type.name].create(request, projection, vendor)

    def _resource(
        self, method: str, request: Request, resource_type: ResourceType, resource_id: str, vendor: str
    ) -> Answer:
        self._check_method(method, self._resource_methods)
        handler = self._handlers[resource_type.name]
        if method == "DELETE":
            return handler.delete(resource_id, request, vendor)
        projection = projection_of(request.parameters(), (resource_type,), self._rules)
        match method:
            case "GET":
                return self._one(request, resource_type, resource_id, projection)
            case "PUT":
                return handler.replace(resource_id, request, projection, vendor)
        return handler.modify(resource_id, request, projection, vendor)

    def _check_method(self, method: str, allowed: tuple[str, ...]) -> None:
        if method == "PATCH" and not self._rules.policy.supported.patch_supported:
            raise not_implemented("PATCH")
        _allow(method, allowed)

    def _me(self, method: str, request: Request, caller: Caller) -> Answer:
        """The resource of the user whom the caller is bound to (RFC 7644 §3.11)."""
        user, policy = self._rules.user, self._rules.policy
        if caller.user_name is None or not policy.supported.me_supported:
            raise ScimError(int(policy.readings.unsupported_me), "there is no /Me for this caller")
        if method == "POST":
            check_own_name(request, caller.user_name)
            return self._collection(method, request, user, caller.vendor)
        self._check_method(method, (*self._resource_methods, "POST"))
        user_id = own_id(self._resources, caller.user_name)
        at_home = Shape(location=location_of("User", user_id, request.base_url))
        return at_home.given_to(lambda: self._resource(method, request, user, user_id, caller.vendor))

    def _bulk(self, method: str, request: Request, vendor: str) -> Answer:
        if not self._rules.policy.supported.bulk_supported:
            raise not_implemented("bulk operations")
        _allow(method, _POST)
        rules, database = self._rules, self._resources.database

        def run() -> Response:
            job = read_job(request.body, rules.policy, rules.limits)
            return BulkRun(job, request.base_url, rules.policy, database, partial(self._operation, vendor)).run()

        return Slow(run)

    def _operation(self, vendor: str, request: Request) -> Answer:
        """One operation of a bulk job, as the request that it stands for."""
        match request.path.split("/"):
            case ["", name] if name in self._types:
                _allow(request.method, _POST)
                return self._collection(request.method, request, self._types[name], vendor)
            case ["", name, resource_id] if name in self._types and resource_id != ".search":
                _allow(request.method, _CHANGES)
                return self._resource(request.method, request, self._types[name], resource_id, vendor)
        raise ScimError(404, "an operation reaches the endpoints of resource types only")

    def _one(self, request: Request, resource_type: ResourceType, resource_id: str, projection: Projection) -> Answer:
        readings = self._rules.policy.readings
        if readings.query_of_one != "ignored" and "filter" in request.parameters():
            if readings.query_of_one == "refused":
                raise invalid_filter("a single resource is not filtered")
            asked = read_query(request.parameters(), (resource_type,), self._rules)
            return self._lists.answer_of_one(resource_id, asked, resource_type, request.base_url)

        def query(connection: Connection) -> Response:
            row = self._resources.find(connection, resource_type.name, resource_id)
            if row is None or (readings.inactive_users_hidden and not row.active):
                raise not_found()
            current = partial(current_version, connection, row)
            check_version(request, current, self._rules.policy)
            if is_unchanged(request, current, self._rules.policy):
                return Response(304, b"", (("etag", current()),))
            links = links_of(connection, row, projection, self._rules.policy)
            return resource_response(200, row, links, request.base_url, self._rules, projection)

        return self._resources.database.read(query)

    def _list(self, request: Request, types: tuple[ResourceType, ...]) -> Answer:
        return self._lists.answer(read_query(request.parameters(), types, self._rules), types, request.base_url)

    def _search(self, request: Request, types: tuple[ResourceType, ...]) -> Answer:
        """RFC 7644 §3.4.3: the same question in a body."""
        fields = {key.lower(): value for key, value in parse_object(request.body).items()}
        schemas = fields.get("schemas")
        if not self._rules.policy.schemas_optional and not (isinstance(schemas, list) and SEARCH_URN in schemas):
            raise invalid_syntax(f"schemas must hold {SEARCH_URN}")
        return self._lists.answer(read_query(fields, types, self._rules), types, request.base_url)


def _allow(method: str, allowed: tuple[str, ...]) -> None:
    if method not in allowed:
        raise method_refused(allowed)
