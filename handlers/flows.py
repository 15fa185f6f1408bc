"""The tables of what people can do: every flow, and every button that works outside a dialog. Adding one is one file and one line here."""

from collections.abc import Awaitable, Callable, Mapping

from handlers import access, answers, consent, menu, report, sharing, strangers
from handlers.calendar import duties, evening, greet
from handlers.desk import (
    answering,
    calls,
    card,
    closing,
    failures,
    helping,
    joining,
    leave,
    lists,
    passing,
    phone,
    promising,
    requests,
    unreached,
)
from handlers.dialog import Flow
from handlers.hall import (
    afterwards,
    altering,
    attendance_list,
    away,
    calling,
    coming,
    copying,
    door,
    door_list,
    leave_of,
    life,
    making,
    running,
    signing_up,
    sure,
    wishes,
)
from handlers.hall import answering as hall_answering
from handlers.notices import answering as notice_answering
from handlers.notices import board, composing, exporting, sending_back
from handlers.notices import calls as notice_calls
from handlers.reading import asking as reading_asking
from handlers.reading import (
    correcting,
    mending,
    paging,
    searching,
    sending_out,
    shelf,
    subscribing,
    withdrawing,
    writing,
)
from handlers.reading import desk as briefing_desk
from handlers.turn import Turn
from storage.accounts import Visitor

Action = Callable[[Turn, str], Awaitable[None]]

CONSENT, REQUEST_ACCESS, OFFER, HUMAN, WITHDRAW = (
    consent.consent,
    strangers.request_access,
    report.offer_to_register,
    report.human,
    consent.withdraw,
)

CLIENT_FLOWS = (
    report.report_difficulty,
    report.offer_to_register,
    report.human,
    consent.withdraw,
    sharing.share,
    signing_up.sign_up,
    signing_up.unsign,
    signing_up.excuse,
    away.away,
    wishes.like,
    wishes.quiet,
    afterwards.afterwords,
    notice_answering.notice_words,
    searching.find,
    subscribing.subscribe,
    reading_asking.say_about,
)
OFFICE_FLOWS = (
    answering.reply,
    answering.canned,
    answering.ask,
    answering.note,
    promising.extend,
    promising.snooze,
    promising.answered,
    closing.close,
    closing.send_back,
    passing.hand,
    passing.decline,
    joining.merge,
    joining.split,
    helping.aid,
    helping.link,
    calls.called,
    leave.leave,
    phone.phone,
    life.life,
    making.gather,
    copying.copy_gathering,
    altering.alter,
    altering.call_off,
    calling.sign_for,
    calling.cancel_for,
    door_list.walk_in,
    leave_of.leave_of,
    attendance_list.of_person,
    afterwards.photos,
    composing.notice,
    sending_back.send_back,
    writing.write,
    writing.write_from_file,
    mending.mend,
    withdrawing.withdraw,
    sending_out.send,
    sending_out.chase,
)
FLOWS: Mapping[str, Flow] = {each.name: each for each in (CONSENT, REQUEST_ACCESS, *CLIENT_FLOWS, *OFFICE_FLOWS)}


async def go(turn: Turn, argument: str) -> None:
    """A menu entry that starts a flow."""
    if any(each.name == argument and each.keywords for each in open_to(turn.visitor)):
        turn.follow = (argument, {})
    else:
        menu.show_menu(turn)


