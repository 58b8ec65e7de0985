"""Takes the address that a process listens at, before it says that it serves."""

import socket
from typing import Final

BACKLOG: Final = 2048
"""Connections that may wait to be taken."""


class AddressTaken(Exception):
    """The address to listen at is in use, or not this machine's."""


def listen(host: str, port: int, settings: str) -> socket.socket:
    """Return a socket that listens.

    Args:
        host: Address of this machine, IPv4 or IPv6.
        port: 0: any that is free.
        settings: What the names of the two settings begin with, for the message.

    Raises:
        AddressTaken: The address is in use, or not this machine's.
    """
    # The protocol is named so that asyncio switches Nagle's delay off: it looks for it on each accepted socket.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or error
        raise AddressTaken(f"can't listen at {host}:{port} ({reason}): set {settings}PORT or {settings}HOST") from error
    return listener
