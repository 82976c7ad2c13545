"""Connections to web servers: to addresses that were looked at, and not for longer than allowed."""

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

# What Python holds for the internet's and is not, or not only: by these addresses a packet may
# come back into the own network (IANA's special-purpose registries; RFC 3056, 3068, 3879, 4291,
# 4380, 6052, 8215).
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
    """A host has an address that is, or may lead, inside the own network: its text."""


class Transport(httpx.HTTPTransport):
    """Carries requests to addresses outside the own network, or to any if `private`.

    A host's addresses are looked up once for a connection, which then goes to one of those that
    were looked at: a name that means something else a moment later does not lead elsewhere.
    """

    def __init__(self, *, private: bool) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context)
        self._connections = _Connections(private)
        # httpx has no argument for what its pool connects with.
        self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=self._connections)
        self._named = SplitResult("", "", "", "", "")

    def sign_in(self, named: SplitResult) -> None:
        """Say the user and password of an address, if it has any, to its host from now on.

        They are added here, below whatever keeps requests and answers.
        """
        self._named = named

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, signed if it is for the host that was signed in to."""
        user, host, scheme = self._named.username, self._named.hostname, self._named.scheme
        # What was meant for an encrypted connection is never said over another.
        if user and request.url.host == host and request.url.scheme in (scheme, "https"):
            auth = httpx.BasicAuth(unquote(user), unquote(self._named.password or ""))
            request = next(auth.auth_flow(request))
        return super().handle_request(request)

    def stop_after(self, seconds: float) -> None:
        """End what is sent and read from now on after `seconds`, however slowly it goes on."""
        self._connections.until = time.monotonic() + seconds

    @property
    def overdue(self) -> bool:
        """Whether that time is over."""
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
        """Return a host's addresses; raises InsideError if one of them is not to be gone to."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            raise httpcore.ConnectError(f"the host cannot be found: {error}") from error
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        for address in addresses:
            if not self._private and not is_outside(address):
                raise InsideError(address)
        return addresses

    def left(self, timeout: float | None) -> float:
        """Return for how long something may go on that may take as long as `timeout`."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("timed out")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A connection that reads and writes no longer than `connections` has time left."""

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
    """Whether an IP address is one of the internet, and cannot lead into the own network."""
    ip = ipaddress.ip_address(address.split("%")[0])
    return ip.is_global and not ip.is_multicast and not any(ip in each for each in _LEADING_IN)
