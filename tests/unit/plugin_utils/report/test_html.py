# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import copy
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.html import render
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.view import view

VOID = {"meta", "link", "br", "hr", "input", "img", "line", "path", "rect"}


class Page(HTMLParser):
    """Elements with attributes, headings, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.faults = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(inventory, templates):
    return render(view(inventory, "hospital: st-elsewhere\n"), templates)


def test_same_plan_same_bytes(inventory, templates, page):
    assert render(view(copy.deepcopy(inventory), "hospital: st-elsewhere\n"), templates) == page


def test_it_is_well_formed(page):
    parsed = Page(page)
    assert not parsed.faults and not parsed.open
    ids = Counter(attributes["id"] for _tag, attributes in parsed.elements if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    hashes = [attributes["href"][1:] for attributes in parsed.all("a") if attributes["href"].startswith("#")]
    assert set(hashes) <= set(ids)


def test_nothing_comes_from_elsewhere(page):
    parsed = Page(page)
    assert not re.search(r"(https?:)?//[\w.]+/|url\(|@import", re.sub(r"<pre.*?</pre>", "", page, flags=re.S))
    assert not [a for tag in ("img", "iframe", "script") for a in parsed.all(tag) if "src" in a]
    assert [a["href"] for a in parsed.all("link")] == ["data:,"]
    assert all(a["href"].startswith("#") for a in parsed.all("a"))


def test_the_policy_admits_just_its_own_script(page):
    script = re.search(r"<script>(.*)</script>", page, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = (a["content"] for a in Page(page).all("meta") if a.get("http-equiv"))
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy


def test_every_host_guest_flow_and_service_is_there(inventory, page):
    elements = Page(page).elements
    ids = {attributes.get("id") for _tag, attributes in elements}
    children = inventory["all"]["children"]
    assert {f"host-{name}" for name in children["kvm_hosts"]["hosts"]} <= ids
    assert {f"guest-{name}" for name in children["guests"]["hosts"]} <= ids
    for entry in inventory["all"]["vars"]["hospital_plan"]["flows"]:
        assert f'<th scope="row">{entry["name"]}<' in page


def test_text_of_the_plan_can_not_become_markup(inventory, templates):
    plan = inventory["all"]["vars"]["hospital_plan"]
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    plan["waivers"][0]["reason"] = evil
    plan["flows"][0]["reason"] = evil
    plan["services"]["pacs"]["title"] = evil
    plan["sites"]["main"]["title"] = evil
    inventory["all"]["children"]["guests"]["hosts"]["pacs1"]["hospital"]["placement"]["why"] = evil
    page = render(view(inventory, evil), templates)
    assert len(Page(page).all("script")) == 1
    assert not Page(page).all("img") and "<script>alert" not in page
    assert "remote maintenance of the scanners &lt;vendor &amp; partner&gt;" in page


def test_tables_and_pictures_have_names(page):
    parsed = Page(page)
    regions = [a for a in parsed.all("div") if a.get("role") == "region"]
    assert regions and all(a["aria-label"] for a in regions)
    assert all(a.get("scope") in ("col", "row") for a in parsed.all("th"))
    assert all(a.get("aria-label") or a.get("aria-labelledby") for _t, a in parsed.elements if a.get("role") == "img")


def test_headings_skip_no_level(page):
    levels = [int(tag[1]) for tag, _a in Page(page).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_waivers_edits_and_stale_intents_are_prominent(inventory, templates, page):
    assert page.index("1 waiver in force") < page.index("Summary</h2>")
    assert "<b>Stale.</b>" in page and "Edited by hand" not in page
    inventory["all"]["vars"]["hospital_plan"]["domain"] = "x.example"
    assert "<b>Edited by hand.</b>" in render(view(inventory), templates)


def test_a_bare_plan_has_no_empty_parts(inventory, templates):
    plan = inventory["all"]["vars"]["hospital_plan"]
    plan.update(flows=[], growth={}, tenants={}, modalities=[], hardware={}, waivers=[], demand={})
    page = render(view(inventory), templates)
    assert "The plan allows no flow between zones." in page
    links = [a["href"] for a in Page(page).all("a")]
    assert not {"#capacity", "#tenants", "#modalities", "#hardware"} & set(links)
    assert "waiver" not in page


def test_forty_hosts_and_three_hundred_guests_fit(large, templates):
    page = render(view(large), templates)
    assert len(page) < 600_000
    assert len([a for a in Page(page).all("article") if "host" in a.get("class", "")]) == 40
