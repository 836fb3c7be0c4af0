"""Every setting of every command: the one list that flags, variables, `scimulate.toml` and the documentation share."""

from datetime import timedelta

from scimulate.cli.settings import (
    CLEANUP,
    ENTRA,
    LOAD,
    RUN,
    SERVE,
    Setting,
    one_of,
    port,
    span,
    switch,
    web_address,
    whole,
)

ENDPOINT = (RUN, LOAD, CLEANUP)
"""The commands that send to an endpoint under test."""
PACED = (RUN, CLEANUP)

KNOWN: tuple[Setting, ...] = (
    Setting("url", ENDPOINT, "SCIM base URL of the endpoint; without it run judges the bundled servers", metavar="URL"),
    Setting(
        "token",
        (*ENDPOINT, SERVE),
        "the bearer token, or - to read it from standard input; for serve the one it starts with",
        secret=True,
    ),
    Setting("token-env", (*ENDPOINT, SERVE), "name of the variable that holds the token", metavar="NAME"),
    Setting("token-file", (*ENDPOINT, SERVE), "file that holds the token", metavar="FILE"),
    Setting("profile", (RUN,), "what the endpoint is judged by", default="entra", metavar="NAME"),
    Setting("out", (RUN, LOAD), "folder for the results", default="scimulate-results", metavar="FOLDER"),
    Setting(
        "select",
        (RUN,),
        "requirement id, tag (smoke) or feature path; may be repeated, and each adds",
        metavar="WHAT",
        many=True,
        default=(),
    ),
    Setting("baseline", (RUN,), "file of findings that are known and accepted", metavar="FILE"),
    Setting(
        "fail-on",
        (RUN,),
        "the mildest verdict that makes the exit code 1",
        one_of("failed", "warning"),
        "failed",
        "failed|warning",
    ),
    Setting("dry-run", (RUN,), "list what would be judged and send nothing", switch, False, "1|0"),
    Setting("read-only", (RUN,), "send GET alone", switch, False, "1|0"),
    Setting("seed", (RUN, ENTRA, LOAD), "the seed of all generated data", whole(0), 1, "N"),
    Setting("run-id", (RUN, LOAD), "eight characters of a-z and 2-7; new for each run when not given", metavar="ID"),
    Setting("workers", (RUN,), "processes that judge at once; 0 is the run's own one", whole(0), 0, "N"),
    Setting("pace", PACED, "least time between two requests", span("milliseconds"), timedelta(0), "MILLISECONDS"),
    Setting(
        "timeout",
        ENDPOINT,
        "time that an answer may take in all",
        span("seconds", least=0.001),
        timedelta(seconds=30),
        "SECONDS",
    ),
    Setting("max-requests", (RUN,), "stop after so many requests", whole(1), None, "N"),
    Setting("ca-file", ENDPOINT, "certificate authorities to trust (PEM)", metavar="FILE"),
    Setting("client-cert", ENDPOINT, "certificate and key to show to the endpoint (PEM)", metavar="FILE"),
    Setting("insecure", ENDPOINT, "do not verify the endpoint's certificate", switch, False, "1|0"),
    Setting("proxy", ENDPOINT, "proxy to send through", metavar="URL", masked=True),
    Setting(
        "header",
        ENDPOINT,
        "a header for every request; may be repeated",
        metavar="K=V",
        many=True,
        default=(),
        masked=True,
    ),
    Setting("oauth-token-url", ENDPOINT, "where a token is fetched with client credentials", metavar="URL"),
    Setting("oauth-client-id", ENDPOINT, "client id for the token URL", metavar="ID"),
    Setting("oauth-client-secret", ENDPOINT, "client secret for the token URL; only as a variable", secret=True),
    Setting("state-dir", ENDPOINT, "folder for the journals of runs", metavar="FOLDER"),
    Setting("journal", (CLEANUP,), "the journal of one run; without it all that belong to the URL", metavar="FILE"),
    Setting("host", (SERVE,), "address to listen on", default="127.0.0.1", metavar="ADDRESS"),
    Setting("port", (SERVE, ENTRA), "port to listen on; 8880 for serve, 8881 for entra", port, None, "PORT"),
    Setting("database", (SERVE,), "SQLite file, or :memory:", default=":memory:", metavar="PATH"),
    Setting(
        "policy",
        (SERVE,),
        "how strict the server is",
        one_of("strict", "entra", "ivanti-r119", "ivanti-r118"),
        "entra",
        "NAME",
    ),
    Setting("public-url", (SERVE,), "the URL under which others reach the server", web_address, metavar="URL"),
    Setting("control", (SERVE,), "open the control surface to this machine", switch, False, "1|0"),
    Setting(
        "clock",
        (ENTRA,),
        "the machine's time, or one that moves on request",
        one_of("real", "virtual"),
        "real",
        "real|virtual",
    ),
    Setting("directory", (ENTRA,), "people in the directory at the start", whole(0), 0, "N"),
    Setting("users", (LOAD,), "users to provision", whole(1), None, "N"),
    Setting("groups", (LOAD,), "groups to provision", whole(0), 0, "M"),
    Setting("mode", (LOAD,), "what kind of load", default="initial", metavar="MODE"),
    Setting("rate", (LOAD,), "requests a second in all, or max", default="max", metavar="R"),
    Setting(
        "p99-limit-ms",
        (LOAD,),
        "the longest p99 from planned start that passes",
        span("milliseconds", least=0.001),
        timedelta(seconds=1),
        "MILLISECONDS",
    ),
    Setting("processes", (LOAD,), "processes that generate load", whole(1), 1, "P"),
    Setting("keep", (LOAD,), "leave what was provisioned at the endpoint", switch, False, "1|0"),
    Setting(
        "yes-this-endpoint", (LOAD,), "the endpoint is not on this machine, and may be loaded", switch, False, "1|0"
    ),
)

BY_NAME = {setting.name: setting for setting in KNOWN}
