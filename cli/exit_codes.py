"""The exit codes of the command line: a contract for scripts and CI."""

CLEAN = 0
FINDINGS = 1
USAGE = 2
UNREACHABLE = 3
HARNESS_FAULT = 4
NOTHING_TESTED = 5
CLEANUP_INCOMPLETE = 6
