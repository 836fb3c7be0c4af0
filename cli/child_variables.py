"""The variables by which `scimulate run` and the pytest it starts agree, beside those that describe the endpoint."""

PARENT_PIPE = "SCIMULATE_PARENT_PIPE"
"""A file descriptor that reads as ended when the parent is dead."""
PROGRESS_PIPE = "SCIMULATE_PROGRESS_PIPE"
"""A file descriptor to which a JSON line is written for each scenario."""
SELECT = "SCIMULATE_SELECT"
"""What was given as --select, one to a line."""
