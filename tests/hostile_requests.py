"""Requests that nobody should send: messages of the grammar, and what mutation makes of them.

Each is a function of its number alone, so that one that does harm can be sent again.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

CANARY = "zqxj7"
"""Stands in much of what is sent, and in no sentence of ours."""
TARGET = "target@contoso.test"
"""The userName of the user that is there; one policy has users named by e-mail addresses alone."""
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0"
OAUTH = "/oauth2/token"
SCIM = "/scim/v2"

TEXTS = (
    *(
        "",
        " ",
        "\x00",
        "'",
        '"',
        "\\",
        "%",
        "%00",
        "ß",
        "İ",
        "ﬁ",
        "💥",
        "\u202e",
        "\ufffe",
        "../..",
        "<script>",
        "null",
    ),
    *("[", "]", "(", ")", "[[", "a.b.c.d", "not", "and", "eq", "id", "meta", "members", "groups", "password", "$ref"),
    *(CANARY, CANARY * 500, f"{USER}:", f"{USER}:{CANARY}", f"{ENTERPRISE}:manager", "bulkId:1", "1e400", "0x10"),
    *(
        "emails[",
        'emails[type eq "work"]',
        "emails.",
        ".emails",
        "true",
        "2026-13-45T99:00:00Z",
        "'; DROP TABLE resource; --",
    ),
)
NUMBERS = ("-1", "0", "1", "1e9", "9" * 30, "9" * 5_000, "1_0", "٣", "+1", " 1", "1.5", "NaN", "", CANARY)
ATTRIBUTES = (
    *(
        "userName",
        "name.familyName",
        "emails",
        "emails.value",
        "active",
        "meta.created",
        "members",
        "groups",
        "schemas",
    ),
    *(
        "externalId",
        "displayName",
        f"{ENTERPRISE}:department",
        f"{USER}:userName",
        "x509Certificates",
        CANARY,
        "id.value",
    ),
)
OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "EQ", "zz", "")
OPERANDS = (
    '"ada"',
    f'"{CANARY}"',
    "true",
    "null",
    "12",
    "1e400",
    "-0",
    '"',
    '"\\ud800"',
    '"\\u0000"',
    "{}",
    "'a'",
    "9" * 400,
)

COLLECTIONS = ("/Users", "/Groups")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY")
METHODS_OF = {
    "user": ("PUT",),
    "group": ("PUT",),
    "patch": ("PATCH",),
    "bulk": ("POST",),
    "search": ("POST",),
    "list": ("GET",),
    "read": ("GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "HEAD", "DELETE"),
}


@dataclass(frozen=True)
class Hostile:
    """A request as it stands on the wire; `target` is encoded."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def is_for_scim(self) -> bool:
        return not self.target.startswith(OAUTH)


@dataclass(frozen=True)
class There:
    """What a server has when a round begins. The holder of `own_secret` is the user."""

    secret: str
    own_secret: str
    client_id: str
    client_secret: str
    user_id: str
    group_id: str
    cursors: tuple[str, ...]
    """Of a walk through `/Users`, one user at a time."""


