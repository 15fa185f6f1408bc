"""Strangers: how an account becomes a person's, and what somebody learns who is not on the roster: how to ask for access."""

import re
import secrets
import unicodedata
from datetime import timedelta

from handlers import access, answers
from handlers.desk import requests
from handlers.dialog import Chat, flow
from handlers.office import Office
from handlers.turn import Button, Turn
from storage import accounts, audit, entry, people
from storage.inbox import Message

# No letters that are read alike on paper or over the telephone: 0 O, 1 I L.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
WRONG_CODES_OF_ALL_PER_HOUR = 200  # guesses of everybody together: 31^8 codes stay far out of reach

WORK_CHANNELS = ("wecom",)  # whose addresses are accounts that the office gives out
NEVER_WROTE = "还没有在企业微信里给助手发过话"

APPLY = "a:apply:"
APPLY_WORDS = frozenset("申请 申请使用 我要申请 我想申请".split())
CONTACT = "contact"


def new_code() -> str:
    """Return a code to hand out: 8 letters and digits, 39 bits."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def code_in(words: str) -> str | None:
    """Return the code in a message, however it was typed ('abcd-efgh', full width, '/start ABCDEFGH', forwarded), or None."""
    text = unicodedata.normalize("NFKC", re.sub(r"^（转发自[^）]*）\s*", "", words)).upper()
    text = re.sub(r"^/START\s+|^邀请码[:：\s]*", "", text.strip())
    text = re.sub(r"[\s\-—–_]", "", text)
    return text if len(text) == CODE_LENGTH and set(text) <= set(CODE_LETTERS) else None


def wants_access(message: Message) -> bool:
    """Tell whether a stranger presses 【申请使用】 or says so."""
    if message.choice is not None:
        return message.choice == APPLY
    labels = [each.label.partition(" ")[2] for each in _entry_buttons()]  # a reply keyboard sends its label as words
    return answers.plain(message.words) in APPLY_WORDS or answers.option(message.words, labels) == 0


def was_a_code(message: Message) -> bool:
    return message.choice is None and code_in(message.words) is not None


async def let_in(turn: Turn) -> bool:
    """Bind the account when the message is a valid invite or the sender's own telephone number on the roster; else False."""
    message = turn.message
    if message.kind == CONTACT:
        return await _by_phone(turn, message.words)
    if await _by_work_account(turn):
        return True
    code = code_in(message.words) if message.choice is None else None
    if code is None or await guesses(turn):
        return False
    person_id = await entry.use_invite(turn.tx, code, turn.visitor.account_id, turn.now)
    if person_id is None:
        await entry.wrong_code(turn.tx, turn.visitor.account_id, turn.now)
        return False
    return await _bind(turn, person_id, "invite")


async def guesses(turn: Turn) -> bool:
    """Tell whether so many wrong codes came lately that none is looked at."""
    since = turn.now - timedelta(hours=1)
    own = await entry.wrong_codes(turn.tx, turn.visitor.account_id, since)
    everybody = await entry.wrong_codes(turn.tx, None, since)
    return own >= turn.office.wrong_codes_per_hour or everybody >= WRONG_CODES_OF_ALL_PER_HOUR


async def _by_phone(turn: Turn, phone: str) -> bool:
    """The channel vouches that the number is the sender's own. Two people with one number must be told apart by staff."""
    found = await people.by_phone(turn.tx, re.sub(r"^86(?=1\d{10}$)", "", re.sub(r"\D", "", phone)))
    return len(found) == 1 and await _bind(turn, found[0].id, "contact")


async def _by_work_account(turn: Turn) -> bool:
    """Where the account is one that the office itself gives out, the roster may say whose it is."""
    if turn.visitor.channel not in WORK_CHANNELS:
        return False
    account = await accounts.by_id(turn.tx, turn.visitor.account_id)
    found = await people.by_work_account(turn.tx, account.address.lower()) if account is not None else []
    return len(found) == 1 and await _bind(turn, found[0].id, "work account")


async def entered(turn: Turn) -> None:
    """Somebody opened the chat. Whom the roster knows by the account is known from now on, and yet out of reach: nothing can be sent
    there before something was said."""
    if turn.visitor.person_id is None and await _by_work_account(turn):
        await accounts.mark_unreachable(turn.tx, turn.visitor.account_id, NEVER_WROTE)


async def _bind(turn: Turn, person_id: int, how: str) -> bool:
    if not await accounts.bind(turn.tx, turn.visitor.account_id, person_id, turn.now):
        return False
    await audit.add(
        turn.tx,
        turn.now,
        "account.bound",
        f"person:{person_id}",
        actor_id=person_id,
        account_id=turn.visitor.account_id,
        how=how,
    )
    return True


def refuse_code(turn: Turn) -> None:
    """One sentence for a wrong, used, outdated or throttled code: a guesser learns nothing from it."""
    turn.say(
        f"这个邀请码用不了。请核对一下，或者过一个小时再试；也可以打电话请工作人员再给您一个：{turn.office.phone}。"
    )
    turn.say("", _entry_buttons())


def welcome(office: Office) -> str:
    """Return what somebody reads who opens the chat for the first time of a day, known or not. Many channels let us write to
    nobody who has not written first: so it asks for a word."""
    return (
        f"您好，这里是{office.name}的服务助手。\n"
        "要办事，请发“菜单”，或者直接把事情说出来。\n"
        "第一次用的，请您随便发一句话，以后的通知、提醒才能发到这里。"
    )


def greet(turn: Turn) -> None:
    if turn.message.kind == CONTACT:
        turn.say("这个电话号码没有登记在册。")
    turn.say(
        f"您好，这里是{turn.office.name}的服务助手。\n"
        "我还不认识您。有邀请码的话，请直接发给我；没有的话，请按【申请使用】，工作人员核对后就能用。\n"
        f"也可以打电话：{turn.office.phone}。",
        _entry_buttons(),
    )


def _entry_buttons() -> list[Button]:
    return [Button("1 申请使用", APPLY), Button("2 用手机号验证", APPLY, kind="contact")]


def _name_problem(words: str) -> str | None:
    return None if re.fullmatch(r"[\u3400-\u9fff·]{2,12}", words) else "请只写姓名，比如“王建国”。"


@flow("request", "申请使用")
async def request_access(chat: Chat) -> None:
    turn = chat.turn
    if await entry.open_request_of(chat.tx, turn.visitor.account_id):
        chat.say(f"您的申请已经收到，工作人员正在核对。着急的话请打电话：{turn.office.phone}。")
        return
    name = await chat.ask("name", "请问您的姓名？", _name_problem)
    rest = await chat.ask("rest", "请问您原来的单位和电话？一句话说就行。")
    await chat.review("请您核对：", name="姓名", rest="单位和电话")
    words = "\n".join((rest, *chat.kept().words))
    request_id = await entry.add_request(chat.tx, turn.visitor.account_id, words, name, turn.now)
    await audit.add(
        chat.tx,
        turn.now,
        "access.requested",
        f"request:{request_id}",
        actor_id=None,
        account_id=turn.visitor.account_id,
    )
    request = await entry.request(chat.tx, request_id)
    if request is None:
        raise LookupError(f"no request {request_id}")
    text, buttons = await requests.request_card(turn, request)
    for colleague in await access.admitting_staff(chat.tx):
        await turn.tell(colleague.person_id, text, buttons)
    chat.say("收到您的申请，工作人员核对以后会在这里告诉您。")
