// The conversation, in the server's order, unsent messages below. Never scrolls away from what is being read.

import { attachment, local } from './chat-files.js';
import { by, button, make, onPress } from './chat-page.js';
import { read, readable } from './chat-speech.js';
import { dayOf, dayWords, timeWords } from './chat-time.js';

const END_PX = 60;
const STATES = { sending: '正在发送…', offline: '没有网络，恢复后自动发送', later: '还没送到，会自动再发', stored: '已送到' };

export const entries = []; // the server's messages with their order, day and element; by order
const unsent = new Map(); // client_id -> element
const days = new Map(); // day -> its heading
const list = by('scroll');
const log = by('log');
let on = null;
let live = null; // the entry whose question is open
let following = true; // at the end, or has just spoken
let anchor = null; // where the unread begins: not scrolled off the top
let fresh = null; // the first that arrived out of sight
let placed = -1;

// calls: press(event, entry, button), retry(message), drop(message)
export function wireLog(calls) {
	on = calls;
	list.addEventListener('scroll', scrolled);
	window.addEventListener('scroll', scrolled);
	window.addEventListener('resize', place);
	if (window.ResizeObserver) new ResizeObserver(place).observe(list);
	onPress('news', showNews);
}

// Of the first message (0) or the last (-1); null when there is none.
export function cursorAt(index) {
	return entries.slice(index).map((one) => one.cursor)[0] || null;
}

// A cursor is "SAID.TOLD": each message moves one of the two on, so their sum is the order.
const orderOf = (cursor) => cursor.split('.').reduce((sum, each) => sum + Number(each), 0);

// Shows a message of the server; own: ours, which it confirms. False for one already shown.
export function add(data, own) {
	if (entries.some((one) => one.id === data.id)) return false;
	const { cursor, mine, at } = data;
	const element = own ? claim(own) : make('article');
	const entry = Object.assign({ order: orderOf(cursor), day: dayOf(at), element }, data);
	if (own && !own.files.length) {
		// Not written anew: a screen reader would say it twice.
		element.querySelector('.from span').textContent = timeWords(at);
		element.querySelectorAll('.state, .fix').forEach((one) => one.remove());
	} else fill(element, mine, data.text, data.attachments, timeWords(at));
	element.dataset.id = data.id;
	element.dataset.state = 'sent';
	if (data.client_id) element.dataset.clientId = data.client_id;
	complete(entry);
	insert(entry);
	calm();
	return true;
}

function complete(entry) {
	if (!entry.mine) readAloud(entry.element);
	if (entry.buttons.length) fillChoices(entry);
}

// Shows how a message reads now.
export function redraw({ id, text, buttons, attachments }) {
	const entry = entries.find((one) => one.id === id);
	if (!entry) return; // older than what is shown
	const { element, at } = entry;
	const held = element.contains(document.activeElement);
	Object.assign(entry, { text, buttons });
	steady(() => {
		fill(element, false, text, attachments, timeWords(at));
		complete(entry);
		calm();
	});
	if (held) element.focus({ preventScroll: true });
}

function claim(own) {
	const element = unsent.get(own.client_id);
	unsent.delete(own.client_id);
	element.querySelectorAll('[src^="blob:"]').forEach((media) => URL.revokeObjectURL(media.src));
	return element;
}

// Text with its web addresses made into links.
function textBox(text) {
	const box = make('div', 'text');
	text.split(/(https?:\/\/[^\s，。；、）】》”]+)/).forEach((part, index) => {
		box.append(index % 2 ? Object.assign(make('a', '', part), { href: part, target: '_blank', rel: 'noreferrer' }) : part);
	});
	return box;
}

function fill(element, mine, text, files, time) {
	element.className = mine ? 'say mine' : 'say';
	element.tabIndex = -1;
	element.textContent = '';
	const from = make('p', 'from');
	from.append(make('b', '', mine ? '我' : by('office').textContent), make('span', '', time));
	element.append(from);
	if (text) element.append(textBox(text));
	const box = make('div', 'files');
	files.forEach((one) => box.append(attachment(one)));
	if (files.length) element.append(box);
}

function fillChoices(entry) {
	const box = make('div', 'choices');
	entry.buttons.forEach((one) => {
		const choice = button('choice', one.label, (event) => on.press(event, entry, one));
		choice.dataset.choice = one.choice;
		box.append(choice);
	});
	entry.element.classList.add('asks');
	entry.element.append(box);
}

