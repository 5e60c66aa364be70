"""Reading a customary workbook of indicators into a plan of a scheme.

`reading` opens it, says what headings mean and puts everything together; `tables` says which rows are lines, `tree`
what stands below what and for how many points, `remarks` what is said around the table, `sentences` what a sentence of
scoring gives or takes and `facts` from which fact of the record. What wasn't understood is said (`doubts`).
"""
