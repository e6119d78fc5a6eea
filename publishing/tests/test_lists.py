from uuid import UUID

from django.test import TestCase
from django.utils import timezone

from publishing.lists import PAGE_SIZE, FilterForm, paginate
from publishing.public import PublicEntry


class PaginateTests(TestCase):
    def entries(self, count):
        now = timezone.now()
        rows = [
            PublicEntry(
                pk=UUID(int=number),
                kind="article",
                slug=f"article-{number}",
                title=f"Article {number}",
                sort_key=f"{number % 7}",
                version=1,
                page={},
                first_published_at=now,
                revised_at=now,
            )
            for number in range(1, count + 1)
        ]
        PublicEntry.objects.bulk_create(rows)
        return sorted((row.sort_key, row.pk) for row in rows)

    def page(self, number):
        order = ("sort_key", "pk")
        keys = PublicEntry.objects.of_kind("article").order_by(*order).values("pk")
        return paginate(PublicEntry.objects.for_list().order_by(*order), keys, FilterForm({"page": number}))

    def test_pages_in_turn_show_every_row_once_and_in_order(self):
        for size in (0, 1, PAGE_SIZE, PAGE_SIZE + 1, 5 * PAGE_SIZE, 5 * PAGE_SIZE + 7):
            with self.subTest(size):
                PublicEntry.objects.all().delete()
                expected = self.entries(size)

                pages = [self.page(number) for number in range(1, max(1, -(-size // PAGE_SIZE)) + 1)]

                shown = [entry.pk for page in pages for entry in page]
                self.assertEqual(shown, [key for _sort_key, key in expected])
                self.assertTrue(all(len(page) <= PAGE_SIZE for page in pages))

    def test_page_past_the_end_is_the_last_one(self):
        expected = self.entries(PAGE_SIZE + 2)

        page = self.page(9)

        self.assertEqual((page.number, [entry.pk for entry in page]), (2, [key for _key, key in expected[-2:]]))

    def test_last_page_is_read_from_the_end(self):
        self.entries(3 * PAGE_SIZE)

        self.assertNotIn("OFFSET", str(self.page(3).object_list.query))
        self.assertIn("OFFSET", str(self.page(2).object_list.query))
