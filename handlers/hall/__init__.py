"""The hall: what cadres, and relatives for them, do with gatherings in chat.

coming     what is coming, one gathering, 我的活动    signing_up  报名, 取消报名, 请假
answering  the buttons of offers and pushes           away        外出, 我回来了
wishes     登记爱好, 不打扰

The office's side:
running    what is coming, one with its people        making    登记活动; planning, asking, inviting: its questions
altering   改时间地点, 改名额, 取消活动               copying   复制
calling    代报名
"""
