# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium (scripts/browser_packages installs it) and the rendered reports."""

from __future__ import annotations

import base64
import json
import runpy
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from selenium import webdriver

ROOT = Path(__file__).resolve().parents[2]
# What is looked at: names of inventories, and the plan that synthetic_plan.py builds without the planner.
HOSPITALS = ("lab", "synthetic", "reference_hospital")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)


@dataclass(frozen=True)
class Report:
    """A rendered page with the plan that it shows."""

    name: str
    path: Path
    inventory: dict

    @property
    def plan(self):
        return self.inventory["all"]["vars"]["hospital_plan"]

    def slices(self, group):
        hosts = self.inventory["all"]["children"].get(group, {"hosts": {}})["hosts"]
        return {name: entry["hospital"] for name, entry in hosts.items()}


class Browser:
    """Chromium with the few things that the tests ask of it."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, report, width=1280, scheme="light", media="screen"):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        self.command("Emulation.setEmulatedMedia", media=media, features=features)
        self.driver.get(report.path.as_uri())

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def requests(self):
        """Addresses that the page asked for."""
        entries = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        return [e["params"]["request"]["url"] for e in entries if e["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        return self.driver.get_log("browser")

    def picture(self, name, top=0, bottom=None):
        """The whole page, or a part of it, as build/screenshots/<name>.png."""
        width, height = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": top, "width": width, "height": (bottom or height) - top, "scale": 1}
        answer = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        folder = ROOT / "build/screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        path.write_bytes(base64.b64decode(answer["data"]))
        return path


@pytest.fixture(scope="session")
def browser():
    binaries = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    assert all(binaries.values()), f"{binaries}: run scripts/browser_packages"
    options = webdriver.ChromeOptions()
    options.binary_location = binaries["chromium"]
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for argument in ARGUMENTS:
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(binaries["chromedriver"]))
    yield Browser(driver)
    driver.quit()


@pytest.fixture(scope="session", params=HOSPITALS)
def report(request, tmp_path_factory):
    """The page as the playbook renders it."""
    folder = tmp_path_factory.mktemp(request.param)
    plan = ROOT / "inventories" / request.param / "hosts.yml"
    if request.param == "synthetic":
        plan = folder / "hosts.yml"
        build = runpy.run_path(str(ROOT / "tests/browser/synthetic_plan.py"))["build"]
        plan.write_text(yaml.safe_dump(build(), sort_keys=False))
    page = folder / "report.html"
    playbook = Path(sys.executable).with_name("ansible-playbook")
    command = [playbook, "playbooks/report.yml", "-i", plan, "-e", f"report_file={page}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Report(request.param, page, yaml.safe_load(plan.read_text()))
