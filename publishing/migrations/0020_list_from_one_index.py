from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0019_log_single_sign_on"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="publicentry",
            name="public_by_title",
        ),
        migrations.AddIndex(
            model_name="publicentry",
            index=models.Index(fields=["kind", "sort_key", "id"], name="public_in_order"),
        ),
        migrations.AddIndex(
            model_name="publicentry",
            index=models.Index(
                condition=models.Q(("featured", True)), fields=["kind", "sort_key"], name="public_featured"
            ),
        ),
    ]
