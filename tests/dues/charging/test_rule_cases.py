"""The rules of charging as one table: who, on what base, in which month, under which facts, owes what to which branch.

A line is category, base in yuan (with the month of another one), month or moment, facts, and what is owed:
`A 4900-2000` is 49 yuan at branch A of which 20 are waived. Facts: `A:2026-03-01..2026-05-01` a relation and the first
day without it (without any: A all the time; `off`: none), `joined=` a day, `waived` or `pays=` fen with `approved` or
`declined`, and local rules `farmer=`, `rounding=` from a day after `@`, outermost first.
"""

import re
from datetime import date, datetime
from decimal import Decimal

import pytest

from dues.charging.expected import DuesFacts, owed_by_members
from dues.ledger.rules import needs_superior
from dues.models import Basis, Relief
from dues.units import month_of
from members.choices import OrganizationKind
from members.models import Affiliation, Member, Organization
from reminders.channels.rules import SHANGHAI
from rulebook.local import LocalRule
from rulebook.rule import LocalChoiceRequired, NoRule
from rulebook.rules.dues import BaseMissing, monthly_dues
from tests.cast import make_organization

# fmt: off
CASES = [
    # wage earners: each bound, a fen below and a fen above; one rate on the whole base
    ("employed", "0", "2026-03", "", "A 0"),
    ("employed", "0.01", "2026-03", "", "A 0"),
    ("employed", "0.99", "2026-03", "", "A 0"),
    ("employed", "1", "2026-03", "", "A 1"),
    ("employed", "100", "2026-03", "", "A 50"),
    ("employed", "500", "2026-03", "", "A 250"),
    ("employed", "1999.99", "2026-03", "", "A 1000"),
    ("employed", "2000", "2026-03", "", "A 1000"),
    ("employed", "2500", "2026-03", "", "A 1250"),
    ("employed", "2999.98", "2026-03", "", "A 1500"),
    ("employed", "2999.99", "2026-03", "", "A 1500"),
    ("employed", "3000", "2026-03", "", "A 1500"),
    ("employed", "3000.01", "2026-03", "", "A 3000"),
    ("employed", "3000.02", "2026-03", "", "A 3000"),
    ("employed", "3000.50", "2026-03", "", "A 3001"),
    ("employed", "3001", "2026-03", "", "A 3001"),
    ("employed", "3500", "2026-03", "", "A 3500"),
    ("employed", "4000", "2026-03", "", "A 4000"),
    ("employed", "4900", "2026-03", "", "A 4900"),
    ("employed", "4999.98", "2026-03", "", "A 5000"),
    ("employed", "4999.99", "2026-03", "", "A 5000"),
    ("employed", "5000", "2026-03", "", "A 5000"),
    ("employed", "5000.01", "2026-03", "", "A 7500"),
    ("employed", "5000.02", "2026-03", "", "A 7500"),
    ("employed", "5000.50", "2026-03", "", "A 7501"),
    ("employed", "5001", "2026-03", "", "A 7502"),
    ("employed", "5100", "2026-03", "", "A 7650"),
    ("employed", "6000", "2026-03", "", "A 9000"),
    ("employed", "7500", "2026-03", "", "A 11250"),
    ("employed", "9999.98", "2026-03", "", "A 15000"),
    ("employed", "9999.99", "2026-03", "", "A 15000"),
    ("employed", "10000", "2026-03", "", "A 15000"),
    ("employed", "10000.01", "2026-03", "", "A 20000"),
    ("employed", "10000.02", "2026-03", "", "A 20000"),
    ("employed", "10000.50", "2026-03", "", "A 20001"),
    ("employed", "10001", "2026-03", "", "A 20002"),
    ("employed", "11500", "2026-03", "", "A 23000"),
    ("employed", "12345.67", "2026-03", "", "A 24691"),
    ("employed", "20000", "2026-03", "", "A 40000"),
    ("employed", "30000", "2026-03", "", "A 60000"),
    ("employed", "49999.99", "2026-03", "", "A 100000"),
    # the general cap of 1000 yuan, and before 2017 none
    ("employed", "50000", "2026-03", "", "A 100000"),
    ("employed", "50000.01", "2026-03", "", "A 100000 capped"),
    ("employed", "50001", "2026-03", "", "A 100000 capped"),
    ("employed", "60000", "2026-03", "", "A 100000 capped"),
    ("employed", "245000", "2026-03", "", "A 100000 capped"),
    ("employed", "999999.99", "2026-03", "", "A 100000 capped"),
    ("employed", "50000.24", "2026-03", "", "A 100000 capped"),
    ("employed", "60000", "2016-12", "", "A 120000"),
    ("employed", "60000", "2017-01", "", "A 100000 capped"),
    ("employed", "245000", "2016-06", "", "A 490000"),
    # the retired: two brackets
    ("retired", "0", "2026-03", "", "A 0"),
    ("retired", "0.01", "2026-03", "", "A 0"),
    ("retired", "1", "2026-03", "", "A 1"),
    ("retired", "1000", "2026-03", "", "A 500"),
    ("retired", "2000", "2026-03", "", "A 1000"),
    ("retired", "3000", "2026-03", "", "A 1500"),
    ("retired", "3000.01", "2026-03", "", "A 1500"),
    ("retired", "3500", "2026-03", "", "A 1750"),
    ("retired", "4000", "2026-03", "", "A 2000"),
    ("retired", "4999.98", "2026-03", "", "A 2500"),
    ("retired", "4999.99", "2026-03", "", "A 2500"),
    ("retired", "5000", "2026-03", "", "A 2500"),
    ("retired", "5000.01", "2026-03", "", "A 5000"),
    ("retired", "5000.02", "2026-03", "", "A 5000"),
    ("retired", "5000.50", "2026-03", "", "A 5001"),
    ("retired", "5001", "2026-03", "", "A 5001"),
    ("retired", "6000", "2026-03", "", "A 6000"),
    ("retired", "8000", "2026-03", "", "A 8000"),
    ("retired", "10000", "2026-03", "", "A 10000"),
    ("retired", "10000.01", "2026-03", "", "A 10000"),
    ("retired", "15000", "2026-03", "", "A 15000"),
    ("retired", "50000", "2026-03", "", "A 50000"),
    ("retired", "100000", "2026-03", "", "A 100000"),
    ("retired", "100000.99", "2026-03", "", "A 100000 capped"),
    ("retired", "120000", "2026-03", "", "A 100000 capped"),
    ("retired", "120000", "2016-12", "", "A 120000"),
    # flat amounts, whatever the base
    ("student", "", "2026-03", "", "A 20"),
    ("student", "0", "2026-03", "", "A 20"),
    ("student", "4900", "2026-03", "", "A 20"),
    ("student", "", "2026-03", "rounding=yuan", "A 20"),
    ("student", "", "2008-04", "", "A 20"),
    ("unemployed", "", "2026-03", "", "A 20"),
    ("unemployed", "0", "2026-03", "", "A 20"),
    ("unemployed", "4900", "2026-03", "", "A 20"),
    ("unemployed", "", "2026-03", "rounding=yuan", "A 20"),
    ("unemployed", "", "2008-04", "", "A 20"),
    ("relief", "", "2026-03", "", "A 20"),
    ("relief", "0", "2026-03", "", "A 20"),
    ("relief", "4900", "2026-03", "", "A 20"),
    ("relief", "", "2026-03", "rounding=yuan", "A 20"),
    ("relief", "", "2008-04", "", "A 20"),
    ("subsistence", "", "2026-03", "", "A 20"),
    ("subsistence", "0", "2026-03", "", "A 20"),
    ("subsistence", "4900", "2026-03", "", "A 20"),
    ("subsistence", "", "2026-03", "rounding=yuan", "A 20"),
    ("subsistence", "", "2008-04", "", "A 20"),
    # farmers: the committee's amount within article 6, outermost first
    ("farmer", "", "2026-03", "farmer=0.2", "A 20"),
    ("farmer", "", "2026-03", "farmer=0.20", "A 20"),
    ("farmer", "", "2026-03", "farmer=0.21", "A 21"),
    ("farmer", "", "2026-03", "farmer=0.5", "A 50"),
    ("farmer", "", "2026-03", "farmer=0.99", "A 99"),
    ("farmer", "", "2026-03", "farmer=1", "A 100"),
    ("farmer", "", "2026-03", "farmer=1.00", "A 100"),
    ("farmer", "", "2026-03", "farmer=0", "no local amount"),
    ("farmer", "", "2026-03", "farmer=0.19", "no local amount"),
    ("farmer", "", "2026-03", "farmer=1.01", "no local amount"),
    ("farmer", "", "2026-03", "farmer=2", "no local amount"),
    ("farmer", "", "2026-03", "farmer=-0.5", "no local amount"),
    ("farmer", "", "2026-03", "", "no local amount"),
    ("farmer", "4900", "2026-03", "", "no local amount"),
    ("farmer", "4900", "2026-03", "farmer=0.5", "A 50"),
    ("farmer", "", "2026-03", "farmer=0.2 farmer=0.5", "A 50"),
    ("farmer", "", "2026-03", "farmer=0.5 farmer=2", "A 50"),
    ("farmer", "", "2026-03", "rounding=yuan farmer=0.5", "A 50"),
    ("farmer", "", "2026-03", "farmer=0.5@2026-04-01", "no local amount"),
    ("farmer", "", "2026-04", "farmer=0.5@2026-04-01", "A 50"),
    ("farmer", "", "2026-03", "farmer=0.2@2026-01-01 farmer=0.5@2026-03-02", "A 20"),
    # local rounding, half up
    ("employed", "4900.49", "2026-03", "rounding=fen", "A 4900"),
    ("employed", "4900.49", "2026-03", "rounding=jiao", "A 4900"),
    ("employed", "4900.49", "2026-03", "rounding=yuan", "A 4900"),
    ("employed", "4905", "2026-03", "rounding=fen", "A 4905"),
    ("employed", "4905", "2026-03", "rounding=jiao", "A 4910"),
    ("employed", "4905", "2026-03", "rounding=yuan", "A 4900"),
    ("employed", "4905.01", "2026-03", "rounding=fen", "A 4905"),
    ("employed", "4905.01", "2026-03", "rounding=jiao", "A 4910"),
    ("employed", "4905.01", "2026-03", "rounding=yuan", "A 4900"),
    ("employed", "4904.99", "2026-03", "rounding=fen", "A 4905"),
    ("employed", "4904.99", "2026-03", "rounding=jiao", "A 4900"),
    ("employed", "4904.99", "2026-03", "rounding=yuan", "A 4900"),
    ("employed", "4950", "2026-03", "rounding=fen", "A 4950"),
    ("employed", "4950", "2026-03", "rounding=jiao", "A 4950"),
    ("employed", "4950", "2026-03", "rounding=yuan", "A 5000"),
    ("employed", "4949.99", "2026-03", "rounding=fen", "A 4950"),
    ("employed", "4949.99", "2026-03", "rounding=jiao", "A 4950"),
    ("employed", "4949.99", "2026-03", "rounding=yuan", "A 4900"),
    ("employed", "4999.99", "2026-03", "rounding=fen", "A 5000"),
    ("employed", "4999.99", "2026-03", "rounding=jiao", "A 5000"),
    ("employed", "4999.99", "2026-03", "rounding=yuan", "A 5000"),
    ("employed", "3000", "2026-03", "rounding=fen", "A 1500"),
    ("employed", "3000", "2026-03", "rounding=jiao", "A 1500"),
    ("employed", "3000", "2026-03", "rounding=yuan", "A 1500"),
    ("employed", "3000.01", "2026-03", "rounding=fen", "A 3000"),
    ("employed", "3000.01", "2026-03", "rounding=jiao", "A 3000"),
    ("employed", "3000.01", "2026-03", "rounding=yuan", "A 3000"),
    ("employed", "10000.01", "2026-03", "rounding=fen", "A 20000"),
    ("employed", "10000.01", "2026-03", "rounding=jiao", "A 20000"),
    ("employed", "10000.01", "2026-03", "rounding=yuan", "A 20000"),
    ("employed", "99", "2026-03", "rounding=fen", "A 50"),
    ("employed", "99", "2026-03", "rounding=jiao", "A 50"),
    ("employed", "99", "2026-03", "rounding=yuan", "A 0"),
    ("retired", "4910", "2026-03", "rounding=fen", "A 2455"),
    ("retired", "4910", "2026-03", "rounding=jiao", "A 2460"),
    ("retired", "4910", "2026-03", "rounding=yuan", "A 2500"),
    ("retired", "4909.99", "2026-03", "rounding=fen", "A 2455"),
    ("retired", "4909.99", "2026-03", "rounding=jiao", "A 2450"),
    ("retired", "4909.99", "2026-03", "rounding=yuan", "A 2500"),
    ("retired", "5050", "2026-03", "rounding=fen", "A 5050"),
    ("retired", "5050", "2026-03", "rounding=jiao", "A 5050"),
    ("retired", "5050", "2026-03", "rounding=yuan", "A 5100"),
    ("employed", "60000", "2026-03", "rounding=yuan", "A 100000 capped"),
    ("employed", "4905.01", "2026-03", "rounding=ten", "A 4905"),
    ("employed", "4905.01", "2026-03", "rounding=yuan rounding=jiao", "A 4910"),
    # a base that is needed and missing
    ("employed", "", "2026-03", "", "no base"),
    ("retired", "", "2026-03", "", "no base"),
    # reliefs: the branch considers, the committee above approves, for the retired the branch alone (since 2017)
    ("employed", "4900", "2026-03", "waived", "A 4900"),
    ("employed", "4900", "2026-03", "waived approved", "A 4900-4900"),
    ("employed", "4900", "2026-03", "waived declined", "A 4900"),
    ("employed", "4900", "2026-03", "pays=10", "A 4900"),
    ("employed", "4900", "2026-03", "pays=10 approved", "A 4900-4890"),
    ("farmer", "", "2026-03", "farmer=1 waived", "A 100"),
    ("farmer", "", "2026-03", "farmer=1 waived approved", "A 100-100"),
    ("farmer", "", "2026-03", "farmer=1 waived declined", "A 100"),
    ("farmer", "", "2026-03", "farmer=1 pays=10", "A 100"),
    ("farmer", "", "2026-03", "farmer=1 pays=10 approved", "A 100-90"),
    ("student", "", "2026-03", "waived", "A 20"),
    ("student", "", "2026-03", "waived approved", "A 20-20"),
    ("student", "", "2026-03", "waived declined", "A 20"),
    ("student", "", "2026-03", "pays=10", "A 20"),
    ("student", "", "2026-03", "pays=10 approved", "A 20-10"),
    ("unemployed", "", "2026-03", "waived", "A 20"),
    ("unemployed", "", "2026-03", "waived approved", "A 20-20"),
    ("unemployed", "", "2026-03", "waived declined", "A 20"),
    ("unemployed", "", "2026-03", "pays=10", "A 20"),
    ("unemployed", "", "2026-03", "pays=10 approved", "A 20-10"),
    ("relief", "", "2026-03", "waived", "A 20"),
    ("relief", "", "2026-03", "waived approved", "A 20-20"),
    ("relief", "", "2026-03", "waived declined", "A 20"),
    ("relief", "", "2026-03", "pays=10", "A 20"),
    ("relief", "", "2026-03", "pays=10 approved", "A 20-10"),
    ("subsistence", "", "2026-03", "waived", "A 20"),
    ("subsistence", "", "2026-03", "waived approved", "A 20-20"),
    ("subsistence", "", "2026-03", "waived declined", "A 20"),
    ("subsistence", "", "2026-03", "pays=10", "A 20"),
    ("subsistence", "", "2026-03", "pays=10 approved", "A 20-10"),
    ("retired", "5000", "2026-03", "waived", "A 2500-2500"),
    ("retired", "5000", "2026-03", "waived approved", "A 2500-2500"),
    ("retired", "5000", "2026-03", "waived declined", "A 2500"),
    ("retired", "5000", "2026-03", "pays=500", "A 2500-2000"),
    ("retired", "5000", "2016-03", "waived decided=2016-02-01 from=2016-01", "A 2500"),
    ("retired", "5000", "2016-03", "waived approved decided=2016-02-01 from=2016-01", "A 2500-2500"),
    ("employed", "4900", "2026-03", "pays=4900 approved", "A 4900"),
    ("employed", "4900", "2026-03", "pays=9000 approved", "A 4900"),
    ("employed", "4900", "2026-03", "pays=4899 approved", "A 4900-1"),
    ("employed", "4900", "2026-01", "waived approved from=2026-02", "A 4900"),
    ("employed", "4900", "2026-02", "waived approved from=2026-02", "A 4900-4900"),
    ("employed", "4900", "2026-03", "waived approved from=2026-02 until=2026-04", "A 4900-4900"),
    ("employed", "4900", "2026-04", "waived approved from=2026-02 until=2026-04", "A 4900"),
    ("employed", "60000", "2026-03", "waived approved", "A 100000-100000 capped"),
    ("employed", "60000", "2026-03", "pays=50000 approved", "A 100000-50000 capped"),
    # joining: from the day of the meeting that voted (article 8), the month of it as a whole
    ("employed", "4900", "2026-02", "joined=2026-03-15", "nothing"),
    ("employed", "4900", "2026-03", "joined=2026-03-15", "A 4900"),
    ("employed", "4900", "2026-04", "joined=2026-03-15", "A 4900"),
    ("employed", "4900", "2026-02", "joined=2026-03-01", "nothing"),
    ("employed", "4900", "2026-03", "joined=2026-03-01", "A 4900"),
    ("employed", "4900", "2026-03", "joined=2026-03-31", "A 4900"),
    ("employed", "4900", "2026-03", "joined=2026-04-01", "nothing"),
    ("employed", "4900", "2025-12", "joined=2026-01-01", "nothing"),
    ("employed", "4900", "2026-02", "joined=2026-02-28", "A 4900"),
    ("employed", "4900", "2028-02", "joined=2028-02-29", "A 4900"),
    ("employed", "4900", "2028-01", "joined=2028-02-29", "nothing"),
    ("employed", "4900", "2026-03", "joined=1998-07-01", "A 4900"),
    ("student", "", "2026-03", "joined=2026-03-15", "A 20"),
    ("student", "", "2026-02", "joined=2026-03-15", "nothing"),
    ("employed", "4900", "2026-03", "joined=2026-03-15 A:2026-03-15..", "A 4900"),
    ("employed", "4900", "2026-03", "joined=2026-03-15 A:2026-04-02..", "nothing"),
    ("employed", "4900", "2026-03", "waived approved joined=2026-04-01", "nothing"),
    # the branch where the relation is on the first day of the month, else the first one joined within it
    ("employed", "4900", "2026-03", "A:..2026-03-15 B:2026-03-15..", "A 4900"),
    ("employed", "4900", "2026-04", "A:..2026-03-15 B:2026-03-15..", "B 4900"),
    ("employed", "4900", "2026-02", "A:..2026-03-15 B:2026-03-15..", "A 4900"),
    ("employed", "4900", "2026-03", "A:..2026-03-01 B:2026-03-01..", "B 4900"),
    ("employed", "4900", "2026-03", "A:..2026-03-31 B:2026-03-31..", "A 4900"),
    ("employed", "4900", "2026-04", "A:..2026-03-31 B:2026-03-31..", "B 4900"),
    ("employed", "4900", "2026-03", "A:..2026-03-02 B:2026-03-02..2026-03-09 C:2026-03-09..", "A 4900"),
    ("employed", "4900", "2026-03", "A:..2026-02-20 B:2026-03-05..2026-03-09 C:2026-03-09..", "B 4900"),
    ("employed", "4900", "2026-03", "C:2026-03-09.. B:2026-03-05..2026-03-09", "B 4900"),
    ("employed", "4900", "2026-03", "A:..2026-02-20 B:2026-04-05..", "nothing"),
    ("employed", "4900", "2026-03", "A:..2026-03-01", "nothing"),
    ("employed", "4900", "2026-03", "A:..2026-03-02", "A 4900"),
    ("employed", "4900", "2026-03", "A:2026-03-31..", "A 4900"),
    ("employed", "4900", "2026-03", "A:2026-04-01..", "nothing"),
    ("employed", "4900", "2026-03", "A:2026-03-01..", "A 4900"),
    ("employed", "4900", "2026-03", "B:2026-03-10..2026-03-10 A:2026-03-10..", "A 4900"),
    ("employed", "4900", "2026-03", "B:2026-03-10..2026-03-10", "nothing"),
    ("employed", "4900", "2026-03", "off", "nothing"),
    ("employed", "4900", "2026-03", "A:2020-01-01..2021-01-01", "nothing"),
    ("employed", "4900", "2020-12", "A:2020-01-01..2021-01-01", "A 4900"),
    ("employed", "4900", "2026-03", "A:..2026-03-15", "A 4900"),
    ("employed", "4900", "2026-04", "A:..2026-03-15", "nothing"),
    ("employed", "4900", "2026-03", "A:..2026-02-10 A:2026-03-20..", "A 4900"),
    ("employed", "4900", "2026-02", "A:..2026-02-10 A:2026-03-20..", "A 4900"),
    # the base holds by month: another base from April is the row of April
    ("employed", "4900, 5100 from 2026-04", "2026-01", "", "A 4900"),
    ("employed", "4900, 5100 from 2026-04", "2026-03", "", "A 4900"),
    ("employed", "4900, 5100 from 2026-04", "2026-04", "", "A 7650"),
    ("employed", "4900, 5100 from 2026-04", "2026-12", "", "A 7650"),
    ("employed", "3000.01, 3000 from 2026-04", "2026-03", "", "A 3000"),
    ("employed", "3000.01, 3000 from 2026-04", "2026-04", "", "A 1500"),
    ("retired", "5000, 5000.01 from 2026-01", "2025-12", "", "A 2500"),
    ("retired", "5000, 5000.01 from 2026-01", "2026-01", "", "A 5000"),
    # before the first rule nothing is computed by today's
    ("employed", "4900", "2008-03", "", "no rule"),
    ("employed", "4900", "2007-12", "", "no rule"),
    ("retired", "4000", "2008-03", "", "no rule"),
    ("farmer", "", "2008-03", "farmer=1", "no rule"),
    ("student", "", "2008-03", "", "no rule"),
    ("unemployed", "", "2008-03", "", "no rule"),
    ("relief", "", "2008-01", "", "no rule"),
    ("subsistence", "", "1999-01", "", "no rule"),
    ("employed", "", "2008-03", "", "no rule"),
    ("employed", "4900", "2008-04", "", "A 4900"),
    ("retired", "4000", "2008-04", "", "A 2000"),
    # months are those of Shanghai, where the server may stand at UTC
    ("employed", "4900, 5100 from 2026-11", "2026-10-31T15:59:59Z", "", "A 4900"),
    ("employed", "4900, 5100 from 2026-11", "2026-10-31T16:00:00Z", "", "A 7650"),
    ("employed", "4900, 5100 from 2026-11", "2026-10-31T16:30:00Z", "", "A 7650"),
    ("employed", "4900, 5100 from 2026-11", "2026-10-31T23:59:59Z", "", "A 7650"),
    ("employed", "4900, 5100 from 2026-11", "2026-11-01T00:00:00Z", "", "A 7650"),
    ("employed", "4900, 5100 from 2026-11", "2026-10-31T23:30:00+08:00", "", "A 4900"),
    ("employed", "4900, 5100 from 2026-11", "2026-11-01T00:30:00+08:00", "", "A 7650"),
    ("employed", "4900, 5100 from 2026-11", "2026-10-31T12:30:00-04:00", "", "A 7650"),
    ("employed", "4900", "2026-12-31T16:30:00Z", "A:..2027-01-01 B:2027-01-01..", "B 4900"),
    ("employed", "4900", "2026-12-31T15:30:00Z", "A:..2027-01-01 B:2027-01-01..", "A 4900"),
    ("employed", "4900", "2027-02-28T16:30:00Z", "joined=2027-03-01", "A 4900"),
    ("employed", "4900", "2027-02-28T15:30:00Z", "joined=2027-03-01", "nothing"),
    ("employed", "4900", "2028-02-29T15:30:00Z", "joined=2028-02-29", "A 4900"),
    ("employed", "4900", "2028-02-28T16:30:00Z", "joined=2028-02-29", "A 4900"),
    ("employed", "4900", "2026-10-15T00:00:00Z", "joined=2026-10-31T15:30:00Z", "A 4900"),
    ("employed", "4900", "2026-10-15T00:00:00Z", "joined=2026-10-31T16:30:00Z", "nothing"),
    ("employed", "4900", "2008-03-31T16:30:00Z", "", "A 4900"),
    ("employed", "4900", "2008-03-31T15:30:00Z", "", "no rule"),
    ("employed", "4900", "2026-03-31T16:30:00Z", "waived approved from=2026-02 until=2026-04", "A 4900"),
    ("employed", "4900", "2026-03-31T15:30:00Z", "waived approved from=2026-02 until=2026-04", "A 4900-4900"),
]
# fmt: on
REFUSALS = {LocalChoiceRequired: "no local amount", NoRule: "no rule", BaseMissing: "no base"}
LOCAL_KEYS = {"farmer": "dues.flat.farmer", "rounding": "dues.rounding"}
RELATION = re.compile(r"([A-C]):([0-9-]*)\.\.([0-9-]*)")
FACT = re.compile(r"(joined|pays|from|until|decided|farmer|rounding)=([^ ]+)")


