from django.db import migrations, models

from actors.terms import AgreementType


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0012_add_search"),
        ("actors", "0004_let_drafts_be_incomplete"),
    ]

    # What the new columns hold is right once `manage.py prepare` has written the public rows anew.
    operations = [
        migrations.AddField(
            model_name="publicparticipation",
            name="agreement_type",
            field=models.CharField(choices=AgreementType.choices, default="other", max_length=30),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="publicagreement",
            name="sort_key",
            field=models.CharField(default="", max_length=400),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="publicagreement",
            index=models.Index(fields=["sort_key", "entry"], name="public_agreement_by_title"),
        ),
        migrations.AddIndex(
            model_name="publicparticipation",
            index=models.Index(fields=["actor", "entry"], name="participation_of_actor"),
        ),
    ]
