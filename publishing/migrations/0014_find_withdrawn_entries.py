from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0013_add_reports"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="publicentry",
            index=models.Index(condition=models.Q(("withdrawn", True)), fields=["id"], name="public_withdrawn"),
        ),
        migrations.AlterField(
            model_name="publiclink",
            name="target_id",
            field=models.UUIDField(),
        ),
        migrations.AddIndex(
            model_name="publiclink",
            index=models.Index(fields=["target_id", "way"], name="public_link_to"),
        ),
    ]
