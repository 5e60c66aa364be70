from collections import defaultdict
from datetime import date

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q, Sum

import dues.conditions
from audit.append_only import AppendOnly, Writable

AT_ONCE = 1000


def mark_carried_over(apps, editor):
    """What ledgers carried over stood until now like the last month of the year before; with what took it back."""
    Charge = apps.get_model("dues", "Charge")
    ledgers = apps.get_model("dues", "LedgerImport").objects.values_list("pk", "year")
    for ledger, year in ledgers:
        lines = Charge.objects.filter(imported_from=ledger, basis=None, month=date(year - 1, 12, 1))
        for line in lines.filter(kind="charge"):
            same = Charge.objects.filter(member=line.member_id, month=line.month)
            same.filter(Q(turn=line.turn) | Q(turn=line.turn + 1, kind="reversal")).update(carried_over=True)


def write_down(apps, editor):
    """What the receipts say today is the best that is known of what they said. The months of a payment that was taken
    back are no longer known."""
    Receipt = apps.get_model("dues", "Receipt")
    ReceiptLine = apps.get_model("dues", "ReceiptLine")
    Allocation = apps.get_model("dues", "Allocation")
    User = apps.get_model("members", "User")
    users = User.objects.values_list("username", "display_name", "member__name")
    Charge = apps.get_model("dues", "Charge")
    carried = set(Charge.objects.filter(carried_over=True).values_list("member", "month"))
    names = {username: shown or name or username for username, shown, name in users}
    receipts = list(Receipt.objects.select_related("organization", "payment__member", "payment__payer"))
    for begin in range(0, len(receipts), AT_ONCE):
        some = receipts[begin : begin + AT_ONCE]
        given = defaultdict(list)
        rows = Allocation.objects.filter(payment__in=[one.payment_id for one in some]).order_by("month")
        for payment, month, fen in rows.values_list("payment", "month").annotate(fen=Sum("amount_fen")):
            if fen:
                given[payment].append((month, fen))
        for one in some:
            payment = one.payment
            one.branch_name, one.member_name = one.organization.name, payment.member.name
            one.payer_name = payment.payer.name if payment.payer else payment.payer_name
            one.received_by = names.get(payment.recorded_by, payment.recorded_by)
        Receipt.objects.bulk_update(some, ["branch_name", "member_name", "payer_name", "received_by"])
        ReceiptLine.objects.bulk_create(
            ReceiptLine(
                receipt=one, month=month, amount_fen=fen, carried_over=(one.payment.member_id, month) in carried
            )
            for one in some
            for month, fen in given[one.pk]
        )


class Migration(migrations.Migration):
    """A receipt keeps the names and months that it was printed with; what a ledger carried over is no month."""

    dependencies = [("dues", "0004_import_cancelled"), ("members", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PassedMonth",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("month", models.DateField(verbose_name="month")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passed_months",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "month passed over",
                "verbose_name_plural": "months passed over",
                "constraints": [
                    models.UniqueConstraint(fields=("member", "month"), name="passed_month_once"),
                    models.CheckConstraint(
                        condition=Q(
                            ("month__isnull", True), dues.conditions.IsFirstOfMonth(models.F("month")), _connector="OR"
                        ),
                        name="passed_month",
                    ),
                ],
            },
        ),
        Writable("dues_receipt"),
        migrations.AddField(
            "receipt",
            "branch_name",
            models.CharField(default="", max_length=120, verbose_name="branch"),
            preserve_default=False,
        ),
        migrations.AddField(
            "receipt",
            "member_name",
            models.CharField(default="", max_length=60, verbose_name="received from"),
            preserve_default=False,
        ),
        migrations.AddField(
            "receipt",
            "payer_name",
            models.CharField(blank=True, default="", max_length=60, verbose_name="handed over by"),
            preserve_default=False,
        ),
        migrations.AddField(
            "receipt",
            "received_by",
            models.CharField(default="", max_length=150, verbose_name="received by"),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="ReceiptLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("month", models.DateField(verbose_name="month")),
                ("amount_fen", models.PositiveIntegerField(verbose_name="amount, in fen")),
                ("carried_over", models.BooleanField(default=False, verbose_name="carried over")),
                (
                    "receipt",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="dues.receipt",
                    ),
                ),
            ],
            options={
                "verbose_name": "month on a receipt",
                "verbose_name_plural": "months on receipts",
                "constraints": [
                    models.UniqueConstraint(fields=("receipt", "month"), name="receipt_line_once"),
                    models.CheckConstraint(condition=Q(("amount_fen__gt", 0)), name="receipt_line_of_something"),
                    models.CheckConstraint(
                        condition=Q(
                            ("month__isnull", True), dues.conditions.IsFirstOfMonth(models.F("month")), _connector="OR"
                        ),
                        name="receipt_line_month",
                    ),
                ],
            },
        ),
        Writable("dues_charge"),
        migrations.AddField(
            "charge",
            "carried_over",
            models.BooleanField(db_default=False, default=False, verbose_name="carried over"),
        ),
        migrations.RunPython(mark_carried_over, migrations.RunPython.noop),
        migrations.AddConstraint(
            "charge",
            models.CheckConstraint(
                condition=Q(
                    ("carried_over", False),
                    Q(("basis__isnull", True), ("relief__isnull", True), ("waived_fen", 0)),
                    _connector="OR",
                ),
                name="charge_carried_over_has_no_basis",
            ),
        ),
        AppendOnly("dues_charge"),
        migrations.RunPython(write_down, migrations.RunPython.noop),
        AppendOnly("dues_receipt"),
        AppendOnly("dues_receiptline"),
    ]
