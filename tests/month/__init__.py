"""A month of the office, played by a seeded script through `tests.conversation`; `tests/test_case_month.py` runs it.

people    who they are                       checks    what the tables must hold at any time
house     rounds, time, the file             trail     the cases told anew by the audit trail
clients   what cadres and relatives do       words     where everything said has gone
staff     what the office does               letters   what people were sent
script    the days
"""
