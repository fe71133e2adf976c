"""How often a job is tried again."""

from lth_keras.cluster.retries import Retries


def test_each_job_has_its_own_tries():
    retries = Retries(2)
    said = []
    for _ in range(3):
        retries.begin("round_01")
        said.append(retries.next_try("round_01"))
    assert said == ["try 2 of 3", "try 3 of 3", None]
    retries.begin("full")
    assert retries.next_try("full") == "try 2 of 3"
    once = Retries(0)
    once.begin("full")
    assert once.next_try("full") is None
