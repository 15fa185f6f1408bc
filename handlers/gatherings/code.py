"""签到码: the code of a gathering that hangs at its door, on paper as a QR code, and is typed or read out as well.

It is the HMAC of the gathering's uid under a secret of this database, so nobody guesses it from what is shown or sent; not even from a
draw's seed, which is published. It is good near the start only: `attendance.why_not_here`.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import timedelta

from handlers.act import Act
from handlers.strangers import CODE_LETTERS
from storage import gatherings, marks
from storage.database import Tx
from storage.gatherings import Gathering

LENGTH = 10  # of 31 letters: 49 bits
WORD = "签到"
SECRET = "door_secret"  # noqa: S105  # the name of a mark
LOOKED_AT = timedelta(days=60)  # around today: a code of another day is told when it is good
_TYPED = re.compile(rf"(/START|{WORD}码?|)([{CODE_LETTERS}]{{{LENGTH}}})")


async def code_of(tx: Tx, gathering: Gathering) -> str:
    """Return the code of a gathering, 10 letters and digits; the first time ever it makes the secret."""
    secret = await marks.get(tx, SECRET)
    if secret is None:
        secret = secrets.token_hex(32)
        await marks.put(tx, SECRET, secret)
    return _code(secret, gathering.uid)


def _code(secret: str, uid: str) -> str:
    digest = int.from_bytes(hmac.digest(bytes.fromhex(secret), uid.encode(), hashlib.sha256))
    letters = []
    for _ in range(LENGTH):
        digest, place = divmod(digest, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[place])
    return "".join(letters)


def shown(code: str) -> str:
    """Return a code as people read it out: 'ABCDE FGHJK'."""
    return f"{code[:5]} {code[5:]}"


def code_in(words: str) -> tuple[str, bool] | None:
    """Return the code in what somebody typed or scanned ('签到ABCDE FGHJK', '/start ABCDEFGHJK', full width, small letters), and whether
    it can be nothing else: ten letters alone may be a word. None: there is no code."""
    text = re.sub(r"(?i)^/start@\w+", "/start", unicodedata.normalize("NFKC", words).strip())
    match = _TYPED.fullmatch(re.sub(r"[\s\-—–_:,。]", "", text).upper())
    return (match[2], bool(match[1])) if match else None


async def gathering_with(act: Act, code: str) -> Gathering | None:
    """Return the gathering of a code, near today, or None."""
    secret = await marks.get(act.tx, SECRET)
    if secret is None:
        return None
    for each in await gatherings.between(act.tx, act.now - LOOKED_AT, act.now + LOOKED_AT):
        if hmac.compare_digest(_code(secret, each.uid), code):
            return each
    return None
