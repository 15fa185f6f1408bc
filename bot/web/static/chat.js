// Which page this is, and how its parts are joined.

import { askOffice, openDoor } from './chat-door.js';
import { choose, parcel, takeChosen, wirePhoto } from './chat-files.js';
import * as log from './chat-log.js';
import * as outbox from './chat-outbox.js';
import { by, onPress, recall, remember } from './chat-page.js';
import { wireRecorder } from './chat-record.js';
import { whenReadable } from './chat-speech.js';
import { request, stream } from './chat-wire.js';

const BACKLOG = 50; // messages that the server sends to a new page
const SAME_PRESS_MS = 2000;
const SAME_SPOT_MS = 600;
const SAME_SPOT_PX = 30;
const QUIET_MS = 1000;
const STATUS = { connecting: '正在连接…', connected: '已连接', reconnecting: '正在重新连接…', locked: '请重新打开链接' };

// change(apply) runs apply and keeps the reading place.
function wireLook(change) {
	const all = document.querySelectorAll('[data-pick]');
	const look = document.documentElement.dataset;
	const show = () => all.forEach((one) => one.setAttribute('aria-pressed', String(look[one.dataset.pick] === one.value)));
	all.forEach((one) => one.addEventListener('click', () => {
		change(() => { look[one.dataset.pick] = one.value; });
		remember(one.dataset.pick, one.value);
		show();
		by('text').dispatchEvent(new Event('input')); // its height
	}));
	onPress('settings-toggle', () => openSettings(!by('settings').classList.contains('open')));
	show();
}

function openSettings(open) {
	by('settings').classList.toggle('open', open);
	by('settings-toggle').setAttribute('aria-expanded', String(open));
}

// facts: {name?, office, phone, hours}
function dress(facts) {
	document.title = by('office').textContent = facts.office;
	by('who').textContent = facts.name ? facts.name + '，您好' : '';
	if (!facts.phone) return;
	by('phone').href = 'tel:' + facts.phone;
	by('phone').hidden = false;
	document.querySelectorAll('.call').forEach((one) => { one.textContent = '电话 ' + facts.phone + '　' + (facts.hours || ''); });
}

function notice(text) {
	openSettings(false);
	by('notice-text').textContent = text;
	by('notice').hidden = false;
}

// For a trembling finger: the same press within a moment counts once, and so does a second tap on one spot, where the
// first may have brought up another button.
const pressed = new Map();
let last = { at: 0 };
function once(event, key, act) {
	const now = Date.now();
	const { clientX, clientY, detail } = event; // detail is 0 when a key was pressed, not a finger
	const same = detail && now - last.at < SAME_SPOT_MS && Math.hypot(clientX - last.clientX, clientY - last.clientY) < SAME_SPOT_PX;
	const again = now - (pressed.get(key) || 0) < SAME_PRESS_MS;
	pressed.set(key, now);
	if (same || again) return;
	last = { at: now, clientX, clientY };
	act();
}

// Screen readers do not read out what is shown until a quiet moment has passed.
let quiet = 0;
function hush(after) {
	by('log').setAttribute('aria-live', 'off');
	clearTimeout(quiet);
	quiet = setTimeout(() => {
		by('log').setAttribute('aria-live', 'polite');
		after();
	}, QUIET_MS);
}

let settled = false; // the first messages are in; from now on each is news

function say(content) {
	settled = true;
	return outbox.add(content);
}

