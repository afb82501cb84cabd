# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge a wanted configuration into a live CIB; pure functions, no I/O.

Owned, hence set and removed:
  * the named cluster properties (only those names; others are left alone),
  * default sets, constraints and fencing levels whose id begins with PREFIX,
  * primitives that hold a ``meta_attributes`` with such an id,
  * the utilization of the listed nodes.
Everything else survives: constraints of ``crm_resource`` (cli-*), standby and
maintenance of nodes, properties written by the cluster itself, foreign
resources; also target-role, is-managed and maintenance of owned resources,
which are an operator's temporary word.
"""

from __future__ import annotations

import copy
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from .pacemaker_wanted import PREFIX, WantedError, attribute_set

BOOTSTRAP = "cib-bootstrap-options"
OPERATOR_META = ("target-role", "is-managed", "maintenance")
OPERATION = ("interval", "timeout", "on-fail")
REFERENCES = ("rsc", "with-rsc", "first", "then")
SECRET_NAME = re.compile(r"(^|_)passw(or)?d$|secret|_key$", re.IGNORECASE)


@dataclass(frozen=True)
class Change:
    """One object that differs; before/after are readable lines, '' when absent."""

    label: str
    before: str
    after: str

    @property
    def removes(self):
        return not self.after


def canonical(element):
    """Return a comparable form: order of attributes and of children does not matter."""
    if element is None:
        return None
    children = sorted((canonical(child) for child in element), key=repr)
    return element.tag, tuple(sorted(element.attrib.items())), tuple(children)


def merge(cib, wanted):
    """Return (new cib element, [Change]) for a live <cib>; the argument stays untouched."""
    new = copy.deepcopy(cib)
    configuration = new.find("configuration")
    if configuration is None:
        raise WantedError(["the CIB has no configuration section"])
    changes = []
    set_properties(section(configuration, "crm_config"), wanted.properties, changes)
    for tag, element in (("rsc_defaults", wanted.rsc_defaults), ("op_defaults", wanted.op_defaults)):
        replace_owned(section(configuration, tag), [] if element is None else [element], has_prefix, changes, tag)
    set_utilization(section(configuration, "nodes"), wanted.utilization, changes)
    removed = set_primitives(section(configuration, "resources"), wanted.primitives, changes)
    constraints = section(configuration, "constraints")
    replace_owned(constraints, wanted.constraints, has_prefix, changes)
    drop_references(constraints, removed, changes)
    set_levels(configuration, wanted.levels, changes)
    return new, sorted(changes, key=lambda change: change.label)


def section(configuration, tag):
    """Return the child ``tag`` of the configuration, made when absent."""
    found = configuration.find(tag)
    return ET.SubElement(configuration, tag) if found is None else found


def has_prefix(element):
    return element.get("id", "").startswith(PREFIX)


def is_owned_primitive(element):
    return any(has_prefix(block) for block in element.findall("meta_attributes"))


def set_properties(parent, properties, changes):
    """Set cluster properties by name; foreign names stay."""
    block = parent.find("cluster_property_set[@id='%s']" % BOOTSTRAP)
    if block is None and properties:
        block = ET.Element("cluster_property_set", {"id": BOOTSTRAP})
        parent.insert(0, block)
    for name, value in properties.items():
        pair = block.find("nvpair[@name='%s']" % name)
        before = None if pair is None else pair.get("value")
        if before == value:
            continue
        if pair is None:
            pair = ET.SubElement(block, "nvpair", {"id": "%s-%s" % (BOOTSTRAP, name), "name": name})
        pair.set("value", value)
        label = "property %s" % name
        changes.append(Change(label, "" if before is None else line(label, before), line(label, value)))


def line(label, value):
    return "%s = %s" % (label, value)


def replace_owned(parent, wanted, owned, changes, context=None):
    """Bring the owned children of ``parent`` to ``wanted``; keeps positions, so patches stay small."""
    left = {element.get("id"): element for element in wanted}
    for live in list(parent):
        target = left.pop(live.get("id"), None)
        if target is None:
            if owned(live):
                parent.remove(live)
                changes.append(Change(label_of(live, context), describe(live, context), ""))
        elif canonical(live) != canonical(target):
            index = list(parent).index(live)
            parent.remove(live)
            parent.insert(index, copy.deepcopy(target))
            changes.append(Change(label_of(target, context), describe(live, context), describe(target, context)))
    for element in left.values():
        parent.append(copy.deepcopy(element))
        changes.append(Change(label_of(element, context), "", describe(element, context)))


def set_utilization(nodes, utilization, changes):
    """Set the utilization of nodes that the cluster knows; an unknown node is an error."""
    missing = [name for name in utilization if nodes.find("node[@uname='%s']" % name) is None]
    if missing:
        raise WantedError(["node %s is not a member of the cluster yet" % name for name in missing])
    for name, values in utilization.items():
        node = nodes.find("node[@uname='%s']" % name)
        live = node.find("utilization")
        identity = "nodes-%s-utilization" % node.get("id")
        target = attribute_set("utilization", identity if live is None else live.get("id"), values)
        if pairs(live) == pairs(target):
            continue
        if live is not None:
            node.remove(live)
        if values:
            node.append(target)
        label = "node %s utilization" % name
        changes.append(Change(label, pair_text(label, live), pair_text(label, target)))


def pairs(block):
    return {} if block is None else {pair.get("name"): pair.get("value") for pair in block.findall("nvpair")}


def pair_text(label, block):
    values = pairs(block)
    return line(label, " ".join("%s=%s" % item for item in sorted(values.items()))) if values else ""


def set_primitives(resources, wanted, changes):
    """Set owned primitives; return the ids that were removed."""
    live = {element.get("id"): element for element in resources.iter() if element.get("id")}
    foreign = [
        "resource %s exists in the cluster but was not made by this role; rename the guest or remove the resource"
        % element.get("id")
        for element in wanted
        if element.get("id") in live and not is_owned_primitive(live[element.get("id")])
    ]
    if foreign:
        raise WantedError(foreign)
    kept = [keep_operator_meta(copy.deepcopy(element), live.get(element.get("id"))) for element in wanted]
    names = {element.get("id") for element in wanted}
    removed = {item.get("id") for item in resources if is_owned_primitive(item)} - names
    replace_owned(resources, kept, is_owned_primitive, changes)
    return removed


def keep_operator_meta(element, live):
    """Carry over what an operator said about a live resource (stopped, unmanaged, maintenance)."""
    if live is None:
        return element
    block = element.find("meta_attributes")
    for pair in live.findall("meta_attributes/nvpair"):
        name = pair.get("name")
        if name in OPERATOR_META and name not in pairs(block):
            block.append(copy.deepcopy(pair))
    return element


def drop_references(constraints, removed, changes):
    """A constraint that names a removed resource would make the CIB invalid."""
    for element in list(constraints):
        if not has_prefix(element) and removed.intersection(element.get(name) for name in REFERENCES):
            constraints.remove(element)
            changes.append(Change(label_of(element), describe(element), ""))


def set_levels(configuration, levels, changes):
    if levels or configuration.find("fencing-topology") is not None:
        replace_owned(section(configuration, "fencing-topology"), levels, has_prefix, changes)


def label_of(element, context=None):
    return "%s %s" % (context or element.tag, element.get("id"))


def describe(element, context=None):
    """Return readable lines of one object; values that may be secret are masked."""
    head = ["%s=%s" % item for item in element.attrib.items() if item[0] != "id"]
    lines = [" ".join([label_of(element, context), *head])]
    for child in element.iter():
        if child.tag == "nvpair":
            name, value = child.get("name"), child.get("value")
            lines.append("  %s=%s" % (name, "********" if SECRET_NAME.search(name) else value))
        elif child.tag == "op":
            settings = ["%s=%s" % (key, child.get(key)) for key in OPERATION if child.get(key)]
            lines.append(" ".join(["  op", child.get("name"), *settings]))
    return "\n".join(lines[:1] + sorted(lines[1:]))


def diff_of(changes):
    """Return Ansible's diff: only objects that differ, one block each."""
    before = [change.before for change in changes if change.before]
    after = [change.after for change in changes if change.after]
    return {
        "before_header": "cluster configuration (live)",
        "after_header": "cluster configuration (wanted)",
        "before": "".join(block + "\n" for block in before),
        "after": "".join(block + "\n" for block in after),
    }
