"""Digests of what a network is made from, beside stored files: its configuration."""

import hashlib
import json


def configuration_digest(configuration):
    """SHA-256 of a resolved configuration, as JSON gives it back."""
    text = json.dumps(json.loads(json.dumps(configuration)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
