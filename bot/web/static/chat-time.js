// Times in Chinese, in the office's zone (the server's offset), not in this device's.

function offsetMinutes(iso) {
	const match = /([+-])(\d\d):?(\d\d)$/.exec(iso);
	if (!match) return -new Date().getTimezoneOffset();
	return (match[1] + 1) * (match[2] * 60 + Number(match[3]));
}

// A date whose UTC fields are the wall clock of the office.
function wall(iso, moment = Date.parse(iso)) {
	return new Date(moment + offsetMinutes(iso) * 60000);
}

// 'YYYY-MM-DD', fit for comparing.
export function dayOf(iso, moment) {
	return wall(iso, moment).toISOString().slice(0, 10);
}

// 「今天 10月8日 星期五」; the year only when it is not this year.
export function dayWords(iso) {
	const at = wall(iso);
	const day = dayOf(iso);
	const near = day === dayOf(iso, Date.now()) ? '今天 ' : day === dayOf(iso, Date.now() - 86400000) ? '昨天 ' : '';
	const year = day.slice(0, 4) === dayOf(iso, Date.now()).slice(0, 4) ? '' : at.getUTCFullYear() + '年';
	return near + year + (at.getUTCMonth() + 1) + '月' + at.getUTCDate() + '日 星期' + '日一二三四五六'[at.getUTCDay()];
}

// 「上午9点05分」
export function timeWords(iso) {
	const at = wall(iso);
	const hour = at.getUTCHours();
	const minute = at.getUTCMinutes();
	const part = hour < 6 ? '凌晨' : hour < 12 ? '上午' : hour < 13 ? '中午' : hour < 18 ? '下午' : '晚上';
	return part + (hour > 12 ? hour - 12 : hour) + '点' + (minute ? ('0' + minute).slice(-2) + '分' : '');
}

export function sizeWords(bytes) {
	return bytes < 1048576 ? Math.ceil(bytes / 1024) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB';
}