function enterRoom(base, seat) {
	let unread = 0;
	const wire = stream(base, { cursor: () => log.cursorAt(-1), state: showStatus, ready, message, edited: log.redraw, locked: lock });

	function showStatus(state) {
		by('status').textContent = STATUS[state];
		by('status').dataset.state = state;
	}

	function lock() {
		wire.rest();
		openSettings(false);
		showStatus('locked');
		by('locked').hidden = false;
		askOffice(dress);
	}

	function ready(facts) {
		dress(facts);
		countUnread(unread);
		by('locked').hidden = true;
		outbox.wake();
		quieten();
	}

	function message(data) {
		if (!log.add(data, outbox.settle(data.client_id))) return;
		quieten();
		if (settled && !data.mine) log.arrived();
		else log.place();
		if (settled && document.hidden) countUnread(unread + 1);
	}

	function quieten() {
		if (!settled) hush(() => {
			settled = true;
			log.steady(() => { by('earlier').hidden = log.entries.length < BACKLOG; });
		});
	}

	function countUnread(count) {
		unread = count;
		document.title = (count ? '（' + count + '条新消息）' : '') + by('office').textContent;
	}

	by('room').hidden = false;
	log.wireLog({
		press: (event, { id }, { choice, label }) => once(event, id + choice, () => say({ choice, label })),
		retry: outbox.retry,
		drop: outbox.drop,
	});
	wireLook(log.steady);
	wirePhoto();
	wireComposer(seat);
	wireRecorder((file) => say({ files: [parcel(file)] }), notice);
	wireEarlier(base);
	whenReadable(() => log.steady(log.readAllAloud));
	onPress('locked-again', wire.connect);
	outbox.load(base, seat, {
		change: log.showUnsent,
		gone: log.removeUnsent,
		unkept: () => notice('这个浏览器存不下还没发出的内容。请等每条都显示时间以后再关闭页面。'),
		locked: lock,
		late: wire.connect,
	}).then(() => wireStream(wire, () => { // only now: an echo must find its message
		log.nameDays();
		countUnread(0);
	}));
}

// A browser allows six connections to a server: a tab that nobody sees lets its own go when another is looked at.
function wireStream(wire, seen) {
	const others = window.BroadcastChannel ? new BroadcastChannel('yinling') : { postMessage() {} };
	const begin = () => {
		wire.connect();
		others.postMessage('');
	};
	others.onmessage = () => document.hidden && wire.rest();
	window.addEventListener('online', () => document.hidden || begin());
	document.addEventListener('visibilitychange', () => {
		if (document.hidden) return;
		seen();
		if (wire.resting() && by('locked').hidden) begin();
	});
	begin();
}

function wireComposer(seat) {
	const text = by('text');
	const finger = window.matchMedia('(pointer: coarse)').matches;
	const draft = 'draft.' + seat;
	const take = (files) => {
		const complaint = choose(Array.from(files));
		if (complaint) notice(complaint);
	};

	function grow() {
		text.style.height = '';
		text.style.height = text.scrollHeight + 4 + 'px';
	}

	function send() {
		const words = text.value.trim();
		const files = takeChosen();
		text.value = '';
		grow();
		if (!finger) text.focus();
		if (!words && !files.length) return;
		// The draft is forgotten only when the message is written down.
		say({ text: words || undefined, files }).then(() => remember(draft, text.value));
	}

	onPress('send', send);
	text.addEventListener('keydown', (event) => {
		// 229: the Enter of an input method, not ours.
		if (event.key !== 'Enter' || event.shiftKey || finger || event.isComposing || event.keyCode === 229) return;
		event.preventDefault();
		send();
	});
	text.addEventListener('input', () => {
		grow();
		remember(draft, text.value);
	});
	text.addEventListener('paste', (event) => take(event.clipboardData.files));
	['menu', 'human'].forEach((id) => onPress(id, (event) => once(event, id, () => say({ text: by(id).textContent }))));
	onPress('attach', () => by('file').click());
	by('file').addEventListener('change', () => {
		take(by('file').files);
		by('file').value = '';
		by('send').focus();
	});
	onPress('notice-close', () => {
		by('notice').hidden = true;
		by('send').focus();
	});
	text.value = recall(draft) || '';
	grow();
	if (!finger) text.focus();
}

function wireEarlier(base) {
	onPress('earlier', async () => {
		const { verdict, data } = await request('GET', base + 'history?before=' + log.cursorAt(0));
		if (verdict !== 'ok') {
			notice('现在看不到更早的，请过一会儿再按一次。');
			return;
		}
		hush(() => {});
		log.steady(() => {
			data.messages.forEach((one) => log.add(one));
			by('earlier').hidden = !data.more;
		}, true);
	});
}

by('stuck').remove();
const seat = /^\/u\/([^/]+)\//.exec(location.pathname);
if (seat) enterRoom(seat[0], seat[1]);
else {
	wireLook((change) => change());
	openDoor();
	askOffice(dress);
}
