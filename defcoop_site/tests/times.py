"""Moments that tests need."""

from datetime import timedelta

from django.utils import timezone


def in_an_hour():
    return timezone.now() + timedelta(hours=1)