def day(text: str) -> date:
    if len(text) > 10:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(SHANGHAI).date()
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01")


def base_of(text: str, month: date) -> Decimal | None:
    first, _, later = text.partition(", ")
    base, _, since = later.partition(" from ")
    chosen = base if since and day(since) <= month else first
    return Decimal(chosen) if chosen else None


@pytest.fixture
def places(db):
    return {letter: make_organization(letter, letter, OrganizationKind.BRANCH) for letter in "ABC"}


def store_relations(member: Member, facts: str, places: dict[str, Organization]) -> None:
    found = RELATION.findall(facts) or ([] if "off" in facts.split() else [("A", "", "")])
    for place, start, end in found:
        Affiliation.objects.create(
            member=member,
            organization=places[place],
            valid_from=day(start) if start else None,
            valid_until=day(end) if end else None,
            left_because="transferred" if end else "",
        )


def store_relief(member: Member, category: str, facts: str, given: dict[str, str]) -> None:
    words, decided = facts.split(), day(given.get("decided", "2026-01-10"))
    if "waived" not in words and "pays" not in given:
        return
    Relief.objects.create(
        member=member,
        kind="reduction" if "pays" in given else "waiver",
        pays_fen=int(given.get("pays", 0)),
        ground="困难",
        valid_from=day(given.get("from", "2020-01")),
        valid_until=day(given["until"]) if "until" in given else None,
        decided_on=decided,
        needs_superior=needs_superior(category, decided),
        rule="dues.waiver.approval@2008-04-01",
        approved_on=decided if "approved" in words else None,
        approved_by="staff" if "approved" in words else "",
        declined_on=decided if "declined" in words else None,
        asked_by="officer",
    )


