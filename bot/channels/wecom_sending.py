"""Sending over WeCom: one message, and what its errors mean for it."""

import logging
import time
from dataclasses import dataclass

from bot.buttons import as_list
from bot.channels.channel import Enclosure, Gone, NotYet, Outgoing, Refused, SendError, TryLater, Unsure
from bot.channels.wecom_cards import card_of
from bot.channels.wecom_connection import Connection
from bot.channels.wecom_frames import NOT_SUBSCRIBED, Frame, NoAnswer, NotConnected, Refusal
from bot.channels.wecom_markdown import shown_as_written
from bot.channels.wecom_media import Uploads, bytes_of, kind_of_upload
from bot.pace import Pace

log = logging.getLogger(__name__)

SEND = "aibot_send_msg"
SINGLE_CHAT = 1  # said each time: without it the server looks for a group of that id first
CONNECTED_SECONDS = 20.0  # a connection that breaks is usually back sooner, and nobody need know
AGAIN_SECONDS = 3.0
FLOOD_SECONDS = 60.0

# https://developer.work.weixin.qq.com/document/path/90313, and for the 846... what users of the long connection report
BUSY = {-1, 6000}
FLOOD = {45009, 45033}
NO_SUCH_MEDIUM = 40007
NOBODY = {60111, 81013, 40003}  # no such user, or none that the bot may write to


@dataclass(frozen=True, slots=True)
class Way:
    """By what messages leave. `pace` counts all that a chat gets, also what is no letter: chats are addresses there."""

    connection: Connection
    uploads: Uploads
    pace: Pace


async def send(way: Way, outgoing: Outgoing) -> None:
    """Send one message. Raises SendError; Unsure when no answer came, for then it may have arrived."""
    if wait := way.pace.wait_chat(outgoing.address, time.monotonic()):
        raise NotYet("这位收到的消息太密，稍后再发", wait)
    try:
        await way.connection.connected(CONNECTED_SECONDS)
        await _send(way, outgoing)
    except NotConnected as error:
        raise NotYet("企业微信没有连上", AGAIN_SECONDS) from error
    except NoAnswer as error:
        raise Unsure("企业微信没有回执，不知道送到没有") from error
    except Refusal as refusal:
        raise meaning(refusal) from refusal


async def _send(way: Way, outgoing: Outgoing) -> None:
    if outgoing.enclosure is not None:
        await _send_enclosed(way, outgoing, outgoing.enclosure)
    elif outgoing.buttons:
        await _send_card(way, outgoing)
    else:
        await _say(way, outgoing, markdown(outgoing.text))


async def _send_card(way: Way, outgoing: Outgoing) -> None:
    """Send buttons as a card; when WeCom will not have the card, as a list that a digit answers: the question must arrive."""
    try:
        await _say(way, outgoing, {"msgtype": "template_card", "template_card": card_of(outgoing)})
    except Refusal as refusal:
        if outgoing.in_doubt and "task_id" in refusal.message:
            return  # it knows this card: the answer to the first sending was lost
        if not is_about_the_message(refusal):
            raise
        await _say(way, outgoing, markdown(as_list(outgoing.text, outgoing.buttons)))


async def _send_enclosed(way: Way, outgoing: Outgoing, enclosure: Enclosure) -> None:
    """Send a file. WeCom may have lost what was uploaded: it is uploaded once again, and after that words stand in its place."""
    for _ in range(2):
        content = await _enclosed(way.uploads, enclosure)
        try:
            await _say(way, outgoing, content)
        except Refusal as refusal:
            if refusal.code != NO_SUCH_MEDIUM or content["msgtype"] == "markdown":
                raise
            log.warning("WeCom does not know a file", extra={"medium": enclosure.medium.id, "errcode": refusal.code})
            way.uploads.forget(content[content["msgtype"]]["media_id"])
        else:
            return
    await _say(way, outgoing, markdown(f"附件“{enclosure.medium.name}”企业微信不收。"))


async def _say(way: Way, outgoing: Outgoing, content: Frame) -> None:
    way.pace.left(outgoing.address, time.monotonic())
    await way.connection.request(SEND, {"chatid": outgoing.address, "chat_type": SINGLE_CHAT, **content})


def markdown(text: str) -> Frame:
    return {"msgtype": "markdown", "markdown": {"content": shown_as_written(text)}}


async def _enclosed(uploads: Uploads, enclosure: Enclosure) -> Frame:
    """Return the message that shows a file, or the words in its place when it cannot be sent: what it stands with must arrive."""
    medium = enclosure.medium
    if medium.state == "wanted":
        raise NotYet("附件还在取", AGAIN_SECONDS)
    data = await bytes_of(enclosure)
    kind = kind_of_upload(enclosure, data)
    if kind is None:
        return markdown(f"附件“{medium.name}”{'这里发不了，请到局里看' if data else '没能取到'}。")
    try:
        media_id = await uploads.media_id(medium.id, kind, medium.name, data)
    except (NoAnswer, TimeoutError) as error:  # nothing was said yet: this is no doubt about a message
        raise NotYet("附件没有传完", AGAIN_SECONDS) from error
    except Refusal as refusal:
        if not is_about_the_message(refusal):
            raise
        log.warning("WeCom did not take a file", extra={"medium": medium.id, "errcode": refusal.code})
        return markdown(f"附件“{medium.name}”企业微信不收。")
    return {"msgtype": kind, kind: {"media_id": media_id}}


def is_about_the_message(refusal: Refusal) -> bool:
    """Tell whether an error means that this very message will never be taken."""
    return type(meaning(refusal)) is Refused


def meaning(refusal: Refusal) -> SendError:
    """Return what an error of WeCom means for the message. Codes nobody has told us of are taken as final, and shown to staff."""
    if refusal.code == NOT_SUBSCRIBED:
        return NotYet("企业微信没有连上", AGAIN_SECONDS)
    if refusal.code in FLOOD:
        return TryLater("企业微信要求放慢", FLOOD_SECONDS)
    if refusal.code in BUSY:
        return TryLater("企业微信忙")
    if refusal.code in NOBODY:
        return Gone("企业微信里找不到这个人，或者机器人不能给他发")
    return Refused(f"企业微信不接受（错误码 {refusal.code}）")