ACTIONS: Mapping[str, Action] = {
    "go": go,
    "help": menu.show_help,
    "mine": lists.show_own,
    "todo": lists.show_todo,
    "taken": lists.show_taken,
    "case": card.show_case,
    "more": card.show_more,
    "media": card.show_media,
    "take": card.take_case,
    "reply": card.owner_begins("reply"),
    "canned": answering.canned_reply,
    "ask": card.owner_begins("ask"),
    "note": card.handler_begins("note"),
    "talk": answering.begin_talk,
    "endtalk": answering.end_talk,
    "extend": card.owner_begins("extend"),
    "snooze": card.owner_begins("snooze"),
    "answered": card.owner_begins("answered"),
    "close": closing.close_case,
    "proposed": closing.show_proposed,
    "sign": closing.sign_case,
    "return": closing.return_case,
    "reopen": closing.reopen_case,
    "solved": closing.answer_solved,
    "rate": closing.answer_rated,
    "hand": passing.hand_case,
    "accept": passing.accept_case,
    "decline": passing.decline_case,
    "merge": joining.merge_case,
    "split": joining.split_case,
    "aid": card.handler_begins("aid"),
    "link": card.owner_begins("link"),
    "calls": calls.show_calls,
    "called": calls.enter_call,
    "leave": leave.show_leave,
    "backatwork": leave.back_at_work,
    "phone": phone.write_down,
    "office": menu.show_office_more,
    "requests": requests.show_requests,
    "admit": requests.admit,
    "refuse": requests.refuse,
    "failures": failures.show_failures,
    "unreached": unreached.show_unreached,
    "life": life.show_life,
    "unlife": life.undo,
    "discharged": life.discharged,
    "duties": duties.show_duties,
    "tomorrow": evening.show_tomorrow,
    "stop": evening.stop,
    "unstop": evening.let_go,
    "late": evening.show_late,
    "callgreet": greet.show_calls,
    "hall": running.show_hall,
    "hallpast": running.show_past,
    "hallone": running.show_one,
    "halllist": running.show_people,
    "alter": altering.begins("alter"),
    "resize": altering.begins("resize"),
    "calloff": altering.begins("calloff"),
    "signfor": calling.begin,
    "unsignfor": calling.begin_cancelling,
    "copy": copying.copy,
    "events": coming.show_events,
    "gathering": coming.show_event,
    "myevents": coming.show_mine,
    "eventmore": coming.show_more,
    "signup": signing_up.begin_sign_up,
    "unsign": hall_answering.begin_unsign,
    "excuse": signing_up.begin_excuse,
    "notcoming": hall_answering.not_coming,
    "seat": hall_answering.take_seat,
    "noseat": hall_answering.leave_seat,
    "comes": hall_answering.comes_after_all,
    "sure": sure.still_comes,
    "unsure": sure.comes_no_more,
    "home": away.come_home,
    "here": door.here,
    "code": door.by_code,
    "door": door_list.show_door,
    "tick": door_list.tick,
    "walkin": door_list.write_name,
    "leaveof": leave_of.write_leave,
    "attendance": attendance_list.show_attendance,
    "attendanceof": attendance_list.begin_person,
    "after": afterwards.answer,
    "afterwords": afterwards.say_more,
    "photos": afterwards.begin_photos,
    "mailings": board.show_list,
    "mailing": board.show_one,
    "notify": composing.begin,
    "again": composing.begin,
    "approve": board.approve,
    "sendback": sending_back.begin,
    "pause": board.pause,
    "goon": board.go_on,
    "stopmail": board.stop,
    "stopsure": board.stop_for_sure,
    "resend": board.send_again,
    "widen": board.widen,
    "urge": board.urge,
    "mailwords": board.show_words,
    "mailstats": board.show_statistics,
    "mailexport": exporting.export,
    "calllist": notice_calls.show_list,
    "callone": notice_calls.show_one,
    "callend": notice_calls.enter,
    "seen": notice_answering.seen,
    "comes1": notice_answering.comes,
    "comes0": notice_answering.stays_away,
    "reply2": notice_answering.begin_words,
    "briefs": shelf.show_shelf,
    "briefmonths": shelf.show_months,
    "briefmonth": shelf.show_month,
    "brieftopics": shelf.show_topics,
    "brieftopic": shelf.show_topic,
    "brief": paging.show_summary,
    "page": paging.show_page,
    "listen": paging.listen,
    "briefread": paging.mark_read,
    "briefword": reading_asking.begin,
    "briefdesk": briefing_desk.show_desk,
    "briefone": briefing_desk.show_one,
    "briefpreview": briefing_desk.preview,
    "briefdrop": briefing_desk.drop,
    "briefgoon": writing.go_on,
    "briefmend": mending.begin,
    "mendok": correcting.approve,
    "mendno": correcting.refuse,
    "mendpage": correcting.show_corrected,
    "menddrop": correcting.drop,
    "briefwithdraw": withdrawing.begin,
    "briefsend": sending_out.begin,
    "briefchase": sending_out.begin_chase,
}
KEYWORDS: Mapping[str, str] = {  # words that press a button of the menu
    "待办": "a:todo:",
    "我承办的": "a:taken:",
    "回访": "a:calls:",
    "请假": "a:leave:",
    "更多": "a:office:",
    "我的困难": "a:mine:",
    "进展": "a:mine:",
    "办得怎么样了": "a:mine:",
    "活动": "a:events:",
    "活动和课程": "a:events:",
    "报名": "a:events:",
    "课程": "a:events:",
    "我的活动": "a:myevents:",
    "我回来了": "a:home:",
    "签到": "a:here:",
    "我到了": "a:here:",
    "签到名单": "a:door:",
    "出勤": "a:attendance:",
    "通知": "a:mailings:",
    "简报": "a:briefs:0",
    "学习简报": "a:briefs:0",
    "看简报": "a:briefs:0",
    "学习": "a:briefs:0",
    "政策": "a:briefs:0",
    "按月份看": "a:briefmonths:0",
    "按类别看": "a:brieftopics:",
}

OFFICE_WORDS = frozenset(
    "待办 我承办的 回访 请假 更多 签到名单 出勤 通知".split()
)  # of a cadre they are words like others

OFFICE_KEYWORDS: Mapping[str, str] = {
    "活动": "a:hall:",
    "活动和课程": "a:hall:",
    "简报": "a:briefdesk:0",
}  # of who only works here


def named(name: str) -> Flow:
    """Return the flow of this name. Raises KeyError: ask `is_known` first for a name that was stored."""
    return FLOWS[name]


def is_known(name: str) -> bool:
    return name in FLOWS


def open_to(visitor: Visitor) -> tuple[Flow, ...]:
    """Return the flows that this person may start."""
    client = CLIENT_FLOWS if visitor.has(*access.CLIENT_ROLES) else ()
    office = OFFICE_FLOWS if access.works_here(visitor) else ()
    return client + office


def choice_for_keyword(visitor: Visitor, words: str) -> str | None:
    """Return the button that exactly these words name (a flow's keyword, a word for a menu entry), or None."""
    plain = answers.plain(words)
    if plain in OFFICE_KEYWORDS and access.only_works_here(visitor):
        return OFFICE_KEYWORDS[plain]
    if (
        plain in KEYWORDS
        and visitor.person_id is not None
        and (plain not in OFFICE_WORDS or access.works_here(visitor))
    ):
        return KEYWORDS[plain]
    return next((f"a:go:{each.name}" for each in open_to(visitor) if plain in each.keywords), None)
