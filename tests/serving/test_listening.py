"""The address to listen at
where another listens, or that is another machine's, is refused in one line that names the settings, and left as it was
that is free takes connections, over IPv4 and IPv6
"""

import socket
from collections.abc import Iterator

import pytest

from serving.listening import AddressTaken, listen


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port at which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_listen__where_another_does__is_refused(taken: int) -> None:
    with pytest.raises(AddressTaken) as refusal:
        listen("127.0.0.1", taken, "ERANOS_X_")

    message = str(refusal.value)
    assert message.startswith(f"can't listen at 127.0.0.1:{taken} (")
    assert message.endswith("): set ERANOS_X_PORT or ERANOS_X_HOST")
    assert "\n" not in message


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "no host"])
def test_listen__at_no_address_of_ours__is_refused(host: str) -> None:
    with pytest.raises(AddressTaken, match="set ERANOS_X_PORT or ERANOS_X_HOST"):
        listen(host, 0, "ERANOS_X_")


def test_listen__once_refused__leaves_the_address_free() -> None:
    with listen("127.0.0.1", 0, "") as first:
        port = first.getsockname()[1]
        with pytest.raises(AddressTaken):
            listen("127.0.0.1", port, "")

    listen("127.0.0.1", port, "").close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_listen__at_a_free_address__takes_connections(host: str) -> None:
    with listen(host, 0, "") as listener:
        port = listener.getsockname()[1]
        with socket.create_connection((host, port), timeout=5):
            connection, _ = listener.accept()
            connection.close()
