import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0003_add_publication_schedule"),
        ("topics", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicCombination",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "combination",
                        "topic_count",
                        "entry_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("combination", models.BigIntegerField()),
                ("topic_count", models.PositiveSmallIntegerField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="publishing.publicentry"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="TopicTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("entries", models.PositiveIntegerField()),
                (
                    "topic",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="topics.topic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("topic", "kind"), name="topic_tally_is_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(("topic", None)), fields=("kind",), name="library_tally_is_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TopicPair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entries", models.PositiveIntegerField()),
                (
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pairs",
                        to="topics.topic",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reverse_pairs",
                        to="topics.topic",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("topic", "other"), name="topic_pair_is_unique")],
            },
        ),
        migrations.RemoveConstraint(model_name="publictagging", name="public_tagging_is_unique"),
        migrations.AddField(
            model_name="publictagging",
            name="kind",
            field=models.CharField(default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="publictagging",
            name="sort_key",
            field=models.CharField(default="", max_length=400),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="publictagging",
            name="entry",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="publishing.publicentry",
            ),
        ),
        migrations.AlterField(
            model_name="publictagging",
            name="topic",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="public_taggings",
                to="topics.topic",
            ),
        ),
        migrations.AddIndex(
            model_name="publictagging",
            index=models.Index(fields=["topic", "kind", "sort_key", "entry"], name="public_tagging_in_order"),
        ),
        migrations.AddConstraint(
            model_name="publictagging",
            constraint=models.UniqueConstraint(fields=("entry", "topic"), name="public_tagging_is_unique"),
        ),
    ]
