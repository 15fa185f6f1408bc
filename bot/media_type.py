"""What kind of file it is, told from its first bytes: what the sender calls it proves nothing."""

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (8, b"WAVE", "audio/wav"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),  # a recording of a browser as well
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xd0\xcf\x11\xe0", "application/msword"),
)
_OFFICE = {  # all of them are ZIP archives: the name tells which
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "zip": "application/zip",
}
_BINARY = "application/octet-stream"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # with its mark: what the Windows editor calls Unicode


def media_type_of(data: bytes, name: str) -> str:
    """Return the media type of the bytes, 'application/octet-stream' when they tell nothing."""
    for offset, signature, media_type in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return media_type
    ending = name.rsplit(".", 1)[-1].lower()
    if data.startswith(b"PK\x03\x04"):
        return _OFFICE.get(ending, "application/zip")
    if ending in ("txt", "csv", "md") and (b"\x00" not in data or data.startswith(_UTF_16)):
        return "text/plain"
    return _BINARY


def kind_of(media_type: str) -> str:
    """Return how a chat shows it: 'photo', 'voice', 'video' or 'file'."""
    if media_type in ("image/jpeg", "image/png", "image/gif", "image/webp"):
        return "photo"
    first = media_type.split("/", 1)[0]
    return {"audio": "voice", "video": "video"}.get(first, "file")
