"""The sheet for the door of a gathering: a QR code to check in with, and in large print what it is for. One A4 page as SVG.

Any browser prints it, at any size, with the fonts of the machine; Chinese text in a PNG would need a font of our own.
"""

import io
from xml.sax.saxutils import escape

import segno

WIDTH, HEIGHT = 210, 297  # millimetres: A4
QR_SIDE = 125  # is read from two metres away
MARGIN = 12
FONT = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif"


def poster(title: str, moment: str, place: str, what: str, typed: str) -> str:
    """Return the page; `what` is what the QR code says, `typed` what may be sent instead ('签到 ABCDE FGHJK')."""
    lines = [
        _line("扫一扫签到", 34, 26),
        _line(title, 56, 14),
        _line(moment, 71, 10),
        _line(place, 84, 10),
        _qr(what, 94),
        _line("不会扫？把下面几个字发给服务助手：", 236, 8),
        _line(typed, 252, 13),
        _line("或者跟门口的工作人员说一声，帮您签到。", 270, 8),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    )
    return "\n".join([head, *lines, "</svg>\n"])


def _line(words: str, baseline: int, size: float) -> str:
    """Return a line in the middle, as large as asked, smaller when it would not fit."""
    columns = sum(1.0 if ord(each) > 0x2E7F else 0.6 for each in words)
    size = min(size, (WIDTH - 2 * MARGIN) / max(columns, 1))
    place = f'x="{WIDTH / 2:g}" y="{baseline}" text-anchor="middle"'
    return f'<text {place} font-family="{FONT}" font-size="{size:.1f}" font-weight="700" fill="#000">{escape(words)}</text>'


def _qr(what: str, top: int) -> str:
    """Return the code with its quiet zone; level M: a quarter of a torn or dirty code may be missing in places."""
    code = segno.make_qr(what, error="m")
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", xmldecl=False, svgns=False, border=4, nl=False, omitsize=True, svgclass=None)
    left = (WIDTH - QR_SIDE) / 2
    side = f'x="{left:g}" y="{top}" width="{QR_SIDE}" height="{QR_SIDE}"'
    return drawn.getvalue().decode().replace("<svg", f"<svg {side}", 1)
