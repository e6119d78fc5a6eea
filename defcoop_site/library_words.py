"""The words of a made-up library. They mean nothing and are meant to be harmless."""

QUALITIES = (
    "joint", "strategic", "regional", "naval", "air", "coastal", "northern", "southern", "civil", "technical", "medical", "legal", "winter",
    "desert", "mountain", "polar", "digital", "industrial", "logistic", "educational", "financial", "scientific", "bilateral", "common", "shared",
)  # fmt: skip
SUBJECTS = (
    "training", "transport", "procurement", "research", "exercises", "patrols", "standards", "planning", "storage", "rescue", "surveillance",
    "communication", "mapping", "maintenance", "stationing", "inspection", "notification", "consultation", "assistance", "education",
)  # fmt: skip
ACTORS = ("Republic", "Kingdom", "Federation", "Commission", "Agency", "Union", "Works", "Forum")
AGREEMENTS = ("Treaty", "Agreement", "Memorandum", "Convention", "Arrangement", "Charter")
ARTICLES = ("History", "Practice", "Law", "Cost", "Future", "Geography", "Politics")
PLACES = (
    "Aldmoor",
    "Bexhaven",
    "Corvale",
    "Dunmere",
    "Eastrow",
    "Fernley",
    "Glenport",
    "Hartwick",
    "Ivybridge",
    "Kelsoe",
)
SENTENCES = (
    "The parties meet twice a year and keep a small permanent office.",
    "Its text was negotiated in three rounds and signed without reservations.",
    "Most of the work is done by officials, and little of it is published.",
    "What began as an exchange of letters became a standing arrangement.",
    "Costs are shared by a formula that is revised every five years.",
    "Observers may attend, but they take no part in decisions.",
    "The commitment is political and has never been tested in court.",
    "Exercises alternate between the two coasts and end with a common report.",
    "A review after ten years found the procedures slow but sound.",
    "Smaller members see in it a way to be heard early.",
)  # fmt: skip
HEADINGS = ("Origins", "Scope", "Institutions", "Practice", "Money", "Criticism", "Membership", "Outlook")


def topic_names():
    """Five hundred names, always in the same order; twenty after each other have the same quality."""
    return [f"{quality} {subject}" for quality in QUALITIES for subject in SUBJECTS]


def broader(rank):
    """Which name stands above that of a rank, or None. Each subject is a branch of three levels, two of four; a third of the names stand alone."""
    quality, subject = divmod(rank, len(SUBJECTS))
    if quality == 0:
        return subject - 1 if subject in (1, 3) else None
    if quality > 16:
        return None
    return (0 if quality <= 8 else quality - 8) * len(SUBJECTS) + subject


def title(kind, number):
    """A title that no other entry has."""
    if kind == "actor":
        return f"{ACTORS[number % 8]} of {PLACES[number % 10]} {number}"
    if kind == "agreement":
        return f"{PLACES[number % 10]} {AGREEMENTS[number % 6]} on {QUALITIES[number % 25]} {SUBJECTS[number % 20]} {number}"
    return f"{ARTICLES[number % 7]} of {QUALITIES[number % 25]} {SUBJECTS[number % 20]} {number}"


def place(chance):
    return chance.choice(PLACES)


def heading(chance):
    return chance.choice(HEADINGS)


def sentence(chance):
    return chance.choice(SENTENCES)
