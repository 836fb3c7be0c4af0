"""What SCIM documents must look like.

`schema_resource` gives the Schema resources of RFC 7643 §8.7 with the verified errata applied (5368, 5606, 6004,
7522, 8415, 8417, 8471, 8472, 8475), so that both the judge and the server read one text. `validate` holds a document
against the JSON Schema of its kind: shapes and types that RFC 7643 and 7644 fix, nothing that they leave open.
"""

import copy
import functools
import json
from importlib import resources
from typing import Any

import jsonschema
from jsonschema.protocols import Validator

_RESOURCES = ("user", "group", "enterprise_user", "service_provider_config", "resource_type", "schema")
KINDS = (
    "ListResponse",
    "Error",
    "PatchOp",
    "User",
    "Group",
    "ServiceProviderConfig",
)
_FILES = {
    "ListResponse": "message_list_response.json",
    "Error": "message_error.json",
    "PatchOp": "message_patch_op.json",
    "User": "message_user.json",
    "Group": "message_group.json",
    "ServiceProviderConfig": "message_service_provider_config.json",
}


def schema_resource(urn: str) -> dict[str, Any]:
    """The Schema resource with this URN, in any letter case. A copy; an unknown URN raises `KeyError`."""
    return copy.deepcopy(_loaded_resources()[urn.lower()])


def schema_resources() -> list[dict[str, Any]]:
    """All Schema resources, as copies."""
    return [copy.deepcopy(resource) for resource in _loaded_resources().values()]


def validate(kind: str, document: Any) -> list[str]:
    """What is wrong with `document` as a `kind`, each problem with its place; an empty list when nothing is."""
    problems = sorted(_validator(kind).iter_errors(document), key=lambda problem: (problem.json_path, problem.message))
    return [f"{problem.json_path}: {_sentence(problem)}" for problem in problems]


def _sentence(problem: jsonschema.ValidationError) -> str:
    """The problem without the whole document in it."""
    message = problem.message
    return message if len(message) <= 200 else f"{message[:90]} … {message[-90:]}"


@functools.cache
def _loaded_resources() -> dict[str, dict[str, Any]]:
    loaded = [_load(f"resource_{name}.json") for name in _RESOURCES]
    return {resource["id"].lower(): resource for resource in loaded}


@functools.cache
def _validator(kind: str) -> Validator:
    if kind not in _FILES:
        raise KeyError(f"no JSON Schema for {kind}; there are {', '.join(KINDS)}")
    schema = _load(_FILES[kind])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def _load(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
