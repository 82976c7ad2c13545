"""A loopback server that speaks OpenAI's chat protocol, with models that follow a script."""

from testing.openai_server.server import ChatServer, Request

__all__ = ["ChatServer", "Request"]
