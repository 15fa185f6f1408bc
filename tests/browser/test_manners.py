"""What a page of ours never does. Every test of this folder has the same witness; here it is shown that it would speak up."""

import pytest

from tests.browser.office import BrowserOffice
from tests.browser.people import Someone

pytestmark = pytest.mark.asyncio(loop_scope="package")

ELSEWHERE = "http://127.0.0.2:9"  # nobody listens there; the policy stops the request before it leaves


BAD_MANNERS = {
    f"fetch('{ELSEWHERE}').catch(() => 0)": "Content Security Policy",
    f"document.body.append(Object.assign(new Image(), {{ src: '{ELSEWHERE}/a.png' }}))": "Content Security Policy",
    "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))": "Content Security Policy",
    "document.body.setAttribute('style', 'color: red')": "Content Security Policy",
    "document.body.append(Object.assign(document.createElement('iframe'), { src: '/' }))": "Content Security Policy",
    "setTimeout(() => { throw new Error('a mistake'); })": "script: ",
    "setTimeout(() => alert('您好'))": "dialog box: 您好",
    "{ window.open('/'); }": "window: ",
}


async def test_the_witness_speaks_up_when_a_page_has_bad_manners(office: BrowserOffice, wang: Someone) -> None:
    for deed, complaint in BAD_MANNERS.items():
        before = len(office.witness.complaints)
        await wang.page.evaluate(deed)
        await office.witness.speaks_up(before)
        assert complaint in office.witness.complaints[before], deed
    office.witness.forgives("")