function readAloud(element) {
	const text = element.querySelector('.text');
	if (!readable() || !text || element.querySelector('.read')) return;
	const reader = button('read calm', '朗读', () => {
		const labels = Array.from(element.querySelectorAll('.choice'), (one) => one.textContent);
		read(reader, [text.textContent].concat(labels).join('\n'));
	});
	element.insertBefore(reader, text);
}

export function readAllAloud() {
	entries.filter((one) => !one.mine).forEach((one) => readAloud(one.element));
}

function insert(entry) {
	const { element, day } = entry;
	let index = entries.length;
	while (index > 0 && entries[index - 1].order > entry.order) index -= 1;
	const after = entries[index];
	entries.splice(index, 0, entry);
	let next = unsent.size ? unsent.values().next().value : null;
	if (after) next = after.day === day ? after.element : days.get(after.day);
	if (element.parentNode !== log || element.nextSibling !== next) log.insertBefore(element, next);
	if (days.has(day)) return;
	days.set(day, make('h2', 'day'));
	log.insertBefore(days.get(day), element);
	nameDays();
}

// Again after midnight.
export function nameDays() {
	entries.forEach((one) => { days.get(one.day).textContent = dayWords(one.at); });
}

// Only the buttons of the question still open stand out.
function calm() {
	let open = null;
	let answered = false;
	for (const one of entries.slice().reverse()) {
		if (one.mine ? answered : one.buttons.length) {
			open = one.mine ? null : one;
			break;
		}
		answered = answered || !one.mine;
	}
	if (live) live.element.dataset.live = 'no';
	if (open) open.element.dataset.live = 'yes';
	live = open;
}

// Shows an unsent message, or its changed state.
export function showUnsent(message) {
	let element = unsent.get(message.client_id);
	if (!element) {
		element = make('article');
		fill(element, true, message.label || message.text, message.files.map(local), '');
		element.append(make('p', 'state'));
		element.dataset.clientId = message.client_id;
		unsent.set(message.client_id, element);
		log.append(element);
		following = true;
		anchor = element;
	}
	const { state, share, error } = message;
	const line = element.querySelector('.state');
	line.setAttribute('aria-live', share === undefined ? 'polite' : 'off');
	line.textContent = state === 'failed' ? '没有发成：' + error
		: STATES[state] + (share === undefined ? '' : ' ' + Math.round(share * 100) + '%');
	if (element.dataset.state === state) return;
	element.dataset.state = state;
	element.querySelectorAll('.fix').forEach((one) => one.remove());
	if (state === 'failed') {
		const box = make('div', 'fix');
		box.append(button('act', '重发', () => on.retry(message)), button('calm', '删除', () => on.drop(message)));
		element.append(box);
	}
	place();
}

export function removeUnsent(message) {
	const element = claim(message);
	if (anchor === element) anchor = null;
	element.remove();
}

// The list, or, zoomed far in, the whole page.
function scroller() {
	return getComputedStyle(list).overflowY === 'visible' ? document.scrollingElement : list;
}

// How far an element's upper edge is below that of the view.
function depth(element) {
	return element.getBoundingClientRect().top - (scroller() === list ? list.getBoundingClientRect().top : 0);
}

// How many pixels of messages are below what is seen.
function below() {
	return depth(log) + log.offsetHeight + 12 - scroller().clientHeight;
}

function move(pixels) {
	scroller().scrollTop += pixels;
	placed = scroller().scrollTop;
}

// To the end, but not past where the unread begins.
export function place() {
	if (following) move(Math.min(below(), anchor ? depth(anchor) - 12 : Infinity));
	showBadge();
}

function showBadge() {
	if (below() < END_PX) fresh = null;
	by('news').hidden = !fresh;
}

function scrolled() {
	if (Math.abs(scroller().scrollTop - placed) < 2) return; // our own move
	placed = -1;
	following = below() < END_PX;
	if (following) anchor = null;
	showBadge();
}

// The newest message is news.
export function arrived() {
	const { element } = entries[entries.length - 1];
	anchor = anchor || element;
	fresh = fresh || element;
	place();
}

function showNews() {
	fresh.focus({ preventScroll: true });
	following = true;
	anchor = depth(fresh) > 16 ? fresh : null; // its beginning first, then the end
	place();
}

// Runs change() and keeps the reading place; with stay, even at the end.
export function steady(change, stay) {
	following = following && !stay;
	const reading = entries.map((one) => one.element).find((one) => depth(one) + one.offsetHeight > 0);
	const before = reading && depth(reading);
	change();
	if (following) place();
	else if (reading) move(depth(reading) - before);
}
