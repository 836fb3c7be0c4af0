"""A recorded exchange as a command that a vendor can paste. The token stays in the environment."""

import shlex

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
