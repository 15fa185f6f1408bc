"""Gatherings: activities, report meetings, branch meetings, lessons. One mechanism, not four.

kinds      what there is, and what each kind allows      places   who gets a place: rules, functions of values
signing    signing up, giving back, offers, the draw     words    how a gathering is called and shown
changing   made, changed, called off; who is told        suiting  whom a gathering suits
repeating  the days of a series or a course         differences  what changed, in words, and to whom it is told
reminding  when what is due, and what it says         telling  who hears of a sign-up, who must be called
"""
