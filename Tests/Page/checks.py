"""Checks of a page in a browser: names of controls, contrast, focus, overflow; and a watch on errors."""

from contextlib import contextmanager

# What has no accessible name, text with less than 4.5 to 1, and whatever makes the page wider than the window.
SCRIPT = """
() => {
  const faults = [];
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest('[aria-hidden=true]');
  const tell = (e) => `${e.tagName.toLowerCase()}.${String(e.getAttribute('class') ?? '')} "${(e.textContent ?? '').trim().slice(0, 40)}"`;
  const name = (e) => {
    if (e.getAttribute('aria-label')) return e.getAttribute('aria-label');
    const ids = e.getAttribute('aria-labelledby');
    if (ids) return ids.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    if (e.labels?.length) return [...e.labels].map((l) => l.textContent).join(' ');
    if (e.matches('input, select, textarea')) return e.title;
    return e.textContent || e.querySelector('img')?.alt || e.title;
  };
  const controls = 'a[href], button, input, select, textarea, summary, dialog, [role=tab], [role=option], [role=listbox], [role=tabpanel], [role=region], [role=group], [role=img], nav, aside';
  for (const e of document.querySelectorAll(controls)) {
    if (seen(e) && !name(e)?.trim()) faults.push(`no name: ${tell(e)}`);
  }
  for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) faults.push(`no alt: ${tell(e)}`);
  for (const id of [...document.querySelectorAll('[id]')].map((e) => e.id)) {
    if (document.querySelectorAll(`[id="${CSS.escape(id)}"]`).length > 1) faults.push(`two elements have the id ${id}`);
  }
  if (!document.title) faults.push('no title');
  if (document.querySelectorAll('h1').length !== 1) faults.push(`${document.querySelectorAll('h1').length} h1`);

  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  pen.canvas.width = pen.canvas.height = 1;
  const rgba = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].map((v, i) => (i < 3 ? v : v / 255));
  };
  const over = (top, low) => top.slice(0, 3).map((v, i) => v * top[3] + low[i] * (1 - top[3])).concat(1);
  const ground = (e) => {
    const layers = [];
    for (; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((low, top) => over(top, low), [255, 255, 255, 1]);
  };
  const light = (c) => c.slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const done = new Set();
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || done.has(e) || !seen(e) || e.closest(':disabled, noscript, option')) continue;
    done.add(e);
    const low = ground(e);
    const style = getComputedStyle(e);
    const ink = over(rgba(e instanceof SVGElement ? style.fill : style.color), low);
    const [a, b] = [light(ink), light(low)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${tell(e)}`);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`${wide} px too wide`);
  return [...new Set(faults)];
}
"""


class Watch:
    """Collects what must not happen in a page: errors on the console, and requests that fail."""

    def __init__(self, page):
        self.faults = []
        self.allowed = []
        self.is_offline = False
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("response", self._response)
        page.on("requestfailed", self._failed)

    def _console(self, message):
        # What a refused request writes there is looked at as a response.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _response(self, response):
        if response.status >= 400 and not any(s == response.status and p in response.url for s, p in self.allowed):
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")

    def _failed(self, request):
        # Leaving a page gives up what it still asks for, and that is right.
        if request.failure and "ERR_ABORTED" not in request.failure and not self.is_offline:
            self.faults.append(f"failed: {request.method} {request.url}: {request.failure}")

    @contextmanager
    def allowing(self, status, part):
        self.allowed.append((status, part))
        yield
        self.allowed.pop()

    @contextmanager
    def offline(self):
        self.is_offline = True
        yield
        self.is_offline = False


def looks_right(page, where, faults):
    faults += [f"{where}: {fault}" for fault in page.evaluate(SCRIPT)]


def focus_is_visible(page, where, faults, steps=14):
    """Moves with Tab; every stop must be outlined, itself or what is around it."""
    page.evaluate("document.activeElement?.blur()")
    for _ in range(steps):
        page.keyboard.press("Tab")
        fault = page.evaluate("""() => {
          const e = document.activeElement;
          if (!e || e === document.body) return null;
          const lit = (x) => x && getComputedStyle(x).outlineStyle !== 'none' && parseFloat(getComputedStyle(x).outlineWidth) >= 2;
          return lit(e) || lit(e.closest('.editor')) ? null : `${e.tagName}.${e.className} ${e.textContent.slice(0, 30)}`;
        }""")
        if fault:
            faults.append(f"{where}: focus can't be seen on {fault}")
