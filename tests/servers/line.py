"""A PostgreSQL server's URL in; that of a line to it on loopback, which breaks or falls silent after so much, out."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import make_url

AT_ONCE = 1 << 16
LONGEST = 60
"""Seconds for which a silent line stays open."""


@contextmanager
def line_to(server: str, *, most: int, silent: bool = False) -> Iterator[str]:
    """For one client. What the server says is passed on up to so many bytes; then the line drops or, `silent`, stays
    open and says no more."""
    url, over = make_url(server), Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        given = (listening, f"{url.query['host']}/.s.PGSQL.5432", most, over if silent else None)
        thread = Thread(target=_serve, args=given, daemon=True)
        thread.start()
        here = url.set(host="127.0.0.1", port=listening.getsockname()[1], query={})
        yield here.render_as_string(hide_password=False)
        over.set()
    thread.join(LONGEST)


def _serve(listening: socket.socket, path: str, most: int, over: Event | None) -> None:
    client, _ = listening.accept()
    with client, socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        Thread(target=_pass_on, args=(client, server), daemon=True).start()
        left = most
        while (said := server.recv(AT_ONCE)) and left >= len(said):
            client.sendall(said)
            left -= len(said)
        if over is not None:
            over.wait(LONGEST)
        # To close it alone would wait for the thread that reads from it.
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while asked := client.recv(AT_ONCE):
            server.sendall(asked)
