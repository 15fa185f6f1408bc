"""A story up to the moment of a crash, told in the test's own process; then children live through the crash and what follows."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.crash.child import Orders, Step
from tests.crash.memory import Memory, memory_left_behind, memory_of, without_times
from tests.crash.process import CAP_SECONDS, Child
from tests.office import TestOffice, open_office
from tests.telegram_server import TelegramServer, Update

# A Monday, ten in the morning in Shanghai: no story runs over midnight, where the promised date would change, nor into quiet hours.
MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)

Files = list[tuple[str, bytes]]  # suffix, content
Seen = Counter[tuple[str, str, int]]  # who saw which text with how many attachments, how often


@dataclass(frozen=True)
class Story:
    name: str
    begins: Callable[[TestOffice], Awaitable[None]]
    goes_on: Callable[[TestOffice], Update]  # one message, during whose way the office is killed


class Told:
    """A story in the telling: its office is stopped, Telegram and the file are there for children."""

    def __init__(self, office: TestOffice) -> None:
        self.office = office
        self.before = memory_of(office.config.storage.path)
        self.seen_before = self._all_seen()
        self._copies = 0

    @property
    def telegram(self) -> TelegramServer:
        return self.office.telegram

    def child(self, dies_at: Step | None = None, deadly_words: str | None = None) -> Child:
        log = self.office.folder / "child.log"
        return Child(Orders(self.office.config, self.office.clock.offset, log, dies_at, deadly_words))

    async def polls(self) -> None:
        """Wait until a child that was just started waits for messages."""
        polls = len(self.telegram.calls_of("getUpdates"))
        await self.telegram.until(
            lambda: len(self.telegram.calls_of("getUpdates")) > polls and self.telegram.is_polled, CAP_SECONDS
        )

    @property
    def left_behind(self) -> Memory:
        """What the killed child left on the disk."""
        self._copies += 1
        return memory_left_behind(self.office.config.storage.path, self.office.folder / f"copy {self._copies}")

    @property
    def memory(self) -> Memory:
        return memory_of(self.office.config.storage.path)

    @property
    def seen(self) -> Seen:
        """What people have seen since the story began."""
        return self._all_seen() - self.seen_before

    def _all_seen(self) -> Seen:
        return Counter(
            (someone.name, without_times(message.text), len(message.attachments))
            for someone in self.office.everybody
            for message in someone.user.messages
        )

    async def comes_again(self, update: Update) -> None:
        """Let Telegram deliver an update once more; a living child has taken it in when this returns."""
        polls = len(self.telegram.calls_of("getUpdates"))
        self.telegram.resend(update)
        await self.telegram.until(lambda: len(self.telegram.calls_of("getUpdates")) > polls, CAP_SECONDS)

    async def settles(self) -> None:
        """Wait until a living child has nothing left to do."""
        async with asyncio.timeout(CAP_SECONDS):
            while self.telegram.unconfirmed or self.memory.unfinished:  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.01)

    async def writes_down(self, parts: int) -> None:
        """Wait until a living child has written down that so many messages of the story are sent."""
        async with asyncio.timeout(CAP_SECONDS):
            while self.memory.parts_marked - self.before.parts_marked < parts:  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.01)

    async def is_finished_by_a_new_process(self) -> None:
        """Start the office again, let it do what there is to do, stop it in order."""
        async with self.child() as again:
            await self.polls()
            await self.settles()
            again.is_told_to_stop()
            assert await again.ends() == 0, again.log

    @property
    def files(self) -> Files:
        """Every file in the media folder, half-written ones (.part) included."""
        folder = self.office.config.storage.media_folder
        return [(each.suffix, each.read_bytes()) for each in sorted(folder.rglob("*")) if each.is_file()]


@asynccontextmanager
async def told(story: Story, folder: Path) -> AsyncIterator[Told]:
    """Tell the story up to where it goes on, and stop the office."""
    async with open_office(folder, poll_seconds=20) as office:
        office.clock.ahead += timedelta(seconds=round((MORNING - office.clock()).total_seconds()))
        await story.begins(office)
        await office.app.stop()
        yield Told(office)


@dataclass(frozen=True)
class Ending:
    memory: Memory
    seen: Seen
    files: Files


async def ending_of(story: Story, folder: Path) -> Ending:
    """Tell the story to its end without a crash."""
    async with told(story, folder) as tale:
        story.goes_on(tale.office)
        await tale.is_finished_by_a_new_process()
        return Ending(tale.memory, tale.seen, tale.files)


async def _comes_to_the_review(office: TestOffice) -> None:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    await office.wang.says("暖气三天不热了")
    await office.wang.presses("说完了")
    await office.wang.presses("不急")


async def _has_a_case(office: TestOffice) -> None:
    await _comes_to_the_review(office)
    await office.wang.presses("确认提交")
    await office.zhao.presses("查看")
    await office.zhao.presses("接手")


RADIATOR = b"\xff\xd8\xff" + b"a photo of a cold radiator" * 100

CONFIRMS = Story("confirms", _comes_to_the_review, lambda office: office.wang.user.presses("确认提交"))
SENDS_PHOTO = Story("sends a photo", _has_a_case, lambda office: office.wang.user.sends_photo(RADIATOR, "就是这里"))
