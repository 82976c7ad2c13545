"""A Slack workspace on the loopback interface, for tests that run the real bot process."""

from .render import plain
from .server import SlackServer

__all__ = ["SlackServer", "plain"]
