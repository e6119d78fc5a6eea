from django.test import TestCase

from articles.models import Section
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.bulk import gather_statistics
from publishing.desk import write_aliases

# Every public page takes as many queries at 60 rows as at 3; what each is for stands beside the number.
PAGES = {
    "/articles/hub/": 6,  # entry, dead addresses, links to it, topics, candidates, targets
    "/actors/hub/": 10,  # entry, links to it, topics, candidates, targets, spells, its agreements, its members, obligations, statements
    "/agreements/hub/": 8,  # and the amendments with their obligations
    "/articles/": 4,  # topics of the filter, count, entries, their topics
    "/actors/": 3,  # topics of the filter, count, entries with their actor rows
    "/agreements/": 3,
    "/articles/?topic=hub": 4,
    "/actors/?kind=state&region=europe&topic=hub": 3,
    "/agreements/?status=in-force&type=alliance&scope=regional&decade=1940&topic=hub": 3,
    "/agreements/?obligation=defence": 3,
    "/agreements/?party=left&on=1970": 7,  # the party by its address and its names, the topics, and for the day how many parties
    # As of a day: the same questions, which names were borne then, and for the list of agreements how many parties each then had.
    "/actors/hub/?on=1950-06-01": 11,
    "/agreements/hub/?on=1950-06-01": 9,
    "/actors/?on=1950": 4,
    "/agreements/?on=1950": 5,
    "/agreements/?on=1950&status=in-force": 5,
    "/between/": 0,
    "/between/?a=Hub+land&b=Common+land": 4,  # each by its address and by its names
    "/between/names/?q=common": 1,
    "/between/left/right/": 8,  # the two; which ties there are, of what kinds; their rows, obligations, organisations; partners in common of either side
    "/between/left/right/?on=1950": 9,
    "/agreements/compare/": 1,
    "/agreements/compare/?a=hub&a=left": 4,  # agreements, their rows, clauses, those to choose from
    "/agreements/exits/": 3,  # causes, count, cases
    "/agreements/exits/?on=1990&cause=unknown": 4,
    "/map/": 4,  # the first year, counts, places, states
    "/map/?on=1990&part=europe": 5,
    "/map/?of=common": 6,  # by address and by names
    "/agreements/hub/map/": 4,  # entry, participations, places, the first year
    "/agreements/hub/map/?on=1990": 5,
    "/actors/hub/map/": 4,  # the same, of its constituent agreement
    "/actors/left/map/": 6,  # entry, obligations, who shares which agreements, partners, places, the first year
    "/actors/left/map/?on=1970": 7,
    "/timeline/": 4,  # topics of the filter, all spells, count, lines
    "/timeline/?topic=hub&on=1990": 5,
    "/agreements/hub/timeline/": 4,  # entry, all spells, count, lines
    "/actors/hub/timeline/": 4,
    "/actors/left/timeline/?on=1970": 5,
    "/": 4,  # featured, recent, counts, topics
    "/topics/": 1,
    "/topics/?order=name": 2,  # and the aliases
    # Topics, counts by kind, entries, their topics, topics that go with these: counts, which stand below, names.
    "/topics/hub/": 7,
    "/topics/hub+other/": 6,  # one more where the entries carry other topics too
    "/topics/hub/?narrower=no&kind=article&order=revised": 6,
    "/topics/hub/feed/": 2,  # topic, entries
    "/search/?q=common": 4,  # what is found, entries, their topics with all that they can be narrowed by, topics called so
    "/search/?q=common&kind=actor&topic=hub&actor=left": 5,  # and the keys of the topic and the actor
    "/search/?q=commno": 5,  # nothing is found; topics called so, what is like it, its titles, and what that finds
    "/search/": 0,
    "/search/names/?q=common": 3,  # topics, entries, their names
    "/opensearch.xml": 0,
    "/feed/": 1,
    "/articles/feed/": 1,
    "/actors/hub/feed/": 2,  # actor, entries
    "/sitemap.xml": 3,  # entries and topics counted, the last revision
    "/sitemap-entries.xml": 2,
    "/sitemap-topics.xml": 2,
    "/articles/hub/card.png": 1,
    "/topics/hub/card.png": 1,
    "/card.png": 0,
    "/articles/hub/v/1/": 10,  # version, first version, topics merged since and above, live entry, and the page’s own five
    "/names/shared/": 1,
    "/articles.csv": 4,
    "/actors.json?on=1950": 4,
    "/agreements.csv?on=1950": 5,
    "/map.csv": 4,  # as its page
    "/agreements/hub/map.json?on=1990": 5,
    "/actors/left/map.csv": 6,
    "/timeline.csv?topic=hub": 4,
    "/timeline/curve.json": 4,
    "/actors/hub/timeline.json": 4,
    "/between/left/right.csv": 8,
    "/agreements/compare.csv?a=hub&a=left": 3,  # no choice is offered
    "/agreements/exits.csv": 3,
    "/agreements/exits/causes.json": 3,
    "/topics.csv": 1,
    "/topics/hub.csv": 7,  # as its page
    "/search.json?q=common": 4,
    "/names/shared.csv": 1,
    "/articles/hub/history.csv": 2,
    "/articles/hub.json": 6,  # entry, version, what it names, and the page’s own without dead addresses
    "/actors/hub.json": 13,  # and all its participations, of which the page may show a part
    "/agreements/hub.json": 10,  # and the codes of its parties
    "/agreements/hub.json?on=1950": 11,
    "/agreements/hub.md": 9,
    "/agreements/hub.csv": 9,
    "/actors/hub.csv?on=1950": 13,
    "/articles/hub.bib": 2,  # entry, version
    "/articles/hub/v/1.csl.json": 5,  # version, first version, topics merged since, where they stand, live entry
    "/articles/hub/v/1/cite/": 5,
    "/articles/hub/history/": 2,  # entry, versions
    "/articles/hub/report/": 1,
    "/api/": 2,  # the agreement of its examples, two of its parties
    "/api/v1/": 0,
    "/api/v1/openapi.json": 0,
    "/api/v1/articles": 2,  # entries, their topics
    "/api/v1/articles?topic=hub": 3,  # and the topic
    "/api/v1/actors?kind=state&region=europe": 2,
    "/api/v1/agreements?status=in-force": 2,
    "/api/v1/agreements?party=left": 3,  # and the party
    "/api/v1/agreements?on=1950&limit=100": 3,  # and how many parties each then had
    "/api/v1/actors/hub": 13,  # as its .json
    "/api/v1/agreements/hub?on=1950": 11,
    "/api/v1/articles/hub/versions": 2,
    "/api/v1/articles/hub/versions/1": 9,
    "/api/v1/topics": 1,
    "/api/v1/topics/hub": 4,  # topic, aliases, narrower ones, counts
    "/api/v1/participations?limit=100": 1,
    "/api/v1/participations?actor=left&agreement=left&on=1950": 4,  # and the names of that day
    "/api/v1/statements?limit=100": 1,
    "/api/v1/statements?actor=hub&agreement=hub&kind=reservation&on=1990": 3,
    "/api/v1/between/left/right": 8,
    "/api/v1/search?q=common": 3,  # what is found, entries, topics to narrow by
    "/api/v1/search?q=common&topic=hub": 5,  # and the topic, and its key
    "/healthz": 1,
    "/readyz": 5,  # does it answer, migrations (is there a table, which), schedules, releases
    "/robots.txt": 0,
    "/data/": 0,
    "/about/": 0,
    "/about/terms/": 0,
}


