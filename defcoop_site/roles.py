"""The four roles of an editorial team, as groups. Made once; what an administrator changes in them stays changed."""

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models.signals import post_migrate

ENTRIES = ["articles.article", "actors.actor", "actors.agreement"]
PARTS = ["articles.section", "actors.participation", "actors.obligation", "topics.seealsochoice"]
WRITING = [f"{verb}_{model}" for model in [*ENTRIES, *PARTS] for verb in ("view", "add", "change")]
WRITING += [f"delete_{model}" for model in PARTS]
WRITING += [f"{verb}_publishing.source" for verb in ("view", "add", "change")] + [
    "view_topics.topic",
    "view_topics.topicalias",
]
VOCABULARY = [f"{verb}_topics.{model}" for model in ("topic", "topicalias") for verb in ("add", "change", "delete")]
PUBLISHING = ["publish_entry_publishing.entry", "view_publishing.auditevent"]
MERGING = ["merge_topics.topic", "view_topics.topicdeed"]
PEOPLE = [f"{verb}_auth.{model}" for model in ("user", "group") for verb in ("view", "add", "change", "delete")]

# {role: rights}; a right is its codename's verb and the model it is about.
ROLES = {
    "contributor": WRITING,
    "editor": WRITING + VOCABULARY,
    "publisher": WRITING + VOCABULARY + PUBLISHING + MERGING,
    "administrator": WRITING + VOCABULARY + PUBLISHING + MERGING + PEOPLE,
}


def permission(right):
    """The Permission for a right such as "change_articles.article" or "publish_entry_publishing.entry"."""
    path, model = right.rsplit(".", 1)
    verb, app = path.rsplit("_", 1)
    codename = verb if verb == "publish_entry" else f"{verb}_{model}"
    return Permission.objects.get(content_type__app_label=app, content_type__model=model, codename=codename)


def make_roles(**_kwargs):
    """Create the groups that do not exist yet, with their rights."""
    for name, rights in ROLES.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            group.permissions.set([permission(right) for right in rights])


def connect():
    """After each migrate, once the permissions exist."""
    # The signal of the last app with models comes when every app has its permissions.
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    post_migrate.connect(make_roles, sender=last, dispatch_uid="editorial-roles")
