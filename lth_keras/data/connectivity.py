"""Finds out in seconds whether there is a network; TFDS would retry for minutes."""

import socket
import threading
import urllib.parse
import urllib.request

TIMEOUT = 3.0

# TFDS uses this address for sets whose code names none.
_DEFAULT_HOST = "https://storage.googleapis.com"


def unreachable_host(urls):
    """The first host of `urls` that accepts no connection within 3 seconds; else None."""
    # Each host once, in the given order: a set's addresses are often on one server.
    for host, port in dict.fromkeys(_endpoint(url) for url in urls or [_DEFAULT_HOST]):
        if not connects(host, port):
            return host
    return None


def connects(host, port):
    """Whether a TCP connection succeeds within 3 seconds, including the look-up of the name."""
    connected = threading.Event()

    def attempt():
        try:
            socket.create_connection((host, port), timeout=TIMEOUT).close()
            connected.set()
        except OSError:
            pass

    # In a thread that may outlive this call, because the look-up of a name has no timeout.
    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    return connected.is_set()


def _endpoint(url):
    """(host, port) to connect to for a URL: its own, or those of the machine's proxy."""
    parts = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(parts.hostname):
        parts = urllib.parse.urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return parts.hostname, parts.port or {"http": 80, "ftp": 21}.get(parts.scheme, 443)
