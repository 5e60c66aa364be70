"""Importing a roster: from a workbook to rows with a verdict each, and from there into the roster.

`fields` knows the columns, `words` what stands in them, `judging` gives a row its verdict, `matching` finds the member
it speaks of, `placing` the branch; `workbook` takes a file through all of them. Nothing here writes: that is
`members.imports.services`.
"""
