"""Why a command did not do what it was asked.

Failed          nothing was changed; exit code 1
└── Misused     the command was called in a wrong way; exit code 2
"""


class Failed(Exception):
    """`str()` is a Chinese sentence for the operator that says what to do."""

    code = 1


class Misused(Failed):
    code = 2
