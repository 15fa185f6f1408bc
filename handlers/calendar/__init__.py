"""What the calendar makes us say: festivals, birthdays, the duties of the year; and when it must keep silent.

rules      what the office decides, as config.toml has it      days      on which days what falls: functions of values
people     whom a life event leaves out                        plan      every push of a range of days; the reminder rows
greet      what festivals and birthdays say                    duties    what is due of the year's meetings, and what was held
evening    what goes out tomorrow, what came too late          telling   who of the office hears of it
"""
