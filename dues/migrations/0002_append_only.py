from django.db import migrations

from audit.append_only import AppendOnly


class Migration(migrations.Migration):
    """The ledger is written once: the database itself refuses to change or empty it."""

    dependencies = [("dues", "0001_initial")]

    operations = [
        AppendOnly("dues_charge"),
        AppendOnly("dues_closedmonth"),
        AppendOnly("dues_payment"),
        AppendOnly("dues_allocation"),
        AppendOnly("dues_receipt"),
    ]