class Maker:
    """Makes requests about what is there."""

    def __init__(self, there: There) -> None:
        self._there = there
        self._user_id, self._group_id = there.user_id, there.group_id

    def make(self, number: int) -> Hostile:
        chance = random.Random(number)
        if chance.random() < 0.06:
            return self._token_request(chance)
        kind = chance.choice(
            (*("user", "user", "group", "patch", "patch", "patch", "bulk"), "search", "list", "list", "read")
        )
        path = self._path(chance, kind)
        usual = ("POST",) if path in COLLECTIONS and kind in ("user", "group") else METHODS_OF[kind]
        method = chance.choice(METHODS if chance.random() < 0.02 else usual)
        body = b"" if method in ("GET", "HEAD", "DELETE") and chance.random() < 0.9 else self._body(chance, kind)
        query = self._query(chance) if chance.random() < {"list": 0.95, "read": 0.4}.get(kind, 0.1) else ""
        return Hostile(method, f"{SCIM}{path}{query}", self._headers(chance, path, body), body)

    def _path(self, chance: random.Random, kind: str) -> str:
        usual = {
            "user": ("/Users", f"/Users/{self._user_id}", "/Users", "/Me"),
            "list": ("/Users", "/Users", "/Users", "/Groups", "/"),
            "group": ("/Groups", f"/Groups/{self._group_id}"),
            "patch": (f"/Users/{self._user_id}", f"/Groups/{self._group_id}", "/Me"),
            "bulk": ("/Bulk",),
            "search": ("/.search", "/Users/.search", "/Groups/.search"),
            "read": (f"/Users/{self._user_id}", f"/Groups/{self._group_id}", "/Me", "/Schemas", "/ResourceTypes/User"),
        }
        path = chance.choice(usual[kind])
        if chance.random() < 0.03:
            path = f"{chance.choice(('', '/Users/', '/Groups/', '/Schemas/', path + '/'))}{quote(self._text(chance))}"
        return (
            path
            if chance.random() < 0.98
            else chance.choice((path + "/", "/" + path, path.lower(), path + "%2f..", "/%ff%fe"))
        )

    def _query(self, chance: random.Random) -> str:
        pairs = [
            (name, make(chance))
            for name, make in self._parameters()
            if chance.random() < (0.5 if name == "filter" else 0.12)
        ]
        if chance.random() < 0.1:
            pairs *= chance.choice((2, 40))
        if chance.random() < 0.05:
            return f"?{chance.choice(('&&&=', 'filter', 'filter=%', 'filter=%ff%00', '=' * 500, '%00=1', '?' * 9))}"
        return "?" + "&".join(f"{quote(name)}={quote(value[:1_500])}" for name, value in pairs)

    def _parameters(self) -> Iterator[tuple[str, Callable[[random.Random], str]]]:
        yield "filter", lambda chance: mutated(chance, filter_text(chance, 3))
        for name in ("attributes", "excludedAttributes"):
            yield (
                name,
                lambda chance: ",".join(mutated(chance, chance.choice(ATTRIBUTES)) for _ in range(chance.randrange(4))),
            )
        yield "sortBy", lambda chance: mutated(chance, chance.choice(ATTRIBUTES))
        yield "sortOrder", lambda chance: chance.choice(("ascending", "DESCENDING", CANARY, ""))
        for name in ("startIndex", "count"):
            yield name, lambda chance: chance.choice(NUMBERS)
        yield (
            "cursor",
            lambda chance: mutated(chance, chance.choice((*self._there.cursors, "", self._text(chance))))[:500],
        )

    def _headers(self, chance: random.Random, path: str, body: bytes) -> tuple[tuple[bytes, bytes], ...]:
        is_own = path == "/Me" or chance.random() < 0.2
        token = self._there.own_secret if is_own else self._there.secret
        if chance.random() < 0.01:
            token += CANARY
        scheme = "Bearer" if chance.random() < 0.99 else chance.choice(("bearer", "Basic", "", "Bearer Bearer"))
        headers = [("host", "mdm.test"), ("authorization", f"{scheme} {token}"), ("content-length", str(len(body)))]
        typed = (
            "application/scim+json",
            "application/json",
            "text/plain",
            "application/json;charset=utf-16",
            CANARY,
            "a/b;;",
        )
        headers.append(("content-type", typed[0] if chance.random() < 0.98 else chance.choice(typed)))
        if chance.random() < 0.05:
            tag = chance.choice(("*", 'W/"1"', '"', "", f'W/"{CANARY}"', 'W/"1",' * 200, "\xe9"))
            headers.append((chance.choice(("if-match", "if-none-match")), tag))
        if chance.random() < 0.02:
            headers.append(
                ("accept", chance.choice(("text/html", "*/*;q=0", "application/scim+json;q=x", ",,,", CANARY)))
            )
        return tuple((name.encode(), value.encode("latin-1")) for name, value in headers)

    def _body(self, chance: random.Random, kind: str) -> bytes:
        document = self._document(chance, kind)
        for _ in range(chance.choice((0, 0, 0, 1, 2))):
            document = spoiled(chance, document)
        return spoiled_bytes(chance, orjson.dumps(document))

    def _document(self, chance: random.Random, kind: str) -> Any:
        name = f"{CANARY}-{chance.randrange(10**9)}@contoso.test"
        if kind == "user":
            name = TARGET if chance.random() < 0.5 else name
            emails = [{"value": name, "type": "work", "primary": True}]
            rest = {"name": {"familyName": "Lovelace"}, "emails": emails, "active": True, "externalId": name}
            return {"schemas": [USER, ENTERPRISE], "userName": name, **rest, ENTERPRISE: {"department": "R&D"}}
        if kind == "group":
            return {"schemas": [GROUP], "displayName": name, "members": [{"value": self._user_id}]}
        if kind == "patch":
            operations = [self._operation(chance) for _ in range(chance.randrange(1, 4))]
            return {"schemas": [f"{MESSAGES}:PatchOp"], "Operations": operations}
        if kind == "bulk":
            single = [self._bulk_operation(chance, number) for number in range(chance.randrange(1, 5))]
            return {"schemas": [f"{MESSAGES}:BulkRequest"], "failOnErrors": chance.randrange(3), "Operations": single}
        asked: dict[str, Any] = {
            name: make(chance)
            for name, make in self._parameters()
            if chance.random() < (0.5 if name == "filter" else 0.15)
        }
        return {"schemas": [f"{MESSAGES}:SearchRequest"], **asked}

    def _operation(self, chance: random.Random) -> dict[str, Any]:
        path = chance.choice(
            (*ATTRIBUTES, f"emails[{filter_text(chance, 1)}].value", f'members[value eq "{self._user_id}"]')
        )
        value = chance.choice(
            ("x", True, None, [], {}, [{"value": self._user_id}], {"value": CANARY}, {"name.x": 1}, 1e308)
        )
        return {
            "op": chance.choice((*("add", "replace", "remove", "Add") * 4, CANARY)),
            "path": mutated(chance, path),
            "value": value,
        }

    def _bulk_operation(self, chance: random.Random, number: int) -> dict[str, Any]:
        kind = chance.choice(("user", "group", "patch"))
        method = {"patch": "PATCH"}.get(kind, chance.choice(("POST", "PUT", "DELETE")))
        operation = {"method": method, "bulkId": str(number), "path": self._path(chance, kind)}
        document = self._document(chance, kind)
        if chance.random() < 0.3 and kind == "group":
            document["members"] = [{"value": f"bulkId:{chance.randrange(5)}"}]
        return {**operation, "data": document}

    def _token_request(self, chance: random.Random) -> Hostile:
        there = self._there
        grant = chance.choice((*("client_credentials",) * 4, "password", CANARY, ""))
        client = there.client_id if chance.random() < 0.8 else CANARY
        secret = there.client_secret if chance.random() < 0.7 else self._text(chance)
        pairs = [f"grant_type={grant}", f"client_id={client}", f"client_secret={quote(secret)}"]
        if chance.random() < 0.3:
            pairs.append(f"scope={quote(chance.choice(('scim', 'scim.read', '', self._text(chance))))}")
        if chance.random() < 0.4:
            assertion = chance.choice(("a.b.c", "eyJhbGciOiJub25lIn0.e30.", CANARY, "." * 50, "e30.e30.e30"))
            pairs.append("client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            pairs.append(f"client_assertion={assertion}")
        body = spoiled_bytes(chance, "&".join(pairs * chance.choice((*(1,) * 8, 2, 300))).encode())
        headers = [(b"host", b"mdm.test"), (b"content-length", str(len(body)).encode())]
        headers.append(
            (b"content-type", b"application/x-www-form-urlencoded" if chance.random() < 0.9 else b"text/plain")
        )
        if chance.random() < 0.1:
            headers.append(
                (b"authorization", chance.choice((b"Basic", b"Basic \xff", b"Basic OjpAOg==", b"Basic YTpi")))
            )
        return Hostile(chance.choice(("POST", "POST", "POST", "GET", "PUT")), OAUTH, tuple(headers), body)

    def _text(self, chance: random.Random) -> str:
        return chance.choice(TEXTS)


def filter_text(chance: random.Random, depth: int) -> str:
    """A filter of the grammar, mostly."""
    attribute, operator = chance.choice(ATTRIBUTES), chance.choice(OPERATORS)
    simple = f"{attribute} {operator} {chance.choice(OPERANDS)}"
    match chance.randrange(8 if depth else 3):
        case 3:
            return f"({filter_text(chance, depth - 1)})"
        case 4:
            return f"not ({filter_text(chance, depth - 1)})"
        case 5 | 6:
            return f"{simple} {chance.choice(('and', 'or', 'xor'))} {filter_text(chance, depth - 1)}"
        case 7:
            return f"{chance.choice(ATTRIBUTES)}[{filter_text(chance, depth - 1)}]"
    return simple


def mutated(chance: random.Random, text: str) -> str:
    """The text, or something near it that is none of the language any more."""
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        start, end = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        piece = chance.choice(("", chance.choice(TEXTS), text[start:end] * 2, text[start:end].swapcase(), "(" * 200))
        text = text[:start] + piece + text[end:]
    return text


def spoiled(chance: random.Random, document: Any) -> Any:
    """The document with one of its nodes replaced, taken away, doubled or wrapped."""
    if isinstance(document, dict) and document and chance.random() < 0.8:
        key = chance.choice(sorted(document))
        rest = {name: value for name, value in document.items() if name != key}
        match chance.randrange(6):
            case 0:
                return rest
            case 1:
                return {**rest, chance.choice((*TEXTS, key.upper(), key + "\x00")): document[key]}
            case 2:
                return {**document, key.swapcase(): document[key]}
        return {**rest, key: spoiled(chance, document[key])}
    if isinstance(document, list) and document and chance.random() < 0.8:
        place = chance.randrange(len(document))
        return [*document[:place], spoiled(chance, document[place]), *document[place + chance.randrange(2) :]]
    deep: Any = CANARY
    for _ in range(chance.choice((1, 31, 200))):
        deep = {"a": deep} if chance.random() < 0.5 else [deep]
    values: tuple[Any, ...] = (
        None,
        True,
        0,
        -1,
        2**63 - 1,
        1e308,
        [],
        {},
        [[]],
        [None],
        [{}],
        {"": 1},
        {"value": []},
        {"$ref": CANARY},
        deep,
    )
    return chance.choice((*values, [document] * 3, {"value": document}, chance.choice(TEXTS)))


def spoiled_bytes(chance: random.Random, body: bytes) -> bytes:
    """The body, or bytes that are no message any more."""
    place = chance.randrange(len(body) + 1)
    match chance.randrange(100):
        case 0:
            return body[:place]
        case 1:
            return body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :]
        case 2:
            return (
                body[:place]
                + chance.choice((b"\xff\xfe", b"\xc0\x80", b"\x00", b"\\ud800", b"1e400", b"NaN"))
                + body[place:]
            )
        case 3:
            return b"\xef\xbb\xbf" + body
        case 4:
            return chance.choice(
                (b"[" * 100_000, b'{"a":' * 50_000, b"", b"null", b"[]", b'"a"', b"9" * 10_000, b"\x00" * 99)
            )
        case 5:
            return body.replace(b'"schemas"', b'"schemas":[],"schemas"', 1)
        case 6:
            return body.decode("utf-8", "replace").encode("utf-16")
        case 7:
            return body.replace(b'"x"', b"9" * 400).replace(b"true", b"1e999")
    return body
