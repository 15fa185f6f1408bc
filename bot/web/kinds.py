"""Which kinds of files are taken: what an office can look at without running it; no archives, nothing executable."""

from bot.media_type import kind_of

# Old Office files are of one container format (as are installers), new ones and OFD (GB/T 33190) are ZIP archives:
# there the name must tell.
_OLD_OFFICE = {
    "doc": "application/msword",
    "wps": "application/msword",
    "xls": "application/vnd.ms-excel",
    "et": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "dps": "application/vnd.ms-powerpoint",
}
_NEW_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ofd": "application/ofd",
}
# What a browser may show by itself. Everything else is handed out to be saved.
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def admitted(media_type: str, name: str, claimed_kind: str, *, is_zip: bool) -> tuple[str, str] | None:
    """Return (kind, media type) of a file that is taken, None for one that is not.

    `media_type` is what the bytes told (bot.media_type). A browser's recording has the form of a film: there the
    sender's word counts.
    """
    ending = name.rsplit(".", 1)[-1].lower()
    if is_zip:
        return ("file", _NEW_OFFICE[ending]) if ending in _NEW_OFFICE else None
    if media_type == "application/msword":
        return ("file", _OLD_OFFICE[ending]) if ending in _OLD_OFFICE else None
    if media_type in ("video/webm", "video/mp4") and claimed_kind == "voice":
        return "voice", media_type.replace("video", "audio")
    if media_type in ("application/pdf", "text/plain") or media_type.startswith(("image/", "audio/", "video/")):
        return kind_of(media_type), media_type
    return None


def is_shown(media_type: str) -> bool:
    """Tell whether a browser may show or play it inside the page."""
    return media_type in SHOWN or media_type.startswith(("audio/", "video/"))
