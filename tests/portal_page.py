"""What a page of the portal shows and would send, read without a browser."""

import html
import re

import httpx

FORM_VALUE = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in FORM_VALUE.findall(page.text)}


def table(page: httpx.Response) -> list[list[str]]:
    """The texts of the first table's body, cell by cell."""
    body = re.search(r"<tbody>(.*?)</tbody>", page.text, re.DOTALL)
    if body is None:
        return []
    return [
        [
            html.unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split()))
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body.group(1), re.DOTALL)
    ]


def sentence(page: httpx.Response) -> str:
    """What a refusal says, on a page of its own or above the form that was not taken."""
    found = re.search(
        r'role="alert"[^>]* data-code="[a-z_]+"[^>]*>(?:\s*<h1>[^<]*</h1>\s*<p[^>]*>)?([^<]*)</p>', page.text
    )
    assert found is not None, page.text
    return html.unescape(found.group(1))
