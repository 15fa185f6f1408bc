"""What the server knows of one person's chat with the bot."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.wecom_server.rules import FLOOD, Limits, RefusalError


@dataclass
class Shown:
    """A message of the bot as it looks now."""

    kind: str  # 'markdown', 'template_card', 'text', 'image', 'voice', 'video', 'file'
    text: str = ""
    card: dict[str, Any] | None = None
    name: str = ""
    content: bytes = b""
    updates: int = 0


@dataclass
class Chat:
    userid: str
    name: str
    wrote: bool = False  # only then the bot may push
    entered: bool = False  # today
    messages: list[Shown] = field(default_factory=list)
    left: deque[float] = field(default_factory=deque)  # when messages of the bot came, of the last hour

    def count(self, now: float, limits: Limits) -> None:
        """Count one message of the bot. Raises RefusalError when there were too many."""
        while self.left and now - self.left[0] >= 3600:
            self.left.popleft()
        minute = sum(now - each < 60 for each in self.left)
        if minute >= limits.per_minute or len(self.left) >= limits.per_hour:
            raise RefusalError(FLOOD, "api freq out of limit")
        self.left.append(now)
