"""What may happen to a briefing: it is drafted, published by two persons, read, found, corrected, withdrawn. `handlers/reading/` is how
people do it in chat.

Its words stand in one place, `storage/briefings.py`; pages, letter and the page in large print are made from them when they are asked for,
so that a correction is everywhere at once. Of what is internal (内部) no words are stored at all.
"""
