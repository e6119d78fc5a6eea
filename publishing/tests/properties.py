"""How property tests run: a busy machine is no failure."""

from hypothesis import HealthCheck, settings


def patient(examples=100):
    """hypothesis settings without a time limit."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
