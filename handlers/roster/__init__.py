"""Reading an office's roster file (花名册): from a spreadsheet to people and refusals, without a database.

sheet.py, workbook.py                       a file -> rows of cells (rows.py), or RosterFileError
columns.py                                  which column is which
cells.py, dates.py, phones.py, names.py     one cell -> one value, or CellError with the reason
person.py                                   one row -> one person, or every reason why not
people.py, duplicates.py                    a file -> RosterFile
"""
