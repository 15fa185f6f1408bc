"""Killing the office between any two steps of the way of a message. Start at test_promises.py."""
