// What every part of the page uses.

export const by = (id) => document.getElementById(id);

export const onPress = (id, act) => by(id).addEventListener('click', act);

export function make(tag, className = '', text = '') {
	const element = document.createElement(tag);
	element.className = className;
	element.textContent = text;
	return element;
}

export function button(className, text, act) {
	const element = make('button', className, text);
	element.addEventListener('click', act);
	return element;
}

// localStorage throws where it is forbidden: the look and the draft then last for one visit.
export function remember(key, value) {
	try {
		localStorage.setItem('yinling.' + key, value);
	} catch (error) { /* see above */ }
}

export function recall(key) {
	try {
		return localStorage.getItem('yinling.' + key);
	} catch (error) {
		return null;
	}
}
