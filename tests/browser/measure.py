"""Measuring a page as it is drawn: contrast, sizes, what sticks out."""

from dataclasses import dataclass

from playwright.async_api import Page


@dataclass(frozen=True)
class Print:
    """A piece of text as it is drawn."""

    text: str
    pixels: float  # its font's size
    contrast: float  # with what is behind it, WCAG 2.2: 1 to 21


@dataclass(frozen=True)
class Area:
    """Something to press as it is drawn."""

    label: str
    where: str  # id or class of what it stands in: 'header', 'choices', 'bar', ...
    x: float
    y: float
    width: float
    height: float


async def prints(page: Page) -> list[Print]:
    """Return every piece of text that is shown, within sight or further down."""
    return [Print(*each) for each in await page.evaluate(_PRINTS)]


async def areas(page: Page) -> list[Area]:
    """Return every button and link that is shown, from the top down."""
    return [Area(*each) for each in await page.evaluate(_AREAS)]


async def sticking_out(page: Page) -> list[str]:
    """Return what reaches past the left or right edge, and whether anything can be scrolled sideways."""
    return list(await page.evaluate(_STICKING_OUT))


_SHOWN = """
const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && element.getBoundingClientRect().width > 1 && element.getBoundingClientRect().right > 0;
"""

# https://www.w3.org/TR/WCAG22/#dfn-relative-luminance and #dfn-contrast-ratio
_PRINTS = (
    "() => {"
    + _SHOWN
    + """
const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
const linear = (value) => value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
function surface(element) {
    for (let one = element; one; one = one.parentElement) {
        const style = getComputedStyle(one);
        if (style.opacity !== '1' || style.backgroundImage !== 'none') throw new Error('not a plain surface: ' + one.outerHTML);
        const [red, green, blue, alpha = 1] = parts(style.backgroundColor);
        if (alpha === 1) return [red, green, blue];
        if (alpha !== 0) throw new Error('half a colour: ' + one.outerHTML);
    }
    throw new Error('no surface under ' + element.outerHTML);
}
function contrast(element) {
    const [darker, lighter] = [luminance(parts(getComputedStyle(element).color)), luminance(surface(element))].sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
}
const found = [];
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() && shown(element)) found.push([element, texts.currentNode.data.trim()]);
}
for (const box of document.querySelectorAll('textarea')) if (shown(box)) found.push([box, 'textarea']);
return found.map(([element, text]) => [text, parseFloat(getComputedStyle(element).fontSize), contrast(element)]);
}"""
)

_AREAS = (
    "() => {"
    + _SHOWN
    + """
const inside = (one) => one.closest('header') ? 'header' : one.parentElement.id || one.parentElement.className;
return Array.from(document.querySelectorAll('button, a[href], textarea')).filter(shown).map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return [one.textContent || one.id, inside(one), x, y, width, height];
});
}"""
)

_STICKING_OUT = (
    "() => {"
    + _SHOWN
    + """
const width = document.documentElement.clientWidth;
const wide = Array.from(document.querySelectorAll('body *')).filter((one) => {
    if (!shown(one)) return false;
    const { left, right } = one.getBoundingClientRect();
    const scrolls = one.scrollWidth > one.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX);
    return left < -1 || right > width + 1 || scrolls;
}).map((one) => one.tagName + '#' + one.id + '.' + one.className + ': ' + one.textContent.slice(0, 30));
if (document.scrollingElement.scrollWidth > width) wide.push('the page itself');
return wide;
}"""
)
