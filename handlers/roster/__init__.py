"""An office's roster file (花名册): from a spreadsheet to people and refusals, and from there into the database.

sheet.py, workbook.py                       a file -> rows of cells (rows.py), or RosterFileError
columns.py                                  which column is which
cells.py, dates.py, phones.py, names.py     one cell -> one value, or CellError with the reason
person.py                                   one row -> one person, or every reason why not
people.py, duplicates.py                    a file -> RosterFile
matching.py, kin.py, fields.py, plan.py     a RosterFile and whom we know -> Plan: added, changed, refused; still without a database
apply.py                                    a Plan -> rows, with audit, in one transaction
"""
