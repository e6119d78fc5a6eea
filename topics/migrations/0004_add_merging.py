import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def leave_out_broader_topics(apps, schema_editor):
    """Before undoing: the counts and taggings of topics that stand above an entry's own."""
    apps.get_model("topics", "TopicTally").objects.filter(narrower=True).delete()
    apps.get_model("topics", "PublicTagging").objects.filter(own=False).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("topics", "0003_fill_combinations_and_tallies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="topic",
            options={
                "ordering": ["normalised"],
                "permissions": [("merge_topic", "Can merge and split topics, and undo it")],
                "verbose_name": "topic",
                "verbose_name_plural": "topics",
            },
        ),
        migrations.CreateModel(
            name="MergedTopic",
            fields=[
                ("key", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("slug", models.SlugField(max_length=100, unique=True)),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merged", to="topics.topic"
                    ),
                ),
            ],
            options={
                "verbose_name": "merged topic",
                "verbose_name_plural": "merged topics",
            },
        ),
        migrations.CreateModel(
            name="TopicDeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("merge", "merge"), ("split", "split")], max_length=10, verbose_name="kind"
                    ),
                ),
                ("source_key", models.UUIDField()),
                ("source_name", models.CharField(max_length=100, verbose_name="from")),
                ("target_key", models.UUIDField()),
                ("target_name", models.CharField(max_length=100, verbose_name="into")),
                ("record", models.JSONField()),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge or split",
                "verbose_name_plural": "merges and splits",
                "ordering": ["-at", "-pk"],
            },
        ),
        # What stands under broader topics is written by `manage.py prepare`, which rebuilds the public rows after this update.
        migrations.AddField(
            model_name="publictagging", name="own", field=models.BooleanField(default=True), preserve_default=False
        ),
        migrations.AddField(
            model_name="topictally", name="narrower", field=models.BooleanField(default=False), preserve_default=False
        ),
        migrations.RemoveIndex(model_name="publictagging", name="public_tagging_in_order"),
        migrations.AddIndex(
            model_name="publictagging",
            index=models.Index(fields=["topic", "kind", "sort_key", "entry", "own"], name="public_tagging_in_order"),
        ),
        migrations.RemoveConstraint(model_name="topictally", name="topic_tally_is_unique"),
        migrations.AddConstraint(
            model_name="topictally",
            constraint=models.UniqueConstraint(fields=("topic", "narrower", "kind"), name="topic_tally_is_unique"),
        ),
        # Undone first: what has no place in the older tables is derived, and `manage.py rebuild_public` writes it anew.
        migrations.RunPython(migrations.RunPython.noop, leave_out_broader_topics),
    ]
