"""The files of the web chat page, read as text: small, self-contained, fit for a strict CSP, and readable for old eyes.

What the page does is tested in a browser; these rules are the ones that a later edit breaks without anyone seeing it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

import pytest

STATIC = Path(__file__).parent.parent / "bot" / "web" / "static"
PAGE = STATIC / "chat.html"
STYLE = STATIC / "chat.css"
SCRIPTS = sorted(STATIC.glob("*.js"))

LARGEST_TOTAL_BYTES = 50 * 1024
TEXT_CONTRAST = 7.0  # WCAG 2.2, 1.4.6 (AAA): https://www.w3.org/TR/WCAG22/#contrast-enhanced
LINE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: https://www.w3.org/TR/WCAG22/#non-text-contrast

Element = tuple[str, dict[str, str]]


class PageReader(HTMLParser):
    """Keeps every element with its attributes, and the text that stands inside <script> and <style>."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.inline: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._within = tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in ("script", "style") and data.strip():
            self.inline.append(data)


def read_page() -> PageReader:
    reader = PageReader()
    reader.feed(PAGE.read_text(encoding="utf-8"))
    return reader


def element_with_id(wanted: str) -> Element:
    return next(element for element in read_page().elements if element[1].get("id") == wanted)


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def css_rules() -> list[tuple[str, str]]:
    """Every innermost rule as (selector, declarations); the rules inside @media stand beside the others."""
    css = without_comments(STYLE.read_text(encoding="utf-8"))
    return [(selector.strip(), body) for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css)]


def variables(selector: str) -> dict[str, str]:
    body = next(body for rule, body in css_rules() if rule == selector)
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})\b", body))


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_contrast_that_the_standard_gives() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


def test_all_files_together_stay_under_50_kb() -> None:
    assert sum(file.stat().st_size for file in STATIC.iterdir()) < LARGEST_TOTAL_BYTES


def test_the_page_loads_only_its_own_files() -> None:
    for tag, attributes in read_page().elements:
        for name in ("src", "href"):
            address = attributes.get(name)
            if not address or address.startswith("#"):
                continue
            assert address.startswith("/static/"), f"<{tag} {name}={address}>"
            assert (STATIC / address.removeprefix("/static/")).is_file(), address


def test_no_file_names_an_outside_address() -> None:
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"""["'(`]\s*(https?:|wss?:)?//\w""", text), file.name
    assert not re.search(r"url\(|@import", STYLE.read_text(encoding="utf-8"))


def test_scripts_import_only_files_that_exist_and_every_file_is_used() -> None:
    named = set(re.findall(r"/static/([\w.-]+)", PAGE.read_text(encoding="utf-8")))
    for script in SCRIPTS:
        named.update(re.findall(r"from '\./([\w.-]+)'", script.read_text(encoding="utf-8")))
    assert named | {PAGE.name} == {file.name for file in STATIC.iterdir()}


def test_the_page_has_no_inline_script_or_style() -> None:
    page = read_page()
    assert page.inline == []
    names = set(chain.from_iterable(attributes for _, attributes in page.elements))
    assert not [name for name in names if name == "style" or name.startswith("on")]
    assert all(attributes.get("src") for tag, attributes in page.elements if tag == "script")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_writes_markup_or_runs_text_as_code(script: Path) -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\('style'"
    assert not re.search(forbidden, script.read_text(encoding="utf-8"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_use_nothing_that_a_browser_of_2019_cannot_read(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    newer = r"\?\.[\w(\[]|\?\?|catch \{|^await|\(\?<|\\p\{|\.replaceChildren\(|\.at\(|\.flat\(|\.matchAll\(|#\w+ ="
    assert not re.search(newer, text, flags=re.MULTILINE)


def test_the_style_uses_nothing_that_a_browser_of_2019_cannot_read() -> None:
    for selector, body in css_rules():
        assert ":has(" not in selector
        assert not re.search(r"\b(clamp|min|max)\(|\binset:|\baspect-ratio:|\b\d+[dsl]v[hw]\b", body), selector
        if re.search(r"\bgap:", body):
            assert "display: grid" in body, f"{selector}: gap in flex came in 2020"


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'])
def test_text_reaches_a_contrast_of_seven_on_its_surface(theme: str) -> None:
    colours = variables(theme)
    surfaces = [name.removeprefix("on-") for name in colours if name.startswith("on-")]
    assert len(surfaces) >= 8
    for surface in surfaces:
        assert contrast(colours[f"on-{surface}"], colours[surface]) >= TEXT_CONTRAST, surface


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'])
def test_lines_and_the_mark_of_focus_can_be_seen(theme: str) -> None:
    colours = variables(theme)
    for surface in ("paper", "bot", "me", "tool"):
        assert contrast(colours["edge"], colours[surface]) >= LINE_CONTRAST, surface
        assert contrast(colours["ring"], colours[surface]) >= LINE_CONTRAST, surface


def test_a_rule_sets_text_and_surface_together_and_only_from_the_variables() -> None:
    for selector, body in css_rules():
        if selector.startswith(":root"):
            continue
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", body), f"{selector}: a colour of its own"
        text = set(re.findall(r"(?<![\w-])color:\s*([^;]+);", body)) - {"inherit"}
        surface = set(re.findall(r"(?<![\w-])background(?:-color)?:\s*([^;]+);", body))
        assert {value.replace("--on-", "--") for value in text} == surface, selector
        assert all(value.startswith("var(--on-") for value in text), selector


def test_print_is_20_24_or_30_pixels_high_with_lines_of_at_least_1_6() -> None:
    shares = re.findall(r"font-size: ([\d.]+)%", STYLE.read_text(encoding="utf-8"))
    assert [float(share) * 16 / 100 for share in shares] == [20, 24, 30]
    body = next(body for selector, body in css_rules() if selector == "body" and "line-height" in body)
    line = re.search(r"line-height: ([\d.]+)", body)
    assert line and float(line[1]) >= 1.6


def test_buttons_are_60_pixels_high_and_nothing_to_press_is_under_44() -> None:
    heights = {selector: re.findall(r"min-height: (\d+)px", body) for selector, body in css_rules()}
    assert heights["button, .link, #text"] == ["60"]
    assert all(int(height) >= 44 for height in chain.from_iterable(heights.values()) if height != "0")


def test_every_part_that_the_scripts_ask_for_is_on_the_page_once() -> None:
    ids = [attributes["id"] for _, attributes in read_page().elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for script in SCRIPTS:
        asked = re.findall(r"\b(?:by|onPress)\('([\w-]+)'", script.read_text(encoding="utf-8"))
        assert set(asked) <= set(ids), script.name


def test_a_screen_reader_finds_the_conversation_and_the_text_box() -> None:
    _, log = element_with_id("log")
    assert (log["role"], log["aria-label"]) == ("log", "对话")
    assert element_with_id("status")[1]["role"] == "status"
    assert '<label for="text">输入</label>' in PAGE.read_text(encoding="utf-8")
    assert [attributes for tag, attributes in read_page().elements if tag == "img" and "alt" not in attributes] == []


def test_the_page_can_be_zoomed() -> None:
    viewport = next(
        attributes["content"] for _, attributes in read_page().elements if attributes.get("name") == "viewport"
    )
    assert "user-scalable" not in viewport
    assert "maximum-scale" not in viewport
