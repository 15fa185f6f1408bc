"""What every page of the web chat works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.channels.channel import Receive
from bot.config import Web
from bot.media_folder import MediaFolder
from bot.web.streams import Streams
from handlers.office import Office
from storage.database import Database

CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class Site:
    web: Web
    office: Office
    database: Database
    folder: MediaFolder
    receive: Receive
    streams: Streams
    now: Callable[[], datetime]
    minimum_free_bytes: int  # below it only small files are taken
    keep_alive_seconds: float  # proxies cut a line that is silent for a minute
