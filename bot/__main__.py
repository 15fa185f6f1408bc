"""`python -m bot`: see `python -m bot --help`."""

import io
import sys

from bot.cli import main

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character must not end the program
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
