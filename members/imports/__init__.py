"""Importing a roster: from a workbook to rows with a verdict each, and from there into the roster.

`members.roster.headings` knows the columns and what stands in them; `row_parser` reads a row, `row_checks` finds the
member it speaks of and gives it its verdict, `organization_resolver` finds the branch, `kinds` knows a workbook of
another kind; `running` takes a file through
all of them. Only `services` and `undo_services` write.
"""
