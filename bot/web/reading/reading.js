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

const SECONDS_TO_READ = 10;
let reads = false; // somebody scrolls, or has been here for a while: a short page shows its end at once, which is no reading
let ends = false; // the end is in sight
let noted = false;

// Once, when the end is in sight of somebody who reads. Where it fails there is still the button.
function note() {
	if (noted || !reads || !ends) return;
	noted = true;
	fetch(location.pathname, { method: 'POST', headers: { 'X-Yinling': '1' } }).then((answer) => {
		if (!answer.ok) return;
		seen.hidden = true;
		by('noted').hidden = false;
	}).catch(() => { /* no network: the button says so when it is pressed */ });
}

function begins() {
	reads = true;
	note();
}

mark();
if (seen && window.IntersectionObserver) {
	new IntersectionObserver((entries) => {
		ends = entries[entries.length - 1].isIntersecting;
		note();
	}).observe(by('end'));
	window.addEventListener('scroll', begins, { once: true, passive: true });
	setTimeout(begins, SECONDS_TO_READ * 1000);
}
