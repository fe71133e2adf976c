"""Whether a host answers, directly or through a proxy."""

from lth_keras.data import connectivity


def test_an_unresolvable_host_is_told_in_seconds():
    # '.invalid' never resolves, by RFC 2606.
    assert connectivity.unreachable_host(["https://data.invalid/x"]) == "data.invalid"


def test_a_host_that_answers_is_reached_directly_or_through_the_proxy(monkeypatch):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert connectivity.unreachable_host([f"https://{address}/x"]) is None
        monkeypatch.setenv("https_proxy", f"http://{address}")
        assert connectivity.unreachable_host(["https://data.invalid/x"]) is None
