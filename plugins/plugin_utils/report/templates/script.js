// SPDX-License-Identifier: GPL-3.0-or-later
// Comfort only: tooltips, filters, the colour switch, "if it fails". Without it the page says the same.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.add("scripted");

  // Tooltips
  const tip = document.getElementById("tip");
  let tipOf = null;
  const show = (element) => {
    tipOf = element;
    tip.textContent = element.dataset.tip;
    tip.hidden = false;
    const at = element.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left + at.width / 2 - tip.offsetWidth / 2), root.clientWidth - tip.offsetWidth - 8);
    const above = at.top - tip.offsetHeight - 8;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${above > 0 ? above : at.bottom + 8}px`;
  };
  const hide = () => { tipOf = null; tip.hidden = true; };
  const tipped = (event) => event.target.closest("[data-tip]");
  document.addEventListener("mouseover", (event) => { const element = tipped(event); element ? show(element) : hide(); });
  document.addEventListener("focusin", (event) => { const element = tipped(event); element ? show(element) : hide(); });
  document.addEventListener("scroll", () => { if (tipOf) show(tipOf); }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  // Light and dark
  const button = document.getElementById("theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; label(); });
  prefersDark.addEventListener("change", label);
  label();

  // Filters
  const rows = (table) => all("tbody tr", document.getElementById(table));
  for (const input of all("[data-filters]")) {
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows(input.dataset.filters)) {
        const text = row.textContent.toLowerCase();
        row.hidden = !wanted.every((word) => text.includes(word));
      }
    });
  }
  for (const cell of all(".matrix a")) {
    cell.addEventListener("click", () => {
      const on = cell.getAttribute("aria-current") !== "true";
      for (const other of all(".matrix a")) other.removeAttribute("aria-current");
      if (on) cell.setAttribute("aria-current", "true");
      for (const row of rows("flow-table")) {
        const takesPart = (zones, zone) => zones.split("|").includes(zone);
        const { sources, destinations } = row.dataset;
        row.hidden = on && !(takesPart(sources, cell.dataset.source) && takesPart(destinations, cell.dataset.destination));
      }
    });
  }

  // If a host fails: its guests appear, dashed, on the hosts that take them
  const clear = () => {
    for (const ghost of all(".ghost")) ghost.remove();
    for (const host of all(".host.failed")) host.classList.remove("failed");
    for (const share of all("[data-before]")) {
      share.textContent = share.dataset.before;
      delete share.dataset.before;
    }
    for (const pressed of all(".fail[aria-pressed=true]")) pressed.setAttribute("aria-pressed", "false");
  };
  const move = (host, chip) => {
    const target = document.getElementById(`host-${chip.dataset.target}`);
    if (!target) return;
    const copy = chip.cloneNode(true);
    copy.classList.add("ghost");
    target.querySelector(".chips").append(copy);
    for (const part of all(".part", host)) {
      if (part.dataset.guest !== chip.dataset.guest) continue;
      const ghost = part.cloneNode(true);
      ghost.classList.add("ghost");
      const load = target.querySelector(`[data-load="${part.closest("[data-load]").dataset.load}"]`);
      load.querySelector(".track").append(ghost);
      const share = load.querySelector("b");
      share.dataset.before ??= share.textContent;
      const sum = all(".part", load).reduce((total, each) => total + parseFloat(each.style.width), 0);
      share.textContent = `→ ${Math.round(sum)} %`;
    }
  };
  for (const fail of all(".fail")) {
    fail.addEventListener("click", () => {
      const on = fail.getAttribute("aria-pressed") === "false";
      clear();
      if (!on) return;
      const host = fail.closest(".host");
      fail.setAttribute("aria-pressed", "true");
      host.classList.add("failed");
      for (const chip of all(".chip", host)) move(host, chip);
    });
  }

  // Where the reader is
  const links = new Map(all("nav a").map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id).setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-15% 0px -80% 0px" });
  for (const id of links.keys()) seen.observe(document.getElementById(id));

  // What has ended since the plan was made
  const today = new Date().toISOString().slice(0, 10);
  for (const time of all("time[data-ends]")) if (time.dateTime < today) time.classList.add("ended");

  // Paper shows the figures of the curves
  addEventListener("beforeprint", () => { for (const details of all("figure details")) details.open = true; });
})();
