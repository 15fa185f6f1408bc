// Reads messages aloud where the browser has a Chinese voice.

let voice = null;
let current = null;

export const readable = () => voice !== null;

// Calls found() once there is a voice, now or later.
export function whenReadable(found) {
	if (!window.speechSynthesis) return;
	const look = () => {
		const before = voice;
		const voices = speechSynthesis.getVoices().filter((one) => /^(zh|cmn)/i.test(one.lang));
		voice = voices.find((one) => /cn/i.test(one.lang)) || voices[0] || null;
		if (voice && !before) found();
	};
	look();
	speechSynthesis.onvoiceschanged = look;
}

function stop() {
	speechSynthesis.cancel();
	if (current) current.textContent = '朗读';
	current = null;
}

// Sentence by sentence: some browsers fall silent in a long one. A second press stops.
export function read(button, words) {
	const again = current === button;
	stop();
	if (again) return;
	current = button;
	button.textContent = '停止';
	words.split(/[。！？；\n]+/).filter((one) => one.trim()).forEach((sentence, index, all) => {
		const speech = new SpeechSynthesisUtterance(sentence);
		speech.voice = voice;
		speech.lang = voice.lang;
		speech.rate = 0.85;
		if (index === all.length - 1) speech.onend = () => current === button && stop();
		speechSynthesis.speak(speech);
	});
}
