"""A recorded exchange as a command that a vendor can paste. The token stays in the environment."""

import json
import shlex
from collections.abc import Iterable
from dataclasses import replace

from scimulate.harness.evidence import Exchange
from scimulate.harness.printable import printable

SHOWN_HEADERS = ("accept", "content-type", "if-match", "if-none-match", "prefer")


def curl_of(exchange: Exchange) -> str:
    parts = ["curl -sS -i", f"-X {shlex.quote(exchange.method)}", shlex.quote(printable(exchange.url))]
    names = {name.lower() for name, _ in exchange.request_headers}
    if "authorization" in names:
        parts.append('-H "Authorization: Bearer $SCIMULATE_TOKEN"')
    for name, value in exchange.request_headers:
        if name.lower() in SHOWN_HEADERS:
            parts.append(f"-H {shlex.quote(printable(f'{name}: {value}'))}")
    if exchange.request_body:
        parts.append(f"--data-raw {shlex.quote(printable(exchange.request_body))}")
    return " ".join(parts)


def repeating(exchange: Exchange, evidence: Iterable[Exchange]) -> str:
    """The command, after the one that makes its resource when the run made it: by now the run has removed it."""
    collection, _, identifier = exchange.url.partition("?")[0].rpartition("/")
    made = [each for each in evidence if each.number < exchange.number and _made(each, collection, identifier)]
    if not made:
        return curl_of(exchange)
    again = replace(exchange, url=exchange.url.replace(f"/{identifier}", "/ID", 1))
    return f"{curl_of(made[-1])}\n# then, with the id from its answer in the place of ID:\n{curl_of(again)}"


def _made(exchange: Exchange, collection: str, identifier: str) -> bool:
    if exchange.method != "POST" or exchange.url != collection or exchange.status not in (200, 201):
        return False
    try:
        document = json.loads(exchange.response_body)
    except ValueError:
        return False
    return isinstance(document, dict) and document.get("id") == identifier
