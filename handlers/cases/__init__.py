"""What may happen to a case. Every change leaves an entry, an audit row and news for whoever waits for it.

words      how a case is called, in words      opening   it is reported, and more is said
clocks     the limits that run on it           caring    taken, answered, asked back, promised, put off
telling    who hears of it                     passing   from one hand into another
joining    two that are one, one that is two   ending    how it ended, and what the cadre says of that
"""
