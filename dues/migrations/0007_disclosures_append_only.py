from django.db import migrations

from audit.append_only import AppendOnly


class Migration(migrations.Migration):
    """What was published says for ever what it said."""

    dependencies = [("dues", "0006_disclosure_place")]

    operations = [AppendOnly("dues_disclosure")]
