"""The web page in a real Chromium: a story from end to end, every page in every guise, and how fast it is.

python3 Tests/Page/page_test.py --baton .build/debug/baton [--screenshots FOLDER] [--skip-large]
"""

import argparse
import os
import sys

from playwright.sync_api import Error, expect, sync_playwright

from checks import Watch, focus_is_visible, looks_right
from server import Server
from speed import measure

FLOW = """name: reports
tasks:
  prepare: {run: "sleep 1"}
  work:
    needs: [prepare]
    matrix: {part: [a, b, c], kind: [x, y]}
    run: "printf '\\\\033[31mred\\\\033[0m <b>not bold</b> ${{ part }}\\\\n'; sleep 0.4"
  merge: {needs: [work, prepare], run: "echo merged"}
"""
ASKS = """name: asks
tasks:
  build: {run: 'true'}
  go: {needs: [build], approval: "Deploy <b>now</b>?"}
  wipe: {needs: [build], approval: "Wipe it?", run: 'true'}
"""
STUCK = "name: slow\ntasks:\n  wait: {run: 'echo begun; sleep 60'}\n  after: {needs: [wait], run: 'true'}\n"
SHORT = "name: short\ntasks:\n  wait: {run: 'sleep 6'}\n"
HOSTILE = """name: "<img src=x onerror=alert(1)>"
tasks:
  "<b onclick=alert(2)>bold</b>":
    run: |
      printf '<script>alert(3)</script>\\n\\033]0;title\\007\\033[31;1mX\\033[0m\\n'
"""
WRONG = "name: x\ntasks:\n  a: {run: echo, need: [b]}\n"
PAGES = ["runs", "workflows", "workflows/reports", "workflows/reports?tab=revisions", "analyze", "cluster",
         "policies", "models", "audit", "keys", "settings", "schedules", "schedules/nightly",
         "triggers", "notifications"]


