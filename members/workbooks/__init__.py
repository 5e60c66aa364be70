"""Reading and writing workbooks of any layout. Knows nothing of rosters, dues or meetings.

`reading` opens a file in a limited subprocess (`worker`), `headings` finds out what its columns mean, `records` which
of its rows count, `cells`, `days` and `identity` what is written in them; `writing` makes a workbook in which nothing
is a formula. The worker and what it imports know nothing of Django either.
"""
