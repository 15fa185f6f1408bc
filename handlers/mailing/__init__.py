"""Mailings: how one thing is sent to many people, whatever it is. What is sent stands in the table of `kinds`.

    proposing -> deciding -> running (begin, tick, pause, ...) -> progress, the call list, the statistics

A mailing is proposed by one person and approved by another; at its time the recipients are counted and written down, each once;
ticks of the clock put them into the outbox a portion at a time. What a channel took is written on the recipient's row in the same
transaction as on the letter's, so the figures are right whenever the process dies.
"""
