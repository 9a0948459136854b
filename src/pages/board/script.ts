/**
 * What the board does by itself in a browser; without it everything works with links and buttons.
 * - copies what a button names, and says so;
 * - sends the filter while it is typed, and puts it into the address;
 * - reads the page again every so often and puts only what has changed into its place: what is focused stays focused, what is
 *   unfolded stays unfolded, and the row that is looked at stays where it is on the screen.
 */
export const BOARD_SCRIPT = `(() => {
  'use strict';
  const status = document.getElementById('status');
  const say = (words) => { if (status) status.textContent = words; };

  document.addEventListener('click', async (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
    const source = button && document.getElementById(button.getAttribute('data-copy'));
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.textContent);
      say('Copied.');
    } catch {
      getSelection().selectAllChildren(source);
      say('Selected: copy it with Ctrl C.');
    }
  });

  let latest = 0;
  const placeOf = () => {
    for (const one of document.querySelectorAll('[data-part] [id]')) {
      const { bottom, top } = one.getBoundingClientRect();
      if (bottom > 0 && one.offsetParent) return { id: one.id, top };
    }
    return undefined;
  };
  const put = (text) => {
    const fresh = new DOMParser().parseFromString(text, 'text/html');
    if (!fresh.querySelector('[data-part]')) { location.reload(); return; }
    const place = placeOf();
    const focused = document.activeElement && document.activeElement.closest('[data-part]') ? document.activeElement.id : '';
    for (const old of document.querySelectorAll('[data-part]')) {
      const next = fresh.querySelector('[data-part="' + old.getAttribute('data-part') + '"]');
      const open = [...old.querySelectorAll('details[open][id]')].map((one) => one.id);
      if (!next) continue;
      for (const id of open) { const one = next.querySelector('#' + CSS.escape(id)); if (one) one.setAttribute('open', ''); }
      if (next.innerHTML !== old.innerHTML) old.replaceChildren(...next.childNodes);
    }
    if (focused) { const one = document.getElementById(focused); if (one) one.focus({ preventScroll: true }); }
    const now = place && document.getElementById(place.id);
    if (now) { const moved = now.getBoundingClientRect().top - place.top; if (moved !== 0) scrollBy(0, moved); }
  };
  const load = async (words) => {
    const turn = (latest += 1);
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' } });
      const text = await response.text();
      if (turn !== latest) return;
      if (response.redirected) { location.reload(); return; }
      if (!response.ok) { say('The board cannot be read right now; what you see may be old.'); return; }
      put(text);
      say(words());
    } catch {
      if (turn === latest) say('The app cannot be reached; what you see may be old.');
    }
  };

  const filter = document.querySelector('form[data-filter]');
  if (filter) {
    let timer = 0;
    const apply = () => {
      clearTimeout(timer);
      const query = new URLSearchParams(new FormData(filter));
      for (const [name, value] of [...query]) if (value === '') query.delete(name);
      const text = query.toString();
      history.replaceState(null, '', location.pathname + (text === '' ? '' : '?' + text));
      load(() => { const count = document.querySelectorAll('[data-row]').length; return count + (count === 1 ? ' hunt.' : ' hunts.'); });
    };
    filter.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(apply, 250); });
    filter.addEventListener('submit', (event) => { event.preventDefault(); apply(); });
  }

  const every = Number(document.querySelector('[data-refresh]')?.getAttribute('data-refresh') ?? 0);
  const pause = document.getElementById('pause');
  if (every > 0) {
    let paused = false;
    if (pause) {
      pause.addEventListener('click', () => {
        paused = !paused;
        pause.setAttribute('aria-pressed', String(paused));
      });
    }
    const isBusy = () => document.hidden || paused || String(getSelection()) !== '';
    setInterval(() => { if (!isBusy()) load(() => ''); }, every * 1000);
    document.addEventListener('visibilitychange', () => { if (!isBusy()) load(() => ''); });
  }
})();`;