class QueryCountTests(TestCase):
    """The pages of a hub that everything links to, carries the same topics as, or is a party of."""

    @classmethod
    def fill(cls, rows):
        hub, other = make_topic("hub"), make_topic("other")
        source = make_source("treaty")
        topics = [hub, other]
        actors = [
            publish_now(
                make_actor(
                    title=f"Common land {n}",
                    iso3="FRA",
                    topics=topics,
                    body="[[Hub pact]] [[Hub article]]",
                    facts_source=source,
                )
            )
            for n in range(rows)
        ]
        for n in range(max(2, rows)):
            shared = make_actor(title=f"Shared {n}")
            write_aliases(shared, ["Shared"])
            publish_now(shared)
        hub_actor = make_actor(title="Hub land", slug="hub", topics=topics)
        parties = [
            {"actor": actor, "in_force": "1949", "signed": "unknown", "locator": f"p. {n}"}
            for n, actor in enumerate(actors)
        ]
        pact = publish_now(
            make_agreement(
                title="Hub pact",
                slug="hub",
                signed="1949",
                in_force="1949",
                topics=topics,
                parties=parties,
                statements=[{"actor": actor, "kind": "objection", "objects_to": actors[0]} for actor in actors[1:]],
            )
        )
        hub_actor.constituent_agreement = pact
        hub_actor.body = " ".join(f"[[Common land {n}]]" for n in range(rows))
        hub_actor.save()
        hub_actor.predecessors.set(actors)
        publish_now(hub_actor)
        article = make_article(
            title="Hub article",
            slug="hub",
            topics=topics,
            introduction=" ".join(f"[[Common land {n}]][@treaty, p. {n}]" for n in range(rows)),
        )
        for n in range(rows):
            Section.objects.create(
                article=article, position=n, title=f"S {n}", body="[[Hub pact]]\n\n[see also]"
            ).topics.set([hub])
            publish_now(
                make_agreement(
                    title=f"Common pact {n}",
                    signed="1949",
                    in_force="1949",
                    topics=topics,
                    parties=[{"actor": hub_actor, "in_force": "unknown"}],
                    statements=[{"actor": hub_actor}],
                    body="[[Hub land]]",
                    amends=pact,
                )
            )
            publish_now(
                make_article(
                    title=f"Common article {n}",
                    topics=[*topics, make_topic(broader=hub)],
                    introduction="[[Hub land]] [[Hub pact]]",
                    featured=True,
                )
            )
        publish_now(article)
        left, right = (publish_now(make_actor(title=name, slug=name)) for name in ("left", "right"))
        for one in (left, right):
            parties = [{"actor": actor, "in_force": "1949"} for actor in (one, *actors)]
            publish_now(make_agreement(slug=one.slug, in_force="1949", parties=parties, obligations=["defence"]))
        for _n in range(rows):
            parties = [{"actor": left, "in_force": "1949", "ended": "1980"}, {"actor": right, "in_force": "1949"}]
            publish_now(make_agreement(in_force="1949", parties=parties, obligations=["consultation"]))

    def assert_counts(self):
        for address, expected in PAGES.items():
            with self.subTest(address), self.assertNumQueries(expected):
                self.assertEqual(self.client.get(address).status_code, 200)


class FewRowsTests(QueryCountTests):
    @classmethod
    def setUpTestData(cls):
        cls.fill(3)

    def test_number_of_queries_with_three_rows(self):
        self.assert_counts()


class ManyRowsTests(QueryCountTests):
    @classmethod
    def setUpTestData(cls):
        cls.fill(60)
        gather_statistics()  # as a database does by itself in time

    def test_number_of_queries_is_the_same_with_sixty_rows(self):
        self.assert_counts()
