"""Connections to web servers: only to checked addresses, and with a deadline."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import SplitResult, unquote

import httpcore
import httpx

# Networks that Python counts as global but that are not, or not entirely: packets to them may reach
# the private network (IANA's special-purpose registries; RFC 3056, 3068, 3879, 4291, 4380, 6052,
# 8215).
_LEADING_IN = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.88.99.0/24",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
    )
)


class InsideError(Exception):
    """A host has an address that is, or may lead, inside the private network: its text."""


class Transport(httpx.HTTPTransport):
    """Sends requests only to public addresses, or to any if `private`.

    A host is resolved once per connection, which then uses one of the addresses that were checked,
    so that DNS rebinding cannot lead elsewhere.
    """

    def __init__(self, *, private: bool) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context)
        self._connections = _Connections(private)
        # httpx has no argument for its pool's network backend.
        self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=self._connections)
        self._named = SplitResult("", "", "", "", "")

    def sign_in(self, named: SplitResult) -> None:
        """Send a URL's credentials, if it has any, to its host from now on.

        They are added here, below the cache, so that it never stores them.
        """
        self._named = named

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, with credentials if it is for the host they belong to."""
        user, host, scheme = self._named.username, self._named.hostname, self._named.scheme
        # Credentials for an encrypted connection are never sent over an unencrypted one.
        if user and request.url.host == host and request.url.scheme in (scheme, "https"):
            auth = httpx.BasicAuth(unquote(user), unquote(self._named.password or ""))
            request = next(auth.auth_flow(request))
        return super().handle_request(request)

    def stop_after(self, seconds: float) -> None:
        """Abort requests `seconds` from now, however slowly they progress."""
        self._connections.until = time.monotonic() + seconds

    @property
    def overdue(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self._connections.until


class _Connections(httpcore.SyncBackend):
    def __init__(self, private: bool) -> None:
        self.until = float("inf")
        self._private = private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in self._addresses(host, port):
            try:
                stream = super().connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            return _Stream(stream, self)
        raise failed or httpcore.ConnectError(f"the host {host} has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        """Resolve a host; raises InsideError if one of its addresses is not allowed."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            raise httpcore.ConnectError(f"the host cannot be resolved: {error}") from error
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        for address in addresses:
            if not self._private and not is_outside(address):
                raise InsideError(address)
        return addresses

    def left(self, timeout: float | None) -> float:
        """Return the timeout for an operation, given its own timeout and the deadline."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("timed out")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A stream that reads and writes only until the deadline of `connections`."""

    def __init__(self, stream: httpcore.NetworkStream, connections: _Connections) -> None:
        self._stream = stream
        self._connections = connections

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._connections.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._connections.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._connections.left(timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Stream(stream, self._connections)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def is_outside(address: str) -> bool:
    """Whether an IP address is public and cannot lead into the private network."""
    ip = ipaddress.ip_address(address.split("%")[0])
    return ip.is_global and not ip.is_multicast and not any(ip in each for each in _LEADING_IN)
