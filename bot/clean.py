"""Text as it may be kept and shown."""

import re

# Controls but for tabs and new lines; what nobody sees; and what turns the direction of writing: it would turn our own words around it
# as well. The joiners stay: emoji are made with them.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2060\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """Return text without what no database, channel or reader can use: half characters, Windows line ends, all that is invisible."""
    return _INVISIBLE.sub("", text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
