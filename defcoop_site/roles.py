"""The four roles of an editorial team, as groups. Each right is given once; what an administrator takes away stays away."""

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models.signals import post_migrate

from publishing.models import GivenRight

ENTRIES = ["articles.article", "actors.actor", "actors.agreement"]
PARTS = [
    "articles.section",
    "actors.participation",
    "actors.obligation",
    "actors.statement",
    "actors.formername",
    "topics.seealsochoice",
]
WRITING = [f"{verb}_{model}" for model in [*ENTRIES, *PARTS] for verb in ("view", "add", "change")]
WRITING += [f"delete_{model}" for model in PARTS]
WRITING += [f"{verb}_publishing.{model}" for model in ("source", "image") for verb in ("view", "add", "change")] + [
    "view_topics.topic",
    "view_topics.topicalias",
]
VOCABULARY = [f"{verb}_topics.{model}" for model in ("topic", "topicalias") for verb in ("add", "change", "delete")]
REVIEWING = ["review_entry_publishing.entry"]
REPORTS = ["view_publishing.report", "change_publishing.report"]
PUBLISHING = ["publish_entry_publishing.entry", "view_publishing.auditevent"]
PURGING = ["purge_entry_publishing.entry"]
RESTRICTED = ["see_restricted_entry_publishing.entry"]
MERGING = ["merge_topics.topic", "view_topics.topicdeed"]
PEOPLE = [f"{verb}_auth.{model}" for model in ("user", "group") for verb in ("view", "add", "change", "delete")]
ALONE = ["publish_own_work_publishing.entry"]  # without a second pair of eyes

EDITOR = [*WRITING, *VOCABULARY, *REVIEWING, *REPORTS]
# {role: rights}; a right is a permission's codename, without its model where that ends it, and the model it is about.
ROLES = {
    "contributor": WRITING,
    "editor": EDITOR,
    "publisher": [*EDITOR, *PUBLISHING, *MERGING],
    "administrator": [*EDITOR, *PUBLISHING, *MERGING, *PURGING, *RESTRICTED, *PEOPLE, *ALONE],
}


def permission(right):
    """The Permission for a right such as "change_articles.article" or "publish_entry_publishing.entry"."""
    path, model = right.rsplit(".", 1)
    verb, app = path.rsplit("_", 1)
    of_model = Permission.objects.filter(content_type__app_label=app, content_type__model=model)
    return of_model.get(codename__in=[verb, f"{verb}_{model}"])


def make_roles(plan=(), **_kwargs):
    """Create the groups that do not exist yet, and give each role the rights that it was never given before.

    plan: [(migration, whether it was undone)]. Where any was undone, the tables are those of an older release, which had rights of its own.
    """
    if any(undone for _migration, undone in plan):
        return
    for role, rights in ROLES.items():
        group, _created = Group.objects.get_or_create(name=role)
        given = set(GivenRight.objects.filter(role=role).values_list("right", flat=True))
        fresh = [right for right in rights if right not in given]
        group.permissions.add(*map(permission, fresh))
        GivenRight.objects.bulk_create([GivenRight(role=role, right=right) for right in fresh])


def connect():
    """After each migrate, once the permissions exist."""
    # The signal of the last app with models comes when every app has its permissions.
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    post_migrate.connect(make_roles, sender=last, dispatch_uid="editorial-roles")
