"""Reading and writing workbooks of any layout. Knows nothing of rosters, dues or meetings.

`reading` opens a file in a limited subprocess (`worker`), `headings` finds the row of headings and which rows count;
`deciding` finds out what the columns mean, by their headings (`catalogue`) and what stands below (`evidence`). `cells`
reads what is written, `vocabulary` knows the words for one of a few things; `writing` makes a workbook in which nothing
is a formula. The worker and what it imports know nothing of Django either.
"""
