// Attachments: in a message, in the tray before sending, and a photo seen large.

import { by, button, make, onPress } from './chat-page.js';
import { sizeWords } from './chat-time.js';
import { uuid } from './chat-outbox.js';

const LARGEST_BYTES = 20 * 1024 * 1024;
const KINDS = { photo: '照片', voice: '录音', video: '视频', file: '文件' };

function link(one, className, words) {
	const element = make('a', className, words + '（' + sizeWords(one.size) + '）');
	element.href = one.url;
	element.download = one.name;
	return element;
}

const named = (one) => KINDS[one.kind] + '：' + one.name;

function thumb(one) {
	const element = button('thumb', '', () => openPhoto(one, element));
	const image = make('img');
	image.alt = named(one) + '，按一下看大图';
	// HEIC: cannot be drawn, can be downloaded.
	image.onerror = () => element.replaceWith(link(one, 'link', named(one)));
	image.src = one.url;
	element.append(image);
	return element;
}

// one: {url, kind, name, size}
export function attachment(one) {
	if (one.kind === 'photo') return thumb(one);
	if (one.kind === 'file') return link(one, 'link', named(one));
	const box = make('div');
	const media = make(one.kind === 'video' ? 'video' : 'audio');
	media.controls = true;
	media.preload = 'metadata';
	media.src = one.url;
	media.setAttribute('aria-label', named(one));
	box.append(media, link(one, 'link', '下载' + KINDS[one.kind]));
	return box;
}

let opener = null;

function openPhoto(one, from) {
	opener = from;
	by('photo-image').src = one.url;
	by('photo-image').alt = named(one);
	by('photo').hidden = false;
	by('photo-close').focus();
	history.pushState(null, ''); // so that the phone's own Back closes the photo only
}

export function wirePhoto() {
	onPress('photo-close', () => history.back());
	by('photo').addEventListener('keydown', (event) => {
		if (event.key === 'Tab') event.preventDefault();
		if (event.key === 'Escape') history.back();
	});
	window.addEventListener('popstate', () => {
		if (by('photo').hidden) return;
		by('photo').hidden = true;
		opener.focus();
	});
}

// A file of the outbox, to be shown.
export const local = (file) => Object.assign({ url: URL.createObjectURL(file.blob) }, file);

// A File, for the outbox.
export function parcel(blob) {
	const { name, size, type } = blob;
	const kind = { image: 'photo', video: 'video', audio: 'voice' }[type.split('/')[0]] || 'file';
	return { client_id: uuid(), blob, name, kind, size };
}

function refusal(file) {
	if (!file.size) return '“' + file.name + '”是空的，没有内容可以发送。请另选一个。';
	if (file.size <= LARGEST_BYTES) return '';
	return '“' + file.name + '”有 ' + sizeWords(file.size) + '，超过了 20 MB，发不出去。请选小一点的，视频可以拍短一些。';
}

// What was chosen waits in the tray: a slip of the finger sends nothing.
let chosen = [];

// Takes what can be sent; returns sentences about what cannot, or ''.
export function choose(blobs) {
	blobs.filter((blob) => !refusal(blob)).map(parcel).forEach(putInTray);
	return blobs.map(refusal).join('');
}

function putInTray(file) {
	const row = make('li');
	row.append(attachment(local(file)), button('tool', '去掉', () => {
		chosen = chosen.filter((one) => one !== file);
		row.remove();
		by('tray').hidden = !chosen.length;
		by('attach').focus();
	}));
	chosen.push(file);
	by('tray').append(row);
	by('tray').hidden = false;
}

// Empties the tray and returns what was in it.
export function takeChosen() {
	const files = chosen;
	chosen = [];
	by('tray').textContent = '';
	by('tray').hidden = true;
	return files;
}
