/** Where preferences are kept in `localStorage`. */
export const STORAGE_KEY = 'faultline.preferences';

/** Runs before the first paint, so that no page flashes in the wrong theme. */
export const THEME_SCRIPT = `(function(){var t='system';try{t=JSON.parse(localStorage.getItem('${STORAGE_KEY}')||'{}').theme||t}catch(e){}
document.documentElement.dataset.theme=t==='system'?(matchMedia('(prefers-color-scheme: light)').matches?'light':'dark'):t})()`;
