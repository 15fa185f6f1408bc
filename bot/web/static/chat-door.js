// Where there is no seat yet: `/enter#k=SECRET` exchanges a link, `/` says whose assistant this is.

import { by, onPress } from './chat-page.js';
import { request } from './chat-wire.js';

function say(title, text) {
	by('door-title').textContent = title;
	by('door-text').textContent = text;
}

// Returns the home, or null after telling the person why not.
async function admitted(url, body) {
	by('door-error').hidden = true;
	const { verdict, data } = await request('POST', url, body);
	if (verdict === 'ok') return data.home;
	by('door-error').textContent = data.error || (verdict === 'offline' ? '现在连不上。请看看网络，再试一次。' : '服务暂时忙，请过一会儿再试。');
	by('door-error').hidden = false;
	return null;
}

async function enter(secret) {
	by('door-again').hidden = true;
	say('正在打开您的对话', '请稍候。');
	const home = await admitted('/api/enter', { secret });
	if (home) {
		location.replace(home);
		return;
	}
	say('还没有打开', '请按【再试一次】。如果还是打不开，请向工作人员要一个新的链接。');
	by('door-again').hidden = by('door-guest').hidden = false;
}

async function beGuest() {
	by('door-guest').disabled = true;
	const home = await admitted('/api/guest', {});
	by('door-guest').disabled = false;
	if (home) location.assign(home);
}

// Calls dress({office, phone, hours}), if the server can be reached.
export async function askOffice(dress) {
	const { verdict, data } = await request('GET', '/api/office');
	if (verdict === 'ok') dress(data);
}

export function openDoor() {
	const key = /[#&]k=([^&]+)/.exec(location.hash);
	// Before any answer: the secret must not stay in the history.
	if (key) history.replaceState(null, '', location.pathname);
	by('door').hidden = false;
	onPress('door-guest', beGuest);
	if (key) {
		onPress('door-again', () => enter(key[1]));
		enter(key[1]);
	} else {
		say('您好', '请打开工作人员发给您的链接，就能在这里办事、提问题、看通知。\n没有链接也不要紧，请按下面的按钮。');
		by('door-guest').hidden = false;
	}
}
