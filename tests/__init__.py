"""The tests. Every one of their processes imports this first, so that what it compiles is kept for the next.

Python may have been told to keep none (PYTHONDONTWRITEBYTECODE, usual in containers): then each `python -m bot` would compile the whole
program, and each worker all tests. `make clean` removes what is kept.
"""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
