"""How fast the page is with 1,000 runs, 10,000 tasks and a log of 100 MB. Figures are told, not judged."""

import time

from checks import Watch
from server import Server

LARGE = """name: large
tasks:
  list: {run: "seq 1 9990"}
  crunch: {matrix: {n: "${{ tasks.list.lines }}"}, run: "sleep 600"}
  sum: {needs: [crunch], run: "true"}
"""
LOG = """name: noisy
tasks:
  print:
    run: |
      seq 1 2400000 | awk '{ printf "\\033[3%dmline %d\\033[0m of a log that goes on\\n", $1 % 8, $1 } $1 == 1500000 { print "a NEEDLE" }'
"""

# ACTION is put in as text, for the page's policy allows no eval. The time goes to the second frame after it, when what
# it changed has been drawn.
LATENCY = """
async () => {
  const times = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const begin = performance.now();
    ACTION;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return [times[6], times[11]];
}
"""


def first_paint(browser, address, hash, ready):
    """Milliseconds to the first paint of contents, and until a selector is there."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    begin = time.perf_counter()
    page.goto(f"{address}/#/{hash}", wait_until="commit")
    page.wait_for_selector(ready, timeout=60_000)
    until = (time.perf_counter() - begin) * 1000
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
    return page, paint, until


def told(name, paint, until):
    print(f"  {name}: first paint {paint:.0f} ms, ready {until:.0f} ms", flush=True)


def interact(page, name, action):
    median, worst = page.evaluate(LATENCY.replace("ACTION", action))
    print(f"  {name}: median {median:.0f} ms, worst {worst:.0f} ms", flush=True)


def measure(browser, baton, faults):
    print("speed")
    with Server(baton, authentication=False) as server:
        for number in range(1000):
            server.submit(f"name: tiny-{number % 7}\ntasks: {{a: {{run: 'true'}}}}\n")
        page, paint, until = first_paint(browser, server.address, "runs", ".virtual .row")
        watch = Watch(page)
        told("1,000 runs", paint, until)
        for _ in range(12):
            page.evaluate("document.querySelector('.virtual').scrollTop = 1e9")
            page.wait_for_timeout(250)
        interact(page, "scrolling in 1,000 runs", "document.querySelector('.virtual').scrollTop = turn * 3100")
        print(f"  of them in the list: {page.locator('.virtual .row').first.get_attribute('aria-setsize')}")
        page.context.close()
        run = server.submit(LOG)
        server.wait(run, seconds=180)
        page, paint, until = first_paint(browser, server.address, f"runs/{run}?tab=tasks&task=0", ".log-box .line")
        told("a log of " + page.locator(".log .hint").last.inner_text(), paint, until)
        interact(page, "scrolling in it", "document.querySelector('.log-box').scrollTop -= 400")
        begin = time.perf_counter()
        page.get_by_label("Search the log").fill("a NEEDLE")
        page.wait_for_timeout(300)
        page.get_by_role("button", name="Next match").click()
        page.wait_for_selector(".line.match", timeout=60_000)
        print(f"  finding a line in it: {(time.perf_counter() - begin) * 1000 - 300:.0f} ms")
        faults += watch.faults
        page.context.close()
    with Server(baton, authentication=False) as server:
        run = server.submit(LARGE)
        while server.get(f"/runs/{run}")["counts"]["ready"] < 5000:
            time.sleep(0.3)
        for tab, ready in (("graph", "canvas"), ("timeline", "canvas"), ("tasks", ".virtual .row")):
            page, paint, until = first_paint(browser, server.address, f"runs/{run}?tab={tab}", f".tab-panel {ready}")
            watch = Watch(page)
            told(f"10,000 tasks, {tab}", paint, until)
            scroller = ".virtual" if tab == "tasks" else ".canvas-box"
            if tab == "graph":
                page.get_by_role("button", name="Open groups").click()
                page.wait_for_timeout(500)
            interact(page, f"scrolling the {tab}", f"document.querySelector('{scroller}').scrollTop = turn * 4567")
            if tab == "tasks":
                interact(page, "changing the view", "document.querySelectorAll('[role=tab]')[turn % 2 ? 2 : 0].click()")
            else:
                interact(page, f"zooming the {tab}", "document.querySelectorAll('.tools .button')[2].click()")
            faults += watch.faults
            page.context.close()
