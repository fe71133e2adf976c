"""Is there a network? In seconds, where TFDS itself retries for minutes."""

import socket
import threading
import urllib.parse
import urllib.request

TIMEOUT = 3.0

# What TFDS falls back to for sets whose code names no address.
_DEFAULT_HOST = "https://storage.googleapis.com"


def unreachable_host(urls):
    """The first host of `urls` that takes no connection within 3 seconds, or None."""
    # In the order given, each host once: all addresses of a set are often one server's.
    for host, port in dict.fromkeys(_endpoint(url) for url in urls or [_DEFAULT_HOST]):
        if not connects(host, port):
            return host
    return None


def connects(host, port):
    """Whether a TCP connection is made within 3 seconds, the look-up of the name included."""
    connected = threading.Event()

    def attempt():
        try:
            socket.create_connection((host, port), timeout=TIMEOUT).close()
            connected.set()
        except OSError:
            pass

    # In a thread that may be left behind, because no timeout reaches the look-up of a name.
    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    return connected.is_set()


def _endpoint(url):
    """(host, port) to connect to for a URL: its own, or that of the proxy the machine names."""
    parts = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(parts.hostname):
        parts = urllib.parse.urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return parts.hostname, parts.port or {"http": 80, "ftp": 21}.get(parts.scheme, 443)
