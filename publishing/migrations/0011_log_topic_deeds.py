from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0010_add_address_health"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditevent",
            name="action",
            field=models.CharField(
                choices=[
                    ("publish", "published"),
                    ("unpublish", "unpublished"),
                    ("restore", "restored"),
                    ("sign-off", "signed off"),
                    ("share", "shared a draft"),
                    ("revoke", "revoked a share link"),
                    ("trash", "put in the trash"),
                    ("bring-back", "brought back"),
                    ("purge", "purged"),
                    ("release", "published a release"),
                    ("note", "corrected a note"),
                    ("check", "checked"),
                    ("rights", "changed rights"),
                    ("merge-topics", "merged topics"),
                    ("split-topic", "split a topic"),
                    ("undo-topics", "undid a merge or split of topics"),
                    ("sign-in", "signed in"),
                    ("sign-in-failed", "failed to sign in"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
    ]
