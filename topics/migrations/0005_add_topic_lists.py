import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0019_log_single_sign_on"),
        ("topics", "0004_add_merging"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicTopicList",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="publishing.publicentry",
                    ),
                ),
                ("marks", models.TextField()),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
