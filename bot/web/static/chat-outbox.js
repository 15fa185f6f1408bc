// What was said and is not yet stored by the server: kept in IndexedDB, to survive a closed tab, and sent in order.
// One refused for good waits for the person and lets the next pass. A client_id may be sent twice (two tabs, a lost
// answer): the server stores it once.
//
// A message: {n, client_id, text?, choice?, label?, files: [{client_id, blob, name, kind, size, media?}], error?}
// and, in memory only, state (sending, offline, later, failed, stored), echo (a timer), share (of the upload, 0 to 1).

import { backoffMs, request } from './chat-wire.js';

const OPEN_TIMEOUT_MS = 4000;
const ECHO_MS = 8000;

let messages = [];
let opened = null; // the database, promised
let base = '';
let on = null;
let running = false;
let locked = true;
let tries = 0;
let wakeUp = () => {};

// crypto.randomUUID is missing on plain http.
export function uuid() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	const hex = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('');
	return hex.replace(/(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-a$4-'); // version 4
}

function done(asked) {
	return new Promise((resolve, reject) => {
		asked.onsuccess = () => resolve(asked.result);
		asked.onerror = () => reject(asked.error);
	});
}

async function open(name) {
	const asked = indexedDB.open(name, 1);
	asked.onupgradeneeded = () => asked.result.createObjectStore('outbox', { keyPath: 'n', autoIncrement: true });
	// Safari 14 may never answer the first open.
	const late = new Promise((resolve, reject) => setTimeout(reject, OPEN_TIMEOUT_MS));
	return Promise.race([done(asked), late]);
}

async function store(mode) {
	return (await opened).transaction('outbox', mode).objectStore('outbox');
}

// Takes up what was left. calls: change(message), gone(message), unkept(): not written down, locked(),
// late(): stored, but no echo.
export async function load(home, seat, calls) {
	base = home;
	on = calls;
	opened = open('yinling-' + seat);
	try {
		messages = (await done((await store('readonly')).getAll())).concat(messages);
	} catch (error) {
		on.unkept();
	}
	messages.forEach((message) => show(message, message.error ? 'failed' : 'sending'));
	wake();
}

async function keep(message) {
	const row = Object.assign({}, message);
	['state', 'share', 'echo'].forEach((key) => delete row[key]);
	try {
		message.n = await done((await store('readwrite')).put(row));
		if (!messages.includes(message)) forget(message); // its echo was faster
	} catch (error) {
		on.unkept();
	}
}

async function forget(message) {
	if (message.n) (await store('readwrite')).delete(message.n);
}

function show(message, state) {
	message.state = state;
	on.change(message);
}

// Resolves when the message is written down.
export function add(content) {
	const message = Object.assign({ client_id: uuid(), files: [] }, content);
	messages.push(message);
	return begin(message);
}

async function begin(message) {
	show(message, 'sending');
	await keep(message);
	run();
}

export function retry(message) {
	delete message.error;
	message.files.forEach((file) => delete file.media);
	begin(message);
}

export function drop(message) {
	settle(message.client_id);
	on.gone(message);
}

// The server showed this client_id: returns our message, which is ours no more, or undefined.
export function settle(clientId) {
	const message = messages.find((one) => one.client_id === clientId);
	if (!message) return message;
	messages = messages.filter((one) => one !== message);
	clearTimeout(message.echo);
	forget(message);
	return message;
}

// The way may be free again: do not wait for the timer.
export function wake() {
	locked = false;
	tries = 0;
	wakeUp();
	run();
}

async function run() {
	if (running) return;
	running = true;
	const next = () => !locked && messages.find((one) => one.state !== 'failed' && one.state !== 'stored');
	for (let message = next(); message; message = next()) await attempt(message);
	running = false;
}

async function attempt(message) {
	if (message.state !== 'sending') show(message, 'sending');
	const { verdict, data } = await deliver(message);
	if (!messages.includes(message)) return; // its echo was faster, or the person removed it
	if (verdict === 'ok') {
		tries = 0;
		forget(message);
		show(message, 'stored');
		message.echo = setTimeout(on.late, ECHO_MS);
	} else if (verdict === 'final') {
		message.error = data.error || '请再试一次，或者告诉工作人员。';
		show(message, 'failed');
		keep(message);
	} else if (verdict === 'locked') {
		locked = true;
		show(message, 'later');
		on.locked();
	} else await pause(verdict);
}

async function pause(state) {
	messages.filter((one) => one.state === 'sending').forEach((one) => show(one, state));
	await new Promise((resolve) => {
		wakeUp = resolve;
		setTimeout(resolve, backoffMs(tries));
	});
	tries += 1;
}

// Uploads what is not uploaded yet, then says the message.
async function deliver(message) {
	const { client_id, text, choice, label, files } = message;
	for (const file of files.filter((one) => !one.media)) {
		const form = new FormData();
		form.append('kind', file.kind);
		form.append('client_id', file.client_id);
		form.append('file', file.blob, file.name);
		const answer = await request('POST', base + 'media', form, (share) => {
			message.share = (files.indexOf(file) + share) / files.length;
			on.change(message);
		});
		delete message.share;
		if (answer.verdict !== 'ok') return answer;
		file.media = answer.data.media;
		await keep(message);
	}
	const attachments = files.length ? files.map((file) => file.media) : undefined;
	return request('POST', base + 'say', { client_id, text, choice, label, attachments });
}
