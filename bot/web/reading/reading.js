// The page of a briefing: reading aloud, the size of its print, and that its end was seen.

import { read, whenReadable } from './chat-speech.js';

const by = (id) => document.getElementById(id);
const root = document.documentElement;
const voice = by('read');
const seen = by('seen');

// The words of the article, a line for each paragraph; buttons and links are not read out.
const words = () => Array.from(document.querySelectorAll('[data-aloud]'), (one) => one.textContent).join('\n');

if (voice) {
	whenReadable(() => { voice.hidden = false; });
	voice.addEventListener('click', () => read(voice, words()));
}
window.addEventListener('pagehide', () => window.speechSynthesis && speechSynthesis.cancel());

document.querySelectorAll('[data-pick]').forEach((one) => one.addEventListener('click', () => {
	root.setAttribute('data-size', one.value);
	mark();
	try {
		localStorage.setItem('yinling.size', one.value);
	} catch (error) { /* storage is forbidden: the size lasts for one visit */ }
}));

function mark() {
	document.querySelectorAll('[data-pick]').forEach((one) => {
		one.setAttribute('aria-pressed', String(one.value === root.getAttribute('data-size')));
	});
}

// Once, when the end comes into sight. Where it fails there is still the button.
function atTheEnd(entries, watching) {
	if (!entries.some((one) => one.isIntersecting)) return;
	watching.disconnect();
	fetch(location.pathname, { method: 'POST', headers: { 'X-Yinling': '1' } }).then((answer) => {
		if (!answer.ok) return;
		seen.hidden = true;
		by('noted').hidden = false;
	}).catch(() => { /* no network: the button says so when it is pressed */ });
}

mark();
if (seen && window.IntersectionObserver) new IntersectionObserver(atTheEnd).observe(by('end'));
