"""Notices: the chat side of mailings, for those who write, approve and steer them, and for those who get a notice.

What may happen to a mailing is in `handlers/mailing/`; briefings, the other kind, have a chat side of their own.
"""