class Story:
    def __init__(self, page, server, shots):
        self.page, self.server, self.shots = page, server, shots
        self.watch = Watch(page)

    def shot(self, name):
        if self.shots:
            self.page.screenshot(path=os.path.join(self.shots, f"{name}.png"))

    def open(self, hash):
        self.page.goto(f"{self.server.address}/#/{hash}")

    def button(self, name, **options):
        return self.page.get_by_role("button", name=name, **options)

    def log_in(self):
        self.open("runs")
        with self.watch.allowing(401, "/auth/"):
            self.page.get_by_label("API key").fill("baton_wrong")
            self.button("Log in").click()
            expect(self.page.get_by_text("unknown or was revoked")).to_be_visible()
            self.shot("login")
            self.page.get_by_label("API key").fill(self.server.key)
            self.button("Log in").click()
            expect(self.page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()

    def submit(self, text):
        self.button("Submit a workflow").first.click()
        self.page.get_by_label("Workflow (YAML)").fill(text)
        self.button("Start", exact=True).click()

    def be_corrected(self):
        with self.watch.allowing(422, "/runs"):
            self.submit(WRONG)
            expect(self.page.get_by_text("Did you mean 'needs'?")).to_be_visible()
            self.shot("submit-problems")
            self.button("Cancel").click()

    def watch_to_the_end(self):
        self.submit(FLOW)
        expect(self.page.get_by_role("heading", name="reports")).to_be_visible()
        expect(self.page.get_by_text("· live")).to_be_visible()
        self.shot("run-live")
        expect(self.page.locator(".run-state .pill.succeeded")).to_be_visible(timeout=60_000)
        expect(self.page.locator(".run-state")).to_contain_text("8/8")
        self.shot("run-graph")

    def look_at_a_task(self):
        self.page.get_by_role("tab", name="Tasks").click()
        self.page.get_by_role("listbox", name="Tasks").focus()
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        panel = self.page.get_by_role("complementary", name="Task")
        expect(panel).to_contain_text("succeeded")
        expect(panel.locator(".log-box")).to_contain_text("red <b>not bold</b>")
        expect(panel.locator(".log-box .f-1")).to_have_text("red")
        panel.get_by_role("button", name="Why this decision?").click()
        expect(panel).to_contain_text("Decision")
        panel.get_by_label("Search the log").fill("not bold")
        expect(panel.locator("mark").first).to_have_text("not bold")
        self.shot("task")
        self.page.keyboard.press("Escape")
        for tab in ("Timeline", "Why"):
            self.page.get_by_role("tab", name=tab).click()
            self.page.wait_for_timeout(400)
            self.shot(f"run-{tab.lower()}")
        expect(self.page.get_by_text("Where the time went")).to_be_visible()

    def answer_what_is_asked(self):
        self.open("runs")
        self.submit(ASKS)
        expect(self.page.get_by_text("Deploy <b>now</b>?")).to_be_visible(timeout=30_000)
        expect(self.page.get_by_text("Wipe it?")).to_be_visible()
        expect(self.page.locator(".ask time").first).to_contain_text("just now")
        self.page.get_by_label("Comment for wipe").fill("not <i>today</i>")
        self.shot("approvals")
        self.button("Approve go").click()
        expect(self.page.get_by_text("Deploy <b>now</b>?")).to_have_count(0, timeout=30_000)
        expect(self.page.get_by_label("Comment for wipe")).to_have_value("not <i>today</i>")
        self.button("Reject wipe").click()
        expect(self.page.locator(".run-state .pill.failed")).to_be_visible(timeout=30_000)
        expect(self.page.locator(".approvals .card")).to_have_count(0)

    def cancel_and_retry(self):
        self.open("runs")
        self.submit(STUCK)
        expect(self.page.locator(".run-state .pill.running")).to_be_visible()
        self.button("Priority 50").click()
        dialog = self.page.get_by_role("dialog", name="Priority of this run")
        dialog.get_by_label("Priority").fill("70")
        dialog.get_by_role("button", name="Set").click()
        expect(self.button("Priority 70")).to_be_visible()
        self.button("Pause").click()
        expect(self.page.locator(".run-state .pill")).to_have_text("‖paused")
        self.button("Resume").click()
        expect(self.page.locator(".run-state .pill.running")).to_be_visible()
        self.button("Cancel", exact=True).click()
        self.button("Cancel the run").click()
        expect(self.page.locator(".run-state .pill")).to_have_text("⊘cancelled", timeout=30_000)
        self.button("Retry").click()
        expect(self.page.locator(".run-state .pill.running")).to_be_visible(timeout=30_000)
        self.page.get_by_role("tab", name="Tasks").click()
        self.page.get_by_role("option").filter(has_text="after").click()
        panel = self.page.get_by_role("complementary", name="Task")
        expect(panel).to_contain_text("waits")
        panel.get_by_label("Priority").fill("80")
        panel.get_by_role("button", name="Set").click()
        expect(self.page.get_by_text("after has priority 80")).to_be_visible()
        self.shot("waiting")
        self.page.keyboard.press("Escape")
        self.button("Cancel", exact=True).click()
        self.button("Cancel the run").click()
        expect(self.page.locator(".run-state .pill")).to_have_text("⊘cancelled", timeout=30_000)

    def outlive_a_restart(self):
        self.open("runs")
        self.submit(SHORT)
        expect(self.page.get_by_text("· live")).to_be_visible()
        with self.watch.offline():
            self.server.stop()
            expect(self.page.get_by_text("connecting again")).to_be_visible(timeout=30_000)
            self.server.start()
            expect(self.page.get_by_text("· live")).to_be_visible(timeout=30_000)
        expect(self.page.locator(".run-state .pill.succeeded")).to_be_visible(timeout=30_000)

    def keep_a_schedule(self):
        self.open("schedules")
        self.button("Add a schedule").first.click()
        dialog = self.page.get_by_role("dialog", name="Add a schedule")
        dialog.get_by_label("Name").fill("nightly")
        dialog.get_by_label("When (cron)").fill("61 2 * * *")
        with self.watch.allowing(422, "/schedules/"):
            dialog.get_by_role("button", name="Save").click()
            expect(dialog.get_by_text("'61' is no minute")).to_be_visible()
            self.shot("schedule-problem")
        dialog.get_by_label("When (cron)").fill("0 2 * * *")
        dialog.get_by_label("Time zone").fill("Europe/Berlin")
        dialog.get_by_role("button", name="Save").click()
        expect(self.page.get_by_role("heading", name="nightly")).to_be_visible()
        self.button("Run nightly now").click()
        expect(self.page.get_by_text("by hand")).to_be_visible()
        self.button("Backfill nightly").click()
        dialog = self.page.get_by_role("dialog", name="Backfill nightly")
        dialog.get_by_label("Runs at once").fill("3")
        self.shot("backfill")
        dialog.get_by_role("button", name="Start").click()
        expect(self.page.get_by_text("7 times will be run")).to_be_visible()
        expect(self.page.locator("td .pill.succeeded")).to_have_count(8, timeout=60_000)
        self.shot("schedule")
        self.open("schedules")
        self.button("Pause or resume nightly").click()
        expect(self.page.get_by_text("nightly is paused")).to_be_visible()
        expect(self.page.locator("td .pill.ready")).to_have_text("‖paused")
        self.button("Pause or resume nightly").click()
        expect(self.page.get_by_text("nightly is resumed")).to_be_visible()
        expect(self.page.locator("td .pill.succeeded")).to_have_count(3)
        self.shot("schedules")

    def keep_a_trigger(self):
        self.open("triggers")
        self.button("Add a trigger").first.click()
        dialog = self.page.get_by_role("dialog", name="Add a trigger")
        dialog.get_by_label("Name").fill("after")
        dialog.get_by_label("When").select_option("webhook")
        dialog.get_by_label("Secret").fill("HOOK")
        with self.watch.allowing(422, "/triggers/"):
            dialog.get_by_role("button", name="Save").click()
            expect(dialog.get_by_text("there is no secret 'HOOK'")).to_be_visible()
            self.shot("trigger-problem")
        dialog.get_by_label("When").select_option("run_ended")
        dialog.get_by_label("Workflow that ends").fill("nightly")
        dialog.get_by_role("button", name="Save").click()
        expect(self.page.get_by_text("the end of nightly")).to_be_visible()
        self.server.post("/schedules/nightly/run", {})
        expect(self.page.locator("td .pill.succeeded")).to_have_count(1, timeout=60_000)
        self.button("Pause or resume after").click()
        expect(self.page.locator("td .pill.ready")).to_have_text("‖paused")
        self.shot("triggers")

    def keep_a_notification(self):
        self.open("notifications")
        self.button("Add a notification").first.click()
        dialog = self.page.get_by_role("dialog", name="Add a notification")
        dialog.get_by_label("Name").fill("mail")
        dialog.get_by_label("When a run").select_option("run.succeeded")
        dialog.get_by_label("URL").fill("ftp://example.org/")
        with self.watch.allowing(422, "/notifications/"):
            dialog.get_by_role("button", name="Save").click()
            expect(dialog.get_by_text("must be a URL such as")).to_be_visible()
            self.shot("notification-problem")
        dialog.get_by_label("Tell").select_option("command")
        dialog.get_by_label("Command").fill("grep -q baton.run.succeeded")
        dialog.get_by_label("Workflow").fill("nightly")
        dialog.get_by_role("button", name="Save").click()
        expect(self.page.get_by_text("the command grep -q")).to_be_visible()
        self.button("Test mail").click()
        expect(self.page.get_by_text("mail was told")).to_be_visible()
        self.server.post("/schedules/nightly/run", {})
        expect(self.page.locator("td .pill.succeeded")).to_have_count(1, timeout=60_000)
        self.button("Pause or resume mail").click()
        expect(self.page.locator("td .pill.ready")).to_have_text("‖paused")
        self.shot("notifications")

    def be_shut_out(self):
        self.open("models")
        self.page.evaluate("sessionStorage.setItem('baton.token', 'forged')")
        with self.watch.allowing(401, "/api/"):
            self.page.reload()
            self.page.get_by_label("API key").fill(self.server.key)
        self.button("Log in").click()
        expect(self.page.get_by_role("heading", name="Models", exact=True)).to_be_visible()

    def optimise(self):
        self.open("workflows/reports?tab=optimise")
        self.button("Analyse", exact=True).click()
        finding = self.page.locator(".finding", has_text="Redundant dependency")
        expect(finding).to_be_visible(timeout=60_000)
        self.shot("findings")
        finding.get_by_role("button", name="Show the change").click()
        expect(self.page.locator(".diff .removed")).to_contain_text("needs: [work, prepare]", timeout=60_000)
        self.shot("diff")
        self.button("Apply", exact=True).click()
        expect(self.page.get_by_text("Applied: the file is changed")).to_be_visible(timeout=60_000)
        self.page.get_by_role("tab", name="Revisions").click()
        expect(self.page.get_by_role("heading", name="Revision 1")).to_be_visible()

    def analyse_a_text(self):
        self.open("analyze")
        self.page.get_by_label("Workflow (YAML)").fill(SHORT)
        self.button("Analyse", exact=True).click()
        expect(self.page.get_by_role("heading", name="Findings")).to_be_visible(timeout=60_000)
        self.shot("analysis")

    def ask_what_if(self):
        self.open("policies")
        self.page.get_by_label("How many").fill("3")
        self.page.get_by_label("Of", exact=True).select_option("reports")
        self.button("Simulate").click()
        expect(self.page.locator(".bars")).to_be_visible(timeout=90_000)
        expect(self.page.locator(".bars")).to_contain_text("what really happened")
        expect(self.page.get_by_text("Really they took")).to_be_visible()
        self.shot("what-if")

    def make_and_revoke_a_key(self):
        self.open("keys")
        self.button("Make a key").click()
        self.page.get_by_label("Name").fill("<i>guest</i>")
        self.button("Make it").click()
        expect(self.page.locator(".secret")).to_contain_text("baton_")
        self.button("Done").click()
        self.button("Revoke the key <i>guest</i>").click()
        self.button("Revoke it").click()
        expect(self.page.get_by_text("<i>guest</i> is revoked")).to_be_visible()

    def tell(self):
        for chapter in (self.log_in, self.be_corrected, self.watch_to_the_end, self.look_at_a_task,
                        self.answer_what_is_asked, self.cancel_and_retry, self.outlive_a_restart, self.keep_a_schedule,
                        self.keep_a_trigger, self.keep_a_notification, self.be_shut_out, self.optimise, self.analyse_a_text,
                        self.ask_what_if, self.make_and_revoke_a_key):
            print(f"  {chapter.__name__.replace('_', ' ')}", flush=True)
            chapter()


def guises(browser, server, shots, faults):
    """Every page, light and dark, on a desk and on a phone."""
    run = server.get("/runs?workflow=reports")["runs"][0]["run"]
    hostile = server.submit(HOSTILE)
    assert server.wait(hostile) == "succeeded"
    pages = PAGES + [f"runs/{run}?tab={tab}" for tab in ("graph", "timeline", "tasks", "why")]
    pages += [f"runs/{run}?tab=tasks&task=2", f"runs/{hostile}?tab=graph&task=0"]
    for scheme in ("light", "dark"):
        for width, height in ((1400, 900), (375, 720)):
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            page = context.new_page()
            page.on("dialog", lambda dialog: faults.append(f"a script ran: {dialog.message}"))
            story = Story(page, server, shots)
            story.watch.allowed += [(422, "/forecasts"), (401, "/auth/me")]
            if server.key:
                page.goto(server.address)
                page.get_by_label("API key").fill(server.key)
                page.get_by_role("button", name="Log in").click()
                page.get_by_role("heading", name="Runs", exact=True).wait_for()
            for name in pages:
                story.open(name)
                page.wait_for_timeout(250)
                expect(page.locator("main .loading")).to_have_count(0, timeout=60_000)
                page.wait_for_timeout(150)
                where = f"{name} ({scheme}, {width})"
                looks_right(page, where, faults)
                story.shot(f"{name.replace('/', '-').replace('?', '-').replace('&', '-')}-{scheme}-{width}")
                if scheme == "light" and width == 1400:
                    focus_is_visible(page, where, faults)
            faults += [f"{scheme}, {width}: {fault}" for fault in story.watch.faults]
            context.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--baton", required=True)
    arguments.add_argument("--screenshots")
    arguments.add_argument("--chromium", default="/usr/bin/chromium")
    arguments.add_argument("--skip-large", action="store_true")
    options = arguments.parse_args()
    baton = os.path.abspath(options.baton)
    faults = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        with Server(baton) as server:
            print("the story")
            page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
            page.on("dialog", lambda dialog: faults.append(f"a script ran: {dialog.message}"))
            story = Story(page, server, options.screenshots)
            story.watch.allowed.append((401, "/auth/me"))
            try:
                story.tell()
            except (AssertionError, Error) as error:
                story.shot("broken")
                faults.append(str(error).split("\n\n")[0])
            faults += story.watch.faults
            page.context.close()
            print("every page, light and dark, wide and narrow", flush=True)
            guises(browser, server, options.screenshots, faults)
        if not options.skip_large:
            measure(browser, baton, faults)
        browser.close()
    for fault in faults:
        print(f"FAULT {fault}")
    print("all is well" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
