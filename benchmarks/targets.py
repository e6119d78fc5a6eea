"""What is promised, beside what was found."""

from dataclasses import dataclass

from .servers import quantile


@dataclass(frozen=True)
class Line:
    """One promise. figure, target: in words; kept: None where nothing is promised."""

    what: str
    figure: str
    target: str
    kept: bool | None


def at_most(what, figure, limit, unit=""):
    return Line(what, f"{figure:.3g}{unit}", f"at most {limit:g}{unit}", figure <= limit)


def at_least(what, figure, limit, unit=""):
    return Line(what, f"{figure:.3g}{unit}", f"at least {limit:g}{unit}", figure >= limit)


def half(figures, kind="cpu"):
    return quantile(figures[kind], 0.5)


class Results:
    """The raw figures of all steps, by the names that `__main__.plan` gives them."""

    def __init__(self, raw, sizes):
        self.raw, self.smallest, self.largest, self.middle = raw, min(sizes), max(sizes), sizes[1:-1]

    def lines(self):
        """Every Line for which there are figures."""
        parts = (self.served, self.others, self.growth, self.search, self.see_also, self.publishing, self.memory)
        return [line for part in parts for line in part()]

    def served(self):
        found = self.raw.get("served")
        if not found:
            return
        yield at_least("cached article, requests a second, of the bare application’s", found["ratio"], 0.9)
        yield at_least("304, of the bare application’s", found["ratio 304"], 0.95)
        for what, name in (("cached article", "cpu ratio"), ("304", "cpu ratio 304")):
            yield Line(f"{what}, processor time, of the bare application’s", f"{found[name]:.3g}", "", None)
        yield at_most("cold start to first byte", quantile(found["start"], 0.5), 2.5, " s")
        yield at_most(
            "article over the wire, brotli, with style and script", sum(found["bytes"].values()) / 1000, 20, " kB"
        )

    def others(self):
        found = self.raw.get(f"others {self.smallest}")
        if not found:
            return
        ours = half(found["ours"]["article"])
        what = f"uncached article at {self.smallest}, processor time, of "
        if "Wagtail" in found:
            yield at_most(f"{what}Wagtail’s", ours / half(found["Wagtail"]["article"]), 1 / 8)
        yield at_most(f"{what}the plain Django site’s", ours / half(found["plain"]["article"]), 1 / 3)

    def growth(self):
        small = self.raw.get(f"others {self.smallest}", {}).get("ours")
        if not small:
            return
        for size in [*self.middle, self.largest]:
            large = self.raw.get(f"pages SQLite {size}")
            if not large:
                continue
            what = f"at {size:,}, processor time, of its own at {self.smallest}"
            yield at_most(f"uncached article {what}", half(large["article"]) / half(small["article"]), 1.1)
            if size == self.largest:
                for name in ("list", "topic"):
                    yield at_most(f"uncached {name} page {what}", half(large[name]) / half(small[name]), 1.5)

    def search(self):
        for database, limit in (("SQLite", 50), ("PostgreSQL", 100)):
            found = self.raw.get(f"pages {database} {self.largest}")
            if found:
                wall, where = found["search"]["wall"], f"at {self.largest:,} on {database}"
                yield at_most(f"uncached search {where}, p95", quantile(wall, 0.95), limit, " ms")
                yield at_most(f"slowest search {where}", max(wall), 250, " ms")

    def see_also(self):
        for database in ("SQLite", "PostgreSQL"):
            large = self.raw.get(f"in process {database} {self.largest}")
            if not large:
                continue
            own, where = large["see also"], f"at {self.largest:,} on {database}"
            yield at_most(f"See also {where}, p95", own["p95"], 5, " ms")
            yield at_most(f"See also {where}, queries", own["queries"], 3)
            yield at_most(
                f"See also, most linked entry {where}, queries", large["see also, most linked entry"]["queries"], 3
            )
            small = self.raw.get(f"in process {database} 1000")
            if small:
                for share in ("p50", "p95"):
                    ratio = own[share] / small["see also"][share]
                    yield at_most(f"See also {where}, {share}, of its own at 1,000", ratio, 1.5)
            if database == "SQLite":  # where all work is in the process
                ratio = large["similar_objects()"]["cpu50"] / own["cpu50"]
                yield at_least(f"similar_objects() {where}, processor time, of See also’s", ratio, 1000)
            for name in ("topic page", "two topics"):
                yield at_most(f"{name} {where}, p95", large[name]["p95"], 30, " ms")
                yield at_most(f"{name} {where}, queries", large[name]["queries"], 7)

    def publishing(self):
        for database in ("SQLite", "PostgreSQL"):
            found = self.raw.get(f"in process {database} {self.largest}")
            if found:
                what = f"publishing one entry at {self.largest:,} on {database}, p95"
                yield at_most(what, found["publish"]["p95"], 250, " ms")
        found = self.raw.get("readers")
        if found:
            ratio = found["meanwhile"]["slowest"] / found["meanwhile"]["p50"]
            yield at_most("slowest reader of another page while entries are published, of the median", ratio, 3)

    def memory(self):
        found = self.raw.get("memory")
        if found:
            what = f"two workers after {found['pages']:,} different pages"
            yield at_most(what, found["megabytes"], 150, " MB")
            yield Line(f"{what}, with their master", f"{found['with master']:.3g} MB", "", None)
