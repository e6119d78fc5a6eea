"""The figures for people: a table in Markdown, and pictures as SVG, made by hand and without a library."""

from xml.sax.saxutils import escape

from .servers import quantile

WIDTH, LABELS, BAR, GAP = 720, 240, 22, 12
INK, QUIET, ACCENT, PAPER = "#1c2024", "#5b6168", "#1d4e89", "#fbfaf6"


def table(lines):
    """Markdown: what, figure, target, verdict."""
    rows = ["| what | measured | target | |", "| --- | --- | --- | --- |"]
    words = {True: "kept", False: "**missed**", None: ""}
    rows += [f"| {line.what} | {line.figure} | {line.target} | {words[line.kept]} |" for line in lines]
    return "\n".join(rows)


def raw_table(results):
    """Markdown: what each step's pages cost."""
    rows = [
        "| pages | entries | p50 ms | p99 ms | processor p50 ms | queries | bytes |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, size, pages in costs(results):
        for kind, figures in pages.items():
            wall, cpu = figures["wall"], figures["cpu"]
            cells = [f"{quantile(wall, 0.5):.1f}", f"{quantile(wall, 0.99):.1f}", f"{quantile(cpu, 0.5):.1f}"]
            rows.append(
                f"| {name}: {kind} | {size} | {' | '.join(cells)} | {figures['queries']} | {figures['bytes']:,} |"
            )
    return "\n".join(rows)


def costs(results):
    """(site, entries in words, {kind of page: figures}) of every step that rendered uncached pages."""
    for step, found in results.raw.items():
        if step.startswith("others "):
            for site, pages in found.items():
                yield site, f"{int(step.split()[1]):,}", pages
        elif step.startswith("pages "):
            _pages, database, size = step.split()
            yield f"ours on {database}", f"{int(size):,}", found


def bars(title, rows, unit):
    """An SVG of horizontal bars. rows: [(label, value, whether it is ours)]."""
    largest = max(value for _label, value, _ours in rows) or 1
    height = 48 + len(rows) * (BAR + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="14">',
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        f'<text x="12" y="26" fill="{INK}" font-weight="600">{escape(title)}</text>',
    ]
    for number, (label, value, is_ours) in enumerate(rows):
        top, length = 42 + number * (BAR + GAP), max(2, (WIDTH - LABELS - 110) * value / largest)
        parts += [
            f'<text x="{LABELS - 10}" y="{top + 16}" text-anchor="end" fill="{INK}">{escape(label)}</text>',
            f'<rect x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" fill="{ACCENT if is_ours else QUIET}"/>',
            f'<text x="{LABELS + length + 8:.1f}" y="{top + 16}" fill="{INK}">{value:,.4g} {unit}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def pictures(results):
    """{file name: SVG} of what the figures allow."""
    found, raw = {}, results.raw
    others = raw.get(f"others {results.smallest}")
    if others:
        rows = [(site, quantile(pages["article"]["cpu"], 0.5), site == "ours") for site, pages in others.items()]
        found["article.svg"] = bars("One uncached article, processor time", rows, "ms")
    served = raw.get("served")
    if served:
        rows = [
            (name, sorted(rates)[len(rates) // 2], name.startswith("ours")) for name, rates in served["rate"].items()
        ]
        found["cached.svg"] = bars("A cached article, requests a second, two workers", rows, "")
    rows = [
        (f"{site}, {kind}, {size}", quantile(pages[kind]["cpu"], 0.5), site.startswith("ours"))
        for kind in ("article", "topic", "search")
        for site, size, pages in costs(results)
        if kind in pages and "PostgreSQL" not in site and site != "Wagtail"
    ]
    if rows:
        found["growth.svg"] = bars("Uncached pages as the library grows, processor time", rows, "ms")
    return found
