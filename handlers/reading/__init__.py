"""Briefings in chat. Cadres: `shelf` (the archive), `paging` (a briefing read), `searching`, `subscribing`, `asking` (有话要说).

Staff: `desk` (lists and one briefing with what may be done), `writing` (by conversation or from a file), `mending` (changing, correcting,
withdrawing). What may happen to a briefing stands in `handlers/briefings/`.
"""
