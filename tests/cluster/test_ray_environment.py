"""What Ray reads from the environment, and the token of a pool on this machine."""

import os
import sys

import pytest

from lth_keras.cluster.ray_environment import set_environment


@pytest.fixture
def environment(monkeypatch):
    """The process's environment without Ray's settings; restored afterwards."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    monkeypatch.setattr(os, "environ", kept)
    return kept


def test_a_pool_here_asks_for_a_token(environment, monkeypatch):
    monkeypatch.delitem(sys.modules, "ray", raising=False)
    set_environment(is_local=True)
    assert environment["RAY_AUTH_MODE"] == "token" and len(environment["RAY_AUTH_TOKEN"]) == 64


def test_a_program_that_imported_ray_keeps_its_ray(environment, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", object())
    set_environment(is_local=True)
    assert not any(name.startswith("RAY_AUTH") for name in environment)


@pytest.mark.parametrize("own, is_local", [
    ({"RAY_AUTH_MODE": "disabled"}, True), ({"RAY_AUTH_TOKEN_PATH": "/x"}, True),
    ({"RAY_worker_niceness": "5"}, False)])
def test_what_the_user_has_set_stays(own, is_local, environment, monkeypatch):
    monkeypatch.delitem(sys.modules, "ray", raising=False)
    environment.update(own)
    set_environment(is_local)
    assert "RAY_AUTH_TOKEN" not in environment
    assert {key: environment[key] for key in own} == own
    assert environment["RAY_USAGE_STATS_ENABLED"] == "0"
