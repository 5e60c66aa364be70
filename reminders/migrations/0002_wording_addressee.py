from django.db import migrations, models

from audit.append_only import AppendOnly

ADDRESSEES = [
    ("member", "The member"),
    ("contact_person", "The contact person"),
    ("officer", "The officer"),
    ("group_chat", "The branch's group chat"),
]


class Migration(migrations.Migration):
    """A contact person is spoken to in other words than the member; and what was written once stays."""

    dependencies = [("reminders", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="wording",
            name="addressee",
            field=models.CharField(choices=ADDRESSEES, default="member", max_length=20, verbose_name="told"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.CheckConstraint(
                condition=models.Q(addressee__in=[code for code, _name in ADDRESSEES]), name="wording_addressee_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.CheckConstraint(
                condition=~models.Q(text="") | models.Q(subject="-", organization__isnull=False),
                name="wording_has_text_or_is_given_back",
            ),
        ),
        AppendOnly("reminders_wording"),
    ]
