"""Whoever presents a token to the endpoint, and reads how it is refused."""

from collections.abc import Callable
from typing import Any

import httpx
from pytest_bdd import parsers, then, when

from scimulate.steps.entra_administrator import INVENTED_TOKEN, Table, rows
from scimulate.steps.scim_messages import GROUP, ScimClient, answer_in_full, user_named
from scimulate.steps.world import World

SPOILT = {
    "with a doubled scheme": "Bearer {}",
    "with a blank in it": "{} x",
    "with another last letter": "{}~",
    "as it is": "{}",
}

CHANGE = [{"op": "replace", "path": "displayName", "value": "Countess"}]
ASKS: dict[str, Callable[[ScimClient, str, dict[str, Any]], httpx.Response]] = {
    "GET": lambda client, path, _: client.get(path),
    "POST": lambda client, path, document: client.post(path, document),
    "PUT": lambda client, path, document: client.put(path, document),
    "PATCH": lambda client, path, _: client.patch(path, CHANGE),
    "DELETE": lambda client, path, _: client.delete(path),
}


@when("the secret it had before is presented to the endpoint")
def presents_the_old_secret(world: World) -> None:
    world.outcome = world.client.with_token(world.secret_before).get("/Users", count="1")


@when(parsers.parse("the first token is presented to the endpoint {how}"))
def presents_the_token(world: World, how: str) -> None:
    secret = world.the_portal().tokens.generated[0].token
    world.outcome = world.client.with_token(SPOILT[how].format(secret)).get("/Users", count="1")


@when("the first token is presented with each of these requests:")
def presents_the_token_with(world: World, datatable: Table) -> None:
    """Each of them would succeed if the token were let in."""
    user = world.judge.remembered("ada@contoso.test")
    client = world.client.with_token(world.the_portal().tokens.generated[0].token)
    documents = {
        "/Users": user_named(world.names.real("grace@contoso.test"), "Grace"),
        "/Users/{id}": {**user, "displayName": "Countess"},
        "/Groups": {"schemas": [GROUP], "displayName": world.names.group("Engineering")},
    }
    world.outcome = {}
    for row in rows(datatable):
        path = row["path"].format(id=user["id"])
        answer = ASKS[row["method"]](client, path, documents.get(row["path"], {}))
        world.outcome[f"{row['method']} {row['path']}"] = answer.status_code


@then("each of them is answered 401")
def each_is_refused(world: World) -> None:
    answers: dict[str, int] = world.outcome
    world.judge.check(
        expected=dict.fromkeys(answers, 401), actual=answers, action="presenting a token that is not in force"
    )


@then("the endpoint refuses it in the words in which it refuses a token that nobody issued")
def refuses_in_the_same_words(world: World) -> None:
    """Status, body and challenge: an answer that differs would tell what became of a token."""
    refused = world.client.with_token(INVENTED_TOKEN).get("/Users", count="1")
    world.judge.check(
        expected=(401, answer_in_full(refused)),
        actual=(world.outcome.status_code, answer_in_full(world.outcome)),
        action="presenting a token that is not in force",
    )


@then("the endpoint lets in the secret it had before")
def lets_the_old_secret_in(world: World) -> None:
    world.judge.let_in([world.secret_before])


@then("the endpoint refuses every secret that it had")
def refuses_every_old_secret(world: World) -> None:
    for secret in world.secrets_before:
        world.judge.kept_out(secret)


@then("the answer does not repeat the token")
def answer_does_not_repeat_the_token(world: World) -> None:
    said = world.outcome.text + str(world.outcome.headers)
    world.judge.check(
        expected=False, actual=INVENTED_TOKEN in said, action="looking for the token in the refusal of it"
    )


@then("no request of the provisioning service was refused")
def no_request_was_refused(world: World) -> None:
    heard = world.overheard.requests
    world.judge.check(
        expected=(True, []),
        actual=(heard != [], [each.describes() for each in world.overheard.refused()]),
        action="listening to the provisioning service",
    )
