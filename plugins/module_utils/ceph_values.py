# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure comparisons of wanted and present Ceph settings: no I/O, no Ansible."""

from __future__ import annotations

import re

_BOOLEAN = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
_SIZE = re.compile(r"^(\d+(?:\.\d+)?)\s*([KMGTP]?)(i?B?)$", re.IGNORECASE)


def text(value):
    """The form in which Ceph takes a YAML value: booleans in lower case, everything else as written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def canonical(value):
    """One form for values that Ceph shows otherwise than written: 900M = 943718400, 2 = 2.000000, yes = true."""
    word = text(value).strip()
    if word.lower() in _BOOLEAN:
        return _BOOLEAN[word.lower()]
    match = _SIZE.match(word)
    if match:
        unit = match.group(2).upper()
        return "%.6f" % (float(match.group(1)) * 1024 ** ("KMGTP".index(unit) + 1 if unit else 0))
    return word


def same_value(left, right):
    """Do two written values mean the same to Ceph?"""
    return canonical(left) == canonical(right)


def config_changes(wanted, present):
    """Steps from the present central configuration to the wanted one.

    wanted: {section: {option: value or None}}; None removes the option. A section may carry a mask: ``osd/host:kvm1``.
    present: what ``ceph config dump`` lists: [{section, mask, name, value}].
    Returns [{action: set|rm, who, name, value, old}] in the order of the sections and options.
    """
    have = {}
    for row in present:
        who = row["section"] + ("/" + row["mask"] if row.get("mask") else "")
        have[(who, row["name"])] = row["value"]
    changes = []
    for who in sorted(wanted):
        for name in sorted(wanted[who] or {}):
            value, old = wanted[who][name], have.get((who, name))
            if value is None:
                if old is not None:
                    changes.append({"action": "rm", "who": who, "name": name, "value": None, "old": old})
            elif old is None or not same_value(value, old):
                changes.append({"action": "set", "who": who, "name": name, "value": text(value), "old": old})
    return changes


def config_text(changes, side):
    """One line per changed option for Ansible's diff; side is ``old`` or ``value``."""
    return "".join("%s %s = %s\n" % (c["who"], c["name"], c[side]) for c in changes if c[side] is not None)


def render_ini(sections):
    """The text of a ceph.conf: sections and options sorted, [global] first."""
    lines = ["# Written by Ansible (role storage_ceph); changes made here are lost."]
    for name in sorted(sections, key=lambda n: (n != "global", n)):
        lines.append("")
        lines.append("[%s]" % name)
        options = sections[name] or {}
        lines.extend("%s = %s" % (key, text(options[key])) for key in sorted(options))
    return "\n".join(lines) + "\n"


def render_keyring(name, key, caps=None):
    """The text of a keyring file with one entity."""
    lines = ["[%s]" % name, "\tkey = %s" % key]
    lines.extend('\tcaps %s = "%s"' % (service, caps[service].replace('"', '\\"')) for service in sorted(caps or {}))
    return "\n".join(lines) + "\n"


def conf_value(ini, option):
    """The value of an option of [global] in the text of a ceph.conf, or None."""
    match = re.search(r"^\s*%s\s*=\s*(\S+)\s*$" % option.replace("_", "[ _]"), ini, re.MULTILINE)
    return match.group(1) if match else None


def caps_list(caps):
    """{mon: ..., osd: ...} as the flat list that monitor commands take."""
    return [part for service in sorted(caps) for part in (service, caps[service])]


def pool_changes(wanted, present):
    """Settings of one pool that differ.

    wanted: {name, size, min_size, pg_num, autoscale_mode, application}; None = leave alone.
    present: the pool's entry of ``osd pool ls detail``.
    Returns [(setting, old, new)] in an order that Ceph accepts: autoscaler off before pg_num, size up before min_size.
    """
    have = {
        "pg_autoscale_mode": present["pg_autoscale_mode"],
        "size": present["size"],
        "min_size": present["min_size"],
        "pg_num": present.get("pg_num_target", present["pg_num"]),
    }
    want = {
        "pg_autoscale_mode": wanted.get("autoscale_mode"),
        "size": wanted.get("size"),
        "min_size": wanted.get("min_size"),
        "pg_num": wanted.get("pg_num") if wanted.get("autoscale_mode") != "on" else None,
    }
    order = ["pg_autoscale_mode", "size", "min_size", "pg_num"]
    if want["size"] is not None and want["size"] < have["size"]:
        order = ["pg_autoscale_mode", "min_size", "size", "pg_num"]
    changes = [(key, have[key], want[key]) for key in order if want[key] is not None and want[key] != have[key]]
    application = wanted.get("application")
    if application and application not in present.get("application_metadata", {}):
        changes.append(("application", ",".join(present.get("application_metadata", {})), application))
    return changes


def pool_refusals(wanted):
    """Sentences about pool wishes that would lose data."""
    found = []
    for pool in wanted:
        size, least = pool.get("size"), pool.get("min_size")
        if size is not None and least is not None and not 1 <= least <= size:
            found.append("Pool %s: min_size %d must lie between 1 and size %d." % (pool["name"], least, size))
    return found
