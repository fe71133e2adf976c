"""gin's texts of one run stay its own when gin's state becomes another run's."""

import gin

from lth_keras.experiment.bindings import Bindings


def test_the_bindings_of_the_time_and_the_longest_operative_text():
    gin.parse_config("SGD.momentum = 0.5")
    bindings = Bindings()
    gin.clear_config()
    gin.parse_config("SGD.momentum = 0.75")
    assert "SGD.momentum = 0.5" in bindings.config
    bindings.note("a = 1\nb = 2\n")
    bindings.note("a = 1\n")
    assert bindings.operative == "a = 1\nb = 2\n"
