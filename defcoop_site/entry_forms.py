"""An entry in other forms than its page, its versions' notes and changes, and how to cite it."""

from django.http import Http404
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from actors.as_of import CARRYING, as_of
from publishing import citing, kinds
from publishing.diff import compare
from publishing.downloads import Download, page_or_file
from publishing.languages import record_language
from publishing.metadata import PUBLICATION
from publishing.public import PublicVersion
from publishing.tables import download, json_answer, notes_table, readme, table_answer, versions_table
from publishing.views import ReadVersion, find_version, kind_of, live_or_moved

from .entry_data import entry_data, for_readers
from .entry_markdown import entry_markdown


def citation_of(request, read):
    """The Citation of a ReadVersion. Its address is the one of all languages."""
    entry = read.entry
    with record_language():
        address = entry.get_version_url()
    return citing.Citation(
        key=f"{entry.kind}-{entry.slug}-v{entry.version}",
        title=entry.title,
        publication=PUBLICATION,
        version=entry.version,
        published=localdate(read.version.published_at),
        url=request.build_absolute_uri(address),
        language=entry.language,
    )


def _context_and_table(read, citation, when):
    """What the page of a ReadVersion shows, and its table with a readme."""
    kind = kinds.get(read.entry.kind)
    context = kind.context(read.entry, **({"as_of": when} if when else {}))
    table = (kind.table or notes_table)(read.entry, context)
    table.readme.extend(
        [f"Version {read.entry.version}, published {citation.published.isoformat()}."]
        + readme(citation.url, context["on"].isoformat() if "on" in context else "")
    )
    return context, table


def entry_json(request, read, when=None):
    """The JSON of a ReadVersion. when: the AsOf of a live entry that understands one."""
    citation = citation_of(request, read)
    return entry_data(request, read, *_context_and_table(read, citation, when), citation)


def _written(request, read, form, when=None):
    """The answer that gives a ReadVersion in a form. when: the AsOf of a live entry that understands one."""
    citation = citation_of(request, read)
    name = citation.key
    if form == "bib":
        return download(citing.bibtex(citation), "application/x-bibtex", f"{name}.bib")
    if form == "ris":
        return download(citing.ris(citation), "application/x-research-info-systems", f"{name}.ris")
    if form == "csl.json":
        return json_answer(citing.csl(citation), "application/vnd.citationstyles.csl+json")
    context, table = _context_and_table(read, citation, when)
    if form == "csv":
        return table_answer(table, "csv", name)
    if form == "json":
        return json_answer(entry_data(request, read, context, table, citation))
    return download(entry_markdown(request, read, context, table, citation), "text/markdown", f"{name}.md")


@require_safe
def entry_form(request, section, slug, form):
    kind = kind_of(section)
    entry, instead = live_or_moved(request, kind, slug, "entry_form", form)
    if instead:
        return instead
    version = PublicVersion.objects.get(entry_id=entry.pk, number=entry.version)
    when = as_of(request) if kind.name in CARRYING else None
    response = _written(request, ReadVersion(version, entry, entry), form, when)
    if when:
        response.status_code = when.status
    return response


@require_safe
def version_form(request, section, slug, number, form):
    read = find_version(kind_of(section).name, slug, number)
    if read.live is None:
        return render(request, "410.html", status=410)
    return _written(request, read, form)


@require_safe
def version_cite(request, section, slug, number):
    """How to cite one version."""
    read = find_version(kind_of(section).name, slug, number)
    if read.live is None:
        return render(request, "410.html", status=410)
    citation = citation_of(request, read)
    context = {
        "entry": read.entry,
        "live": read.live,
        "section": section,
        "apa": citing.apa(citation),
        "chicago": citing.chicago(citation),
        "bibtex": citing.bibtex(citation),
        "ris": citing.ris(citation).replace("\r\n", "\n"),
    }
    return render(request, "publishing/cite.html", context)


@require_safe
def entry_history(request, section, slug, file=""):
    """The published versions of an entry, with the notes that readers were given."""
    kind = kind_of(section)
    route = ("entry_history_form", file) if file else ("entry_history",)
    entry, instead = live_or_moved(request, kind, slug, *route)
    if instead:
        return instead
    versions = PublicVersion.objects.filter(entry_id=entry.pk).defer("content").order_by("-number")
    context = {"entry": entry, "kind": kind, "section": section, "versions": versions}
    download = Download("entry_history_form", lambda: versions_table(entry, versions), (section, slug))
    return page_or_file(request, "publishing/history.html", context, [download], file)


@require_safe
def entry_changes(request, section, slug, number):
    """What a published version changed in the one before it."""
    kind = kind_of(section)
    entry, instead = live_or_moved(request, kind, slug, "entry_changes", number)
    if instead:
        return instead
    if not 1 < number <= entry.version:  # a database refuses numbers that no version reaches
        raise Http404
    found = PublicVersion.objects.filter(entry_id=entry.pk, number__in=[number - 1, number])
    pair = {version.number: version for version in found}
    if len(pair) < 2:
        raise Http404
    old, new = (for_readers(kind, pair[n]) for n in (number - 1, number))
    context = {
        "entry": entry,
        "kind": kind,
        "section": section,
        "version": pair[number],
        "comparison": compare(old, new),
    }
    return render(request, "publishing/changes.html", context)
