"""How many resources a list has, and which is the n-th: OFFSET would read all that come before it.

Resources are numbered in the order of their creation, and lists are in that order. The visible ones are counted in
buckets of 256 and of 65,536 numbers, which triggers keep true, so that at a million resources the n-th is found by
adding up a few hundred rows and passing over 255 at most.
"""

from scimulate.mock_servers.scim.store import Connection

_SHIFTS = (16, 8)
"""A number without so many of its last bits is its bucket: wide buckets first."""

_TABLE = """
CREATE TABLE resource_rank (
  tenant TEXT NOT NULL, kind TEXT NOT NULL, shift INTEGER NOT NULL, bucket INTEGER NOT NULL, visible INTEGER NOT NULL,
  PRIMARY KEY (tenant, kind, shift, bucket)) WITHOUT ROWID
"""
_FILL = """
INSERT INTO resource_rank SELECT tenant, kind, ?1, number >> ?1, count(*) FROM resource WHERE hidden = 0
GROUP BY tenant, kind, number >> ?1
"""
_COUNT = (
    "INSERT INTO resource_rank VALUES (new.tenant, new.kind, 8, new.number >> 8, 1),"
    " (new.tenant, new.kind, 16, new.number >> 16, 1)"
    " ON CONFLICT DO UPDATE SET visible = visible + 1;"
)
_OF_OLD = "tenant = old.tenant AND kind = old.kind AND shift = {0} AND bucket = old.number >> {0}"
_UNCOUNT = "".join(
    f"UPDATE resource_rank SET visible = visible - 1 WHERE {of_old};"
    f" DELETE FROM resource_rank WHERE {of_old} AND visible = 0;"
    for of_old in map(_OF_OLD.format, _SHIFTS)
)
_TRIGGERS = (
    f"TRIGGER IF NOT EXISTS resource_ranked AFTER INSERT ON resource WHEN NOT new.hidden BEGIN {_COUNT} END",
    f"TRIGGER IF NOT EXISTS resource_unranked AFTER DELETE ON resource WHEN NOT old.hidden BEGIN {_UNCOUNT} END",
    "TRIGGER IF NOT EXISTS resource_hidden AFTER UPDATE OF hidden ON resource"
    f" WHEN new.hidden > old.hidden BEGIN {_UNCOUNT} END",
    "TRIGGER IF NOT EXISTS resource_shown_again AFTER UPDATE OF hidden ON resource"
    f" WHEN new.hidden < old.hidden BEGIN {_COUNT} END",
)
_FORMER = ("TRIGGER resource_added", "TRIGGER resource_removed", "TRIGGER resource_shown", "TABLE resource_count")
"""What counted in the files of earlier releases."""


def create_ranks(connection: Connection) -> None:
    """The table and its triggers. A file that was made without them is counted once."""
    if not connection.execute("PRAGMA table_info(resource_rank)").fetchall():
        for former in _FORMER:
            connection.execute(f"DROP {former.replace(' ', ' IF EXISTS ', 1)}")
        connection.execute(_TABLE)
        for shift in _SHIFTS:
            connection.execute(_FILL, (shift,))
    for trigger in _TRIGGERS:
        connection.execute(f"CREATE {trigger}")


def total(connection: Connection, tenant: str, kind: str) -> int:
    """How many resources of a kind are visible."""
    found = connection.execute(
        "SELECT total(visible) FROM resource_rank WHERE tenant = ? AND kind = ? AND shift = 16", (tenant, kind)
    ).fetchone()
    return int(found[0])


def place_of(connection: Connection, tenant: str, kind: str, offset: int) -> tuple[int, int]:
    """Where the resource with `offset` visible ones before it is: a number to start at, and how many to pass over.

    There must be one.
    """
    start = 0
    for shift in _SHIFTS:
        found = connection.execute(
            "SELECT bucket, visible FROM resource_rank WHERE tenant = ? AND kind = ? AND shift = ? AND bucket >= ?"
            " ORDER BY bucket",
            (tenant, kind, shift, start >> shift),
        )
        for bucket, visible in found:
            if visible > offset:
                start = bucket << shift
                break
            offset -= visible
    return start, offset
