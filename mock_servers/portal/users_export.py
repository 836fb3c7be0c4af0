"""The list of users as a CSV file that a spreadsheet may open (IVANTI-092)."""

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, fields

from scimulate.mock_servers.portal.listing import UserFilters, UserLine
from scimulate.mock_servers.portal.user_administration import find_users, listing_of
from scimulate.mock_servers.tenants import Tenant

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
MOST_USERS = 100_000
_LEFT_OUT = "id"


def users_as_csv(tenant: Tenant, filters: UserFilters) -> str:
    """Every user who fits the filters, not one page of them."""
    find_users(tenant, filters, 1)  # Refuses what no filter offers.
    found = listing_of(tenant).users(filters, limit=MOST_USERS).lines
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(each.name for each in fields(UserLine) if each.name != _LEFT_OUT)
    writer.writerows(_harmless(line) for line in found)
    return written.getvalue()


def _harmless(line: UserLine) -> Iterator[str]:
    """A cell that begins like a formula is computed by a spreadsheet: a quote before it makes it a text."""
    for name, value in zip((each.name for each in fields(UserLine)), astuple(line), strict=True):
        if name != _LEFT_OUT:
            text = str(value)
            yield f"'{text}" if text.startswith(FORMULA_SIGNS) else text
