"""Checks by their names."""


def by_name(checks):
    """{name: `Check`}."""
    return {check.name: check for check in checks}
