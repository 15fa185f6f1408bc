// Not a module: runs before the first paint, so that no wrong size or colour flashes.
(function () {
	var root = document.documentElement;
	if (window.matchMedia && matchMedia('(prefers-color-scheme: dark)').matches) root.setAttribute('data-theme', 'dark');
	try {
		['size', 'theme'].forEach(function (key) {
			var kept = localStorage.getItem('yinling.' + key);
			if (kept) root.setAttribute('data-' + key, kept);
		});
	} catch (error) { /* storage is forbidden: the look lasts for one visit */ }
})();
