"""Photos, recordings and files: taken in safely, handed out only to whoever may see them."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.web.form import plain_name
from storage import media, outbox
from storage.media import Medium
from tests.web_office import OURS, Sitter, WebOffice, eventually, open_web_office

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 100
MB = 1024 * 1024


def a_zip(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return held.getvalue()


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebOffice]:
    async with open_web_office(tmp_path, web={"upload_megabytes": 1}, handles=False) as office:
        yield office


@pytest.fixture
async def wang(web: WebOffice) -> Sitter:
    return await web.seats("王老", "cadre")


def files_in(web: WebOffice) -> list[Path]:
    return sorted(path for path in web.media.folder.rglob("*") if path.is_file())


GOOD: dict[str, tuple[bytes, str, str, str]] = {  # name: bytes, said kind, kind, media type
    "a.jpg": (JPEG, "photo", "photo", "image/jpeg"),
    "a.png": (b"\x89PNG\r\n\x1a\n....", "photo", "photo", "image/png"),
    "a.heic": (b"\0\0\0\x18ftypheic....", "photo", "file", "image/heic"),
    "a.webm": (b"\x1aE\xdf\xa3....", "voice", "voice", "audio/webm"),
    "a.m4a": (b"\0\0\0\x18ftypM4A ....", "voice", "voice", "audio/mp4"),
    "b.mp4": (b"\0\0\0\x18ftypmp42....", "voice", "voice", "audio/mp4"),
    "a.mp4": (b"\0\0\0\x18ftypmp42....", "video", "video", "video/mp4"),
    "a.ogg": (b"OggS....", "voice", "voice", "audio/ogg"),
    "a.amr": (b"#!AMR\n....", "file", "voice", "audio/amr"),
    "a.pdf": (b"%PDF-1.7....", "file", "file", "application/pdf"),
    "a.txt": ("我家暖气不热".encode("gbk"), "file", "file", "text/plain"),
    "b.txt": ("我家暖气不热".encode("utf-16"), "file", "file", "text/plain"),
    "a.md": ("# 我家暖气不热".encode(), "file", "file", "text/plain"),
    "a.doc": (b"\xd0\xcf\x11\xe0....", "file", "file", "application/msword"),
    "a.wps": (b"\xd0\xcf\x11\xe0....", "file", "file", "application/msword"),
    "a.xls": (b"\xd0\xcf\x11\xe0....", "file", "file", "application/vnd.ms-excel"),
    "a.ofd": (a_zip("OFD.xml"), "file", "file", "application/ofd"),
    "说明 第1版.DOCX": (
        a_zip("[Content_Types].xml"),
        "file",
        "file",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}


@pytest.mark.parametrize("name", GOOD)
async def test_what_an_office_can_look_at_is_taken_and_known_by_its_bytes(
    web: WebOffice, wang: Sitter, name: str
) -> None:
    data, said_kind, kind, media_type = GOOD[name]
    status, answer = await wang.uploads(data, name, kind=said_kind)
    assert status == 200, answer
    async with web.database.read() as tx:
        medium = await media.by_id(tx, answer["media"])
    assert medium is not None
    assert (medium.kind, medium.media_type, medium.name, medium.size_bytes) == (kind, media_type, name, len(data))
    assert [path.read_bytes() for path in files_in(web)] == [data]
    assert (await wang.gets(f"media/{medium.id}"))[1] == data


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.exe", b"MZ\x90\0"),
        ("photo.jpg", b"MZ\x90\0"),
        ("a", b"\x7fELF"),
        ("a.html", b"<!doctype html><script>alert(1)</script>"),
        ("a.jpg", b"<html><script>alert(1)</script>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.js", b"alert(1)"),
        ("a.bat", b"del *"),
        ("a.msi", b"\xd0\xcf\x11\xe0...."),
        ("a.apk", a_zip("AndroidManifest.xml")),
        ("a.jar", a_zip("META-INF/MANIFEST.MF")),
        ("a.docm", a_zip("word/vbaProject.bin")),
        ("a.zip", a_zip("a.exe")),
        ("a.pdf", a_zip("a.exe")),
        ("a.rar", b"Rar!\x1a\x07"),
        ("a.txt", b"MZ\0\0\0"),
        ("a.txt.exe", b"hello"),
        ("a.lnk", b"L\0\0\0"),
    ],
)
async def test_what_could_do_harm_is_refused_whatever_it_is_called(
    web: WebOffice, wang: Sitter, name: str, data: bytes
) -> None:
    status, answer = await wang.uploads(data, name, kind="photo")
    assert status == 415
    assert "这种文件发不了" in answer["error"]
    assert files_in(web) == []
    assert await web.rows("SELECT id FROM media") == []


async def test_an_empty_file_is_refused(web: WebOffice, wang: Sitter) -> None:
    status, answer = await wang.uploads(b"", "a.jpg", kind="photo")
    assert status == 400
    assert "空的" in answer["error"]
    assert files_in(web) == []


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_that_is_too_large_is_refused_in_words(web: WebOffice, wang: Sitter, announced: bool) -> None:
    data = JPEG + bytes(8 * MB)  # more than the sockets hold: the answer must survive what is still being sent
    if announced:
        status, answer = await wang.uploads(data, "a.jpg", kind="photo")
    else:
        status, answer = await sent_in_pieces(web, wang, data)
    assert status == 413
    assert "超过了 1 MB" in answer["error"]
    assert files_in(web) == []
    assert (await wang.uploads(JPEG + bytes(MB - len(JPEG)), "a.jpg", kind="photo"))[0] == 200
    assert (await wang.uploads(JPEG + bytes(MB - len(JPEG) + 1), "a.jpg", kind="photo"))[0] == 413


async def sent_in_pieces(web: WebOffice, sitter: Sitter, data: bytes) -> tuple[int, dict[str, Any]]:
    """Upload without saying beforehand how much will come."""
    head = '--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'

    async def pieces() -> AsyncIterator[bytes]:
        yield head.encode()
        for start in range(0, len(data), 65_536):
            yield data[start : start + 65_536]
        yield b"\r\n--B--\r\n"

    headers = OURS | {"Content-Type": "multipart/form-data; boundary=B"}
    url = web.url + sitter.home + "media"
    async with sitter.browser.http.post(url, data=pieces(), headers=headers) as response:
        return response.status, await response.json()


async def test_a_repeated_upload_is_the_same_medium(web: WebOffice, wang: Sitter) -> None:
    answers = [await wang.uploads(JPEG, "a.jpg", kind="photo", client_id="c")]
    answers += await asyncio.gather(*(wang.uploads(JPEG, "a.jpg", kind="photo", client_id="c") for _ in range(5)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["media"] for _, answer in answers}) == 1
    assert len(files_in(web)) == len(await web.rows("SELECT id FROM media")) == 1


async def test_several_files_of_one_message_are_several_media(web: WebOffice, wang: Sitter) -> None:
    li = await web.seats("小李", "relative")
    answers = [
        await wang.uploads(JPEG, "a.jpg", client_id="c"),
        await wang.uploads(JPEG, "b.jpg", client_id="c"),
        await wang.uploads(JPEG + b"!", "a.jpg", client_id="c"),
        await wang.uploads(JPEG, "a.jpg", client_id="d"),
        await li.uploads(JPEG, "a.jpg", client_id="c"),
    ]
    assert len({answer["media"] for _, answer in answers}) == 5


async def test_an_upload_that_crashed_before_it_was_written_down_is_found_by_the_repetition(
    web: WebOffice, wang: Sitter
) -> None:
    _, first = await wang.uploads(JPEG, "a.jpg", client_id="c")
    await web.writes(lambda tx: tx.run("DELETE FROM media"))
    status, second = await wang.uploads(JPEG, "a.jpg", client_id="c")
    assert (status, second) == (200, first)
    assert len(files_in(web)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--B--\r\n",
        b"nonsense",
        b'--B\r\nContent-Disposition: form-data; name="kind"\r\n\r\nphoto\r\n'
        b'--B\r\nContent-Disposition: form-data; name="client_id"\r\n\r\nc\r\n'
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8\xff',  # cut off
        b'--B\r\nContent-Disposition: form-data; name="kind"\r\n\r\nphoto\r\n--B--\r\n',  # no file
        b'--B\r\nContent-Disposition: form-data; name="kind"\r\n\r\n' + b"x" * 5000 + b"\r\n--B--\r\n",
        b"--B\r\n" + b"X-Long: " + b"x" * 10_000 + b"\r\n\r\n\r\n--B--\r\n",
        b"".join(b'--B\r\nContent-Disposition: form-data; name="%d"\r\n\r\n1\r\n' % number for number in range(2000)),
        b'--B\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n\xff\xd8\xff\r\n' * 2 + b"--B--\r\n",
    ],
)
async def test_a_form_of_the_wrong_shape_is_refused_and_leaves_nothing(
    web: WebOffice, wang: Sitter, body: bytes
) -> None:
    url = web.url + wang.home + "media"
    for content_type in ("multipart/form-data; boundary=B", "multipart/form-data", "application/json", "B" * 5000):
        headers = OURS | {"Content-Type": content_type}
        async with wang.browser.http.post(url, data=body, headers=headers) as response:
            assert response.status == 400
            assert "error" in await response.json()
    assert files_in(web) == []


@pytest.mark.parametrize(("client_id", "kind"), [("", "photo"), ("c:d", "photo"), ("c", "icon"), ("c" * 65, "file")])
async def test_a_form_with_wrong_fields_is_refused(web: WebOffice, wang: Sitter, client_id: str, kind: str) -> None:
    form = aiohttp.FormData({"kind": kind, "client_id": client_id})
    form.add_field("file", JPEG, filename="a.jpg")
    async with wang.browser.http.post(web.url + wang.home + "media", data=form, headers=OURS) as response:
        assert response.status == 400
    assert files_in(web) == []


async def test_a_browser_that_goes_away_in_the_middle_leaves_nothing(web: WebOffice, wang: Sitter) -> None:
    gone = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + JPEG
        await gone.wait()

    headers = OURS | {"Content-Type": "multipart/form-data; boundary=B"}
    upload = asyncio.create_task(
        wang.browser.http.post(web.url + wang.home + "media", data=pieces(), headers=headers).__aenter__()
    )
    await eventually(lambda: len(files_in(web)) == 1)
    upload.cancel()
    await eventually(lambda: not files_in(web))
    assert await web.rows("SELECT id FROM media") == []


async def test_what_a_killed_process_left_half_written_is_swept_away_at_the_next_start(web: WebOffice) -> None:
    left = web.media.folder / "arriving" / "half"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    await web.stop()
    await web.start()
    assert files_in(web) == []


async def test_a_stranger_cannot_fill_the_disk(web: WebOffice) -> None:
    stranger = await web.browser().enters_as_guest()
    status, answer = await stranger.uploads(JPEG, "a.jpg")
    assert status == 403
    assert "申请使用" in answer["error"]


async def test_when_the_disk_is_nearly_full_only_small_files_are_taken(tmp_path: Path) -> None:
    async with open_web_office(tmp_path, minimum_free_bytes=2**62) as office:
        wang = await office.seats("王老", "cadre")
        status, answer = await wang.uploads(JPEG + bytes(MB), "a.jpg")
        assert status == 413
        assert "快存满了" in answer["error"]
        assert (await wang.uploads(JPEG, "a.jpg"))[0] == 200


async def test_a_folder_that_cannot_be_written_says_when_to_try_again(web: WebOffice, wang: Sitter) -> None:
    web.media.folder.write_text("a file where the folder should be")
    async with wang.browser.http.post(web.url + wang.home + "media", data=form_of("a.jpg"), headers=OURS) as response:
        assert response.status == 503
        assert int(response.headers["Retry-After"]) > 0
    web.media.folder.unlink()
    assert (await wang.uploads(JPEG, "a.jpg"))[0] == 200


def form_of(name: str) -> aiohttp.FormData:
    form = aiohttp.FormData({"kind": "photo", "client_id": "c"})
    form.add_field("file", JPEG, filename=name)
    return form


# ── handing out ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_only_the_sender_and_whoever_was_sent_it_may_open_a_medium(web: WebOffice, wang: Sitter) -> None:
    zhao, li = await web.seats("赵科", "staff"), await web.seats("小李", "relative")
    _, answer = await wang.uploads(JPEG, "药单.jpg", kind="photo")
    zhaos = await zhao.account_id()
    async with web.database.write() as tx:
        outbox.add(tx, zhaos, "请看", web.clock(), media=[answer["media"]])
    for sitter, status in ((wang, 200), (zhao, 200), (li, 404)):
        assert (await sitter.gets(f"media/{answer['media']}"))[0] == status
    assert (await web.browser().gets(f"{wang.home}media/{answer['media']}"))[0] == 404


@pytest.mark.parametrize("name", ["f" * 32, "x", "..%2f..%2fyinling.db", "%00", "F" * 32, "f" * 5000])
async def test_what_is_not_there_and_what_is_not_ones_own_look_the_same(
    web: WebOffice, wang: Sitter, name: str
) -> None:
    li = await web.seats("小李", "relative")
    _, answer = await li.uploads(JPEG, "a.jpg")
    _, foreign, _ = await wang.gets(f"media/{answer['media']}")
    status, body, _ = await wang.gets(f"media/{name}")
    assert (status, body) == (404, foreign)


async def test_a_medium_can_do_nothing_in_a_browser(web: WebOffice, wang: Sitter) -> None:
    _, photo = await wang.uploads(JPEG, "药单 1.jpg", kind="photo")
    _, letter = await wang.uploads(b"%PDF-1.7", "通知.pdf")
    _, _, shown = await wang.gets(f"media/{photo['media']}")
    _, _, saved = await wang.gets(f"media/{letter['media']}")
    for response in (shown, saved):
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Disposition"] == "inline; filename*=utf-8''%E8%8D%AF%E5%8D%95%201.jpg"
    assert saved.headers["Content-Disposition"].startswith("attachment;")


async def test_a_recording_can_be_played_from_the_middle(web: WebOffice, wang: Sitter) -> None:
    data = b"OggS" + bytes(range(256)) * 40
    _, answer = await wang.uploads(data, "a.ogg", kind="voice")
    status, body, response = await wang.gets(f"media/{answer['media']}", headers={"Range": "bytes=100-199"})
    assert (status, body) == (206, data[100:200])
    assert response.headers["Content-Range"] == f"bytes 100-199/{len(data)}"
    assert (await wang.gets(f"media/{answer['media']}", headers={"Range": "bytes=99999-"}))[0] == 416


@pytest.mark.parametrize(("state", "status"), [("wanted", 503), ("lost", 404), ("kept", 404)])
async def test_a_medium_from_elsewhere_is_asked_for_again_while_it_is_fetched(
    web: WebOffice, wang: Sitter, state: str, status: int
) -> None:
    """The last case: it should be there, but somebody removed the file."""
    medium = Medium("0" * 32, await wang.account_id(), "photo", "a.jpg", "image/jpeg", 9, "telegram", "x", state, 0)
    await web.writes(lambda tx: media.add(tx, medium, web.clock()))
    got, _, response = await wang.gets(f"media/{medium.id}")
    assert got == status
    assert ("Retry-After" in response.headers) == (status == 503)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("药单.jpg", "药单.jpg"),
        ("C:\\用户\\药单.jpg", "药单.jpg"),
        ("../../药单.jpg", "药单.jpg"),
        ("fdp\u202egpj.exe", "fdpgpj.exe"),
        ("a\r\nSet-Cookie: b.txt", "aSet-Cookie: b.txt"),
        ("", "未命名"),
        ("...", "未命名"),
        ("字" * 300 + ".docx", "字" * 95 + ".docx"),
        ("no ending", "no ending"),
    ],
)
def test_a_name_is_shown_without_what_could_deceive(given: str, shown: str) -> None:
    assert plain_name(given) == shown
