"""How property tests run: a busy machine is no failure."""

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ", "1"))  # `make fuzz` tries that many times as much


def patient(examples=100):
    """hypothesis settings without a time limit."""
    return settings(max_examples=examples * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
