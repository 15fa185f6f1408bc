// Requests to the server, and the stream of messages.

const STALL_MS = 40000;
const PING_SILENCE_MS = 75000;

// Status 0 is no answer at all.
function verdictOn(status) {
	if (!status) return 'offline';
	if (status < 300) return 'ok';
	if (status === 401) return 'locked'; // the person's link is needed again
	return status >= 500 || status === 429 ? 'later' : 'final';
}

// Resolves to {verdict, data}, never rejects. Gives up after 40 s without progress. onProgress hears a share, 0 to 1.
export function request(method, url, body, onProgress) {
	return new Promise((resolve) => {
		const wire = new XMLHttpRequest(); // fetch tells no progress
		const form = body instanceof FormData;
		let stall = 0;
		const alive = () => {
			clearTimeout(stall);
			stall = setTimeout(() => wire.abort(), STALL_MS);
		};
		wire.open(method, url);
		wire.setRequestHeader('X-Yinling', '1');
		if (!form) wire.setRequestHeader('Content-Type', 'application/json');
		if (onProgress) wire.upload.onprogress = (event) => {
			alive();
			onProgress(event.loaded / event.total);
		};
		wire.onloadend = () => {
			clearTimeout(stall);
			let data = {};
			try {
				data = JSON.parse(wire.responseText);
			} catch (error) { /* not our server's answer: the status decides */ }
			resolve({ verdict: verdictOn(wire.status), data });
		};
		alive();
		wire.send(form || !body ? body : JSON.stringify(body));
	});
}

// 1, 2, 4 ... 30 s, up to a third shorter at random, so that not all pages come at once.
export function backoffMs(tries) {
	return Math.min(30000, 1000 * 2 ** tries) * (1 - Math.random() / 3);
}

// Follows a seat's messages. on: cursor(), state(word), ready(data), message(data), edited(data), locked(). Reconnects by itself
// from the last cursor: EventSource's own retry would hide a 401. Returns {connect, rest, resting}.
export function stream(base, on) {
	let source = null;
	let tries = 0;
	let timer = 0;
	let silence = 0;
	let state = 'connecting';

	function connect() {
		rest();
		on.state(state);
		state = 'reconnecting';
		const after = on.cursor();
		source = new EventSource(base + 'events' + (after === null ? '' : '?after=' + after));
		source.onopen = () => on.state('connected');
		source.onerror = lost;
		source.onmessage = (event) => on.message(JSON.parse(event.data));
		source.addEventListener('edited', (event) => on.edited(JSON.parse(event.data)));
		source.addEventListener('ready', (event) => {
			tries = 0;
			on.ready(JSON.parse(event.data));
		});
		// By these a line that died without a word is noticed.
		source.addEventListener('ping', () => {
			clearTimeout(silence);
			silence = setTimeout(connect, PING_SILENCE_MS);
		});
	}

	function rest() {
		clearTimeout(timer);
		clearTimeout(silence);
		if (source) source.close();
		source = null;
	}

	async function lost() {
		const refused = source.readyState === 2; // answered, but not with a stream
		rest();
		on.state(state);
		timer = setTimeout(connect, backoffMs(tries));
		tries += 1;
		if (refused && (await request('GET', base + 'history?before=0')).verdict === 'locked') on.locked();
	}

	return { connect, rest, resting: () => !source };
}