def store_base(member: Member, category: str, base: str, month: date, facts: str) -> None:
    """What the month comes to, from that month on. Raises what `monthly_dues` raises."""
    dues = monthly_dues(category, base_of(base, month), month, local_of(facts))
    Basis.objects.create(
        member=member,
        year=month.year,
        category=category,
        amount_fen=dues.amount_fen,
        rate=dues.rate,
        capped=dues.capped,
        rules=" ".join(dues.versions),
        valid_from=month,
        fixed_by="officer",
    )


def local_of(facts: str) -> list[LocalRule]:
    found = []
    for name, text in FACT.findall(facts):
        if name in LOCAL_KEYS:
            value, _, since = text.partition("@")
            number = Decimal(value) if name == "farmer" else value
            start = day(since or "2000-01-01")
            found.append(LocalRule(LOCAL_KEYS[name], number, "", text, "", start, "county", start))
    return found


def owed(category: str, base: str, month: str, facts: str, places: dict[str, Organization]) -> str:
    first, given = month_of(day(month)), dict(FACT.findall(facts))
    joined = day(given["joined"]) if "joined" in given else None
    member = Member.objects.create(
        name="党员", membership="formal_member", joined_on=joined, joined_precision="day" if joined else ""
    )
    store_relations(member, facts, places)
    store_relief(member, category, facts, given)
    try:
        store_base(member, category, base, first, facts)
    except (NoRule, BaseMissing) as refusal:
        return REFUSALS[type(refusal)]
    due = owed_by_members([member.pk], first).get(member.pk)
    return shown(due, places) if due else "nothing"


def shown(due: DuesFacts, places: dict[str, Organization]) -> str:
    branch = next(letter for letter, place in places.items() if place.pk == due.branch)
    waived = f"-{due.waived_fen}" if due.waived_fen else ""
    return f"{branch} {due.basis.amount_fen}{waived}{' capped' if due.basis.capped else ''}"


@pytest.mark.parametrize(("category", "base", "month", "facts", "expected"), CASES)
def test_what_is_owed(places, category, base, month, facts, expected):
    assert owed(category, base, month, facts, places) == expected


def test_the_table_is_long_enough_and_says_nothing_twice():
    said = [case[:4] for case in CASES]

    assert len(said) >= 200
    assert len(set(said)) == len(said)


def test_every_amount_names_the_article_and_the_version_it_was_computed_by():
    dues = monthly_dues("employed", Decimal(60000), day("2026-03"), ())

    assert dues.versions == ("dues.rate.wage@2008-04-01", "dues.cap.month@2017-01-01")
    assert [citation.article for citation in dues.citations] == ["2", "一(1)"]
