"""The wheel: the package, and the folder gin/ beside it as lth_keras/shipped/gin.

The experiments stay in gin/, where people read and edit them. All else is in pyproject.toml.
"""

from setuptools import find_packages, setup

_SHIPPED = "lth_keras.shipped.gin"

setup(
    packages=[*find_packages(include=["lth_keras*"]), _SHIPPED],
    package_dir={_SHIPPED: "gin"},
    package_data={
        _SHIPPED: ["*.gin", "*/*.gin"],
        "lth_keras": ["py.typed"],
        "lth_keras.report": ["templates/*"],
    },
)
