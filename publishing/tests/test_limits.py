"""Limits: so often for each visitor, and no address kept."""

from unittest import mock

import time_machine
from django.core.cache import caches
from django.test import RequestFactory, SimpleTestCase, override_settings

from publishing.limits import Limit, network


def from_address(address, **more):
    return RequestFactory().get("/", REMOTE_ADDR=address, **more)


@override_settings(BEHIND_PROXY=False)
@time_machine.travel("2026-05-04 12:00:00+00:00", tick=False)
class LimitTests(SimpleTestCase):
    def setUp(self):
        caches["default"].clear()
        self.limit = Limit("trial", count=2, seconds=60)

    def test_the_third_of_two_is_refused_and_says_when_to_return(self):
        for _ in range(2):
            self.assertTrue(self.limit.take(from_address("192.0.2.1")).allowed)

        taken = self.limit.take(from_address("192.0.2.1"))

        self.assertFalse(taken.allowed)
        self.assertEqual(
            taken.headers,
            {"RateLimit-Limit": "2", "RateLimit-Remaining": "0", "RateLimit-Reset": "60", "Retry-After": "60"},
        )

    def test_what_remains_is_said_while_there_is_some(self):
        taken = self.limit.take(from_address("192.0.2.1"))

        self.assertEqual(taken.remaining, 1)
        self.assertNotIn("Retry-After", taken.headers)

    def test_the_next_window_begins_anew(self):
        for _ in range(3):
            self.limit.take(from_address("192.0.2.1"))

        with time_machine.travel("2026-05-04 12:01:00+00:00", tick=False):
            taken = self.limit.take(from_address("192.0.2.1"))

        self.assertTrue(taken.allowed)

    def test_others_are_counted_apart(self):
        for _ in range(3):
            self.limit.take(from_address("192.0.2.1"))

        self.assertTrue(self.limit.take(from_address("192.0.2.2")).allowed)
        self.assertTrue(Limit("another", count=2, seconds=60).take(from_address("192.0.2.1")).allowed)

    def test_a_forwarded_address_is_believed_behind_a_proxy_alone_and_only_its_last(self):
        for number in range(3):
            self.limit.take(from_address("192.0.2.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}"))
        self.assertFalse(self.limit.take(from_address("192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.9")).allowed)

        with override_settings(BEHIND_PROXY=True):
            for number in range(3):
                asked = from_address("192.0.2.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 203.0.113.5")
                taken = self.limit.take(asked)

        self.assertFalse(taken.allowed)

    def test_a_cache_that_does_not_answer_lets_everybody_in(self):
        with mock.patch("publishing.limits.caches") as stores:
            stores.__getitem__.side_effect = ConnectionError
            taken = self.limit.take(from_address("192.0.2.1"))

        self.assertTrue(taken.allowed)

    def test_no_key_holds_the_address(self):
        with mock.patch("publishing.limits._count", return_value=1) as count:
            self.limit.take(from_address("192.0.2.1"))

        self.assertNotIn("192.0.2.1", count.call_args.args[0])

    def test_word_for_a_visitor_is_another_one_later_and_under_another_secret(self):
        def word():
            with mock.patch("publishing.limits._count", return_value=1) as count:
                self.limit.take(from_address("192.0.2.1"))
            return count.call_args.args[0]

        with time_machine.travel("2026-05-04 12:01:00+00:00", tick=False):
            later = word()
        with override_settings(SECRET_KEY="another"):
            elsewhere = word()

        self.assertEqual(len({word(), later, elsewhere}), 3)
        self.assertEqual(word(), word())

    def test_one_network_of_ipv6_is_one_visitor(self):
        self.assertEqual(network("2001:db8:1:2::3"), network("2001:db8:1:2:ffff::9"))
        self.assertNotEqual(network("2001:db8:1:2::3"), network("2001:db8:1:3::3"))
        self.assertEqual(network("::ffff:192.0.2.1"), "192.0.2.1")
        self.assertEqual(network("no address"), "no address")
