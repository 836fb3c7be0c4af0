"""Full-directory load for Locust.

`locust -f load/locustfile.py --host URL` gives the web page, `scimulate load` runs it
without one. The token comes from SCIMULATE_TOKEN; `--help` lists what else can be set.
"""

from typing import Any

from locust import events

from scimulate.load.lanes import DirectoryUser
from scimulate.load.options import add_options
from scimulate.load.session import session


class EntraInitialCycle(DirectoryUser):
    """Match and create each user, then each group, then add the members, as an initial cycle does."""


# Locust's hooks carry no types.
hooks: Any = events
hooks.init_command_line_parser.add_listener(add_options)
hooks.init.add_listener(session.on_init)
hooks.test_start.add_listener(session.on_test_start)
hooks.spawning_complete.add_listener(session.on_spawning_complete)
hooks.test_stopping.add_listener(session.on_test_stopping)
hooks.quitting.add_listener(session.on_quitting)
