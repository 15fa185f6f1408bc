"""`python -m bench`: our turns a second beside other frameworks', on this machine, in one run. See README.md here."""
