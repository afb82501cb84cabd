# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a browser shows it. Pictures for people are left in build/screenshots."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
# Width of each bar relative to its track, in percent, by host and resource.
BARS = """
return Object.fromEntries([...document.querySelectorAll('.host')].flatMap(host =>
  [...host.querySelectorAll('.load')].map(load => {
    const track = load.querySelector('.track');
    const parts = [...track.querySelectorAll('.part')];
    const width = parts.reduce((sum, part) => sum + part.getBoundingClientRect().width, 0);
    return [host.dataset.host + ' ' + load.dataset.load, 100 * width / track.getBoundingClientRect().width];
  })))
"""


def test_it_loads_silently_and_nothing_else(browser, report):
    browser.requests(), browser.complaints()
    browser.open(report)
    assert browser.complaints() == []
    assert [url for url in browser.requests() if not url.startswith("data:")] == [report.path.as_uri()]


def test_headings_name_the_hospital_and_the_parts(browser, report):
    browser.open(report)
    assert [h.text for h in browser.all("h1")] == [report.plan["name"]]
    parts = [h.text for h in browser.all("main h2")]
    assert parts[-1] == "About this plan"
    assert {"Summary", "Sites and hosts", "When a host fails", "Services", "Zones and flows", "Guests"} <= set(parts)
    assert [h.text.split(" ")[0] for h in browser.all(".site h3")] == [
        site["title"].split(" ")[0] for site in report.plan["sites"].values()
    ]


def test_every_host_and_guest_is_drawn(browser, report):
    browser.open(report)
    cards = {card.get_attribute("data-host"): card for card in browser.all(".host")}
    groups = ("kvm_hosts", "witnesses", "gateways", "probes")
    assert set(cards) == {name for group in groups for name in report.slices(group)}
    for name, guest in report.slices("guests").items():
        (chip,) = cards[guest["placement"]["host"]].find_elements("css selector", f'.chip[data-guest="{name}"]')
        assert chip.is_displayed() and chip.text == name
    assert len(browser.all("#guest-table tbody tr")) == len(report.slices("guests"))
    assert len(browser.all("#flow-table tbody tr")) == len(report.plan["flows"])


@pytest.mark.parametrize("width", [1280, 400])
def test_bars_are_as_long_as_the_plan_says(browser, report, width):
    browser.open(report, width)
    bars = browser.run(BARS)
    hosts = report.slices("kvm_hosts")
    assert len(bars) == 2 * len(hosts)
    for name, host in hosts.items():
        for label, key in (("CPU", "cpu_millicores"), ("Memory", "memory_mib")):
            planned = 100 * host["utilization"][key] / host["capacity"][key]
            assert bars[f"{name} {label}"] == pytest.approx(planned, abs=0.3), name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_it_fits_and_can_be_read(browser, report, width, scheme):
    browser.open(report, width, scheme)
    browser.run("document.querySelectorAll('details').forEach(details => { details.open = true })")
    assert browser.run("return document.documentElement.scrollWidth") == width
    assert browser.run(CONTRAST) == []
    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert (min(int(part) for part in ground[4:-1].split(",")) > 128) == (scheme == "light")
    browser.open(report, width, scheme)
    assert browser.picture(f"{report.name}-{scheme}-{width}").stat().st_size > 20_000


def test_the_switch_of_colours(browser, report):
    browser.open(report)
    before = browser.run("return getComputedStyle(document.body).backgroundColor")
    browser.one("#theme").click()
    assert browser.one("#theme").text == "Light"
    assert browser.run("return getComputedStyle(document.body).backgroundColor") != before


def test_if_a_host_fails_its_guests_appear_where_the_plan_sends_them(browser, report):
    browser.open(report)
    failures = report.plan["n_plus"]["failures"]
    busiest = max(failures, key=lambda host: len(failures[host]))
    browser.one(f"#host-{busiest} .fail").click()
    shown = {
        ghost.text: ghost.find_element("xpath", "ancestor::article[@data-host]").get_attribute("data-host")
        for ghost in browser.all(".chip.ghost")
    }
    assert shown == {guest: target for guest, target in failures[busiest].items() if target}
    assert len(browser.all(".part.ghost")) == 2 * len(shown)
    browser.picture(f"{report.name}-failure", *browser.run(
        "const at = document.getElementById('machines').getBoundingClientRect();"
        "return [Math.round(at.top + scrollY), Math.round(at.bottom + scrollY)]"
    ))  # fmt: skip
    browser.one(f"#host-{busiest} .fail").click()
    assert browser.all(".ghost") == []


def test_filters(browser, report):
    browser.open(report)
    first = next(iter(report.slices("guests")))
    browser.one('[data-filters="guest-table"]').send_keys(first)
    rows = [row.get_attribute("id") for row in browser.all("#guest-table tbody tr") if row.is_displayed()]
    assert f"guest-{first}" in rows and all(first in row for row in rows)
    cell = browser.one(".matrix a")
    browser.run("arguments[0].click()", cell)
    assert len([r for r in browser.all("#flow-table tbody tr") if r.is_displayed()]) == int(cell.text)
    browser.run("arguments[0].click()", cell)
    assert all(row.is_displayed() for row in browser.all("#flow-table tbody tr"))


def test_tooltips_come_by_mouse_and_keyboard_and_stay_in_the_window(browser, report):
    browser.open(report, 400)
    chip = browser.one(".host .chip")
    browser.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", chip)
    ActionChains(browser.driver).move_to_element(chip).perform()
    tip = browser.one("#tip")
    assert tip.text == chip.get_attribute("data-tip") and tip.text.startswith(chip.text)
    left, right = browser.run("const at = arguments[0].getBoundingClientRect(); return [at.left, at.right]", tip)
    assert left >= 0 and right <= 400
    browser.run("document.getElementById('tip').hidden = true; arguments[0].focus()", chip)
    assert tip.is_displayed()


def test_it_says_the_same_without_scripts(browser, report):
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(report)
        assert all(card.is_displayed() for card in browser.all(".host"))
        assert not any(element.is_displayed() for element in browser.all(".needs-script"))
    finally:
        browser.command("Emulation.setScriptExecutionDisabled", value=False)


def test_paper(browser, report):
    browser.open(report, 760, "dark", media="print")
    assert not browser.one("nav").is_displayed() and not browser.one("#theme").is_displayed()
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.run("return document.documentElement.scrollWidth") == 760
    browser.picture(f"{report.name}-print")
    printed = browser.command(
        "Page.printToPDF", printBackground=True, preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.7
    )
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
