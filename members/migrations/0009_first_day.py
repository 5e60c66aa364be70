from django.db import migrations, models
from django.utils import timezone


def say_when_entered(apps, schema_editor):
    """From the trail, which holds the day on which each organization was set up."""
    Entry, Organization = apps.get_model("audit", "Entry"), apps.get_model("members", "Organization")
    made = Entry.objects.filter(action="create_organization").order_by("number")
    days = {code: timezone.localdate(at) for code, at in made.values_list("organization_code", "at").iterator()}
    organizations = list(Organization.objects.filter(code__in=days).only("pk", "code")) if days else []
    for organization in organizations:
        organization.entered_on = days[organization.code]
    Organization.objects.bulk_update(organizations, ["entered_on"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_chain_checks"),
        ("members", "0008_export"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="begins_on",
            field=models.DateField(blank=True, null=True, verbose_name="first day in the program"),
        ),
        migrations.AddField(
            model_name="organization",
            name="entered_on",
            field=models.DateField(editable=False, null=True, verbose_name="entered on"),
        ),
        migrations.RunPython(say_when_entered, migrations.RunPython.noop, elidable=True),
    ]
