from django.db import migrations

from audit.append_only import AppendOnly


class Migration(migrations.Migration):
    """What happened to a problem is written once."""

    dependencies = [("supervision", "0001_initial")]

    operations = [AppendOnly("supervision_problemstep")]
