// Voice notes. Nothing is held down, nothing times out.

import { by, onPress } from './chat-page.js';

const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];
const BITS_PER_SECOND = 32000; // clear speech; 20 MB last over an hour

let recorder = null;
let asking = false;
let wanted = false;

function show(words) {
	by('recording').hidden = !words;
	by('record-state').textContent = words;
	by('record-time').textContent = '';
}

const release = (stream) => stream.getTracks().forEach((track) => track.stop());

function run(stream, send, trouble) {
	const chunks = [];
	const began = Date.now();
	const mimeType = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
	recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND, mimeType });
	const timer = setInterval(() => { by('record-time').textContent = Math.round((Date.now() - began) / 1000) + ' 秒'; }, 1000);
	recorder.ondataavailable = (event) => chunks.push(event.data);
	recorder.onstop = () => {
		clearInterval(timer);
		release(stream);
		const type = recorder.mimeType.split(';')[0];
		const file = new File(chunks, '录音.' + type.split('/')[1], { type });
		recorder = null;
		show('');
		by('record').focus();
		if (wanted && file.size) send(file);
		else if (wanted) trouble('没有录到声音，请再试一次。');
	};
	recorder.start(1000);
	show('正在录音，请说话');
}

async function begin(send, trouble) {
	if (recorder) return;
	wanted = true;
	show('请在浏览器的询问里按“允许”');
	if (asking) return;
	asking = true;
	try {
		const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
		if (wanted) run(stream, send, trouble);
		else release(stream);
	} catch (error) {
		show('');
		trouble('没有用上麦克风。请在浏览器设置里允许使用麦克风，或者直接打字、打电话。');
	}
	asking = false;
}

function stop(keep) {
	wanted = keep;
	if (recorder) recorder.stop();
	else if (!keep) show('');
}

export function wireRecorder(send, trouble) {
	// Only https and localhost get the microphone.
	const can = window.isSecureContext && navigator.mediaDevices && window.MediaRecorder && MediaRecorder.isTypeSupported;
	by('record').hidden = !can;
	by('bar').classList.toggle('mute', !can);
	onPress('record', () => begin(send, trouble));
	onPress('record-send', () => stop(true));
	onPress('record-drop', () => stop(false));
}
