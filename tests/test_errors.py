"""A value of another class is answered with a class that fits."""

import pytest

from lth_keras.criteria import Criterion, Magnitude
from lth_keras.errors import ConfigurationError, check_is_a


def test_what_has_the_base_class_is_taken():
    check_is_a("IMP.criterion", Magnitude(), Criterion, "Magnitude")


@pytest.mark.parametrize("value", ["magnitude", Magnitude, None])
def test_anything_else_is_refused_in_one_line(value):
    with pytest.raises(ConfigurationError) as error:
        check_is_a("IMP.criterion", value, Criterion, "Magnitude")
    said = str(error.value)
    assert said.startswith(f"IMP.criterion is {value!r}; expected a Criterion, with brackets, like")
    assert "lth_keras.criteria.criterion.Criterion as its base class" in said and "\n" not in said
