# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask baseboard controllers for their power state with the same agent that would fence; standard library only."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

AGENT = "/usr/sbin/fence_redfish"
# What an operator can do about a complaint of the agent; the first word that it contains decides.
REMEDIES = (
    ("certificate", "its certificate is not trusted: put its authority into ha_cluster_bmc_ca_certificate"),
    (
        "Unable to get PowerState",
        "it refuses user and password, or does not know the system: put the right password into "
        "hospital_secrets.bmc_passwords and run site.yml",
    ),
    ("send_get_request", "it does not answer: check its power, cable and address"),
    ("no answer", "it does not answer: check its power, cable and address"),
)


def request(bmc, password_file):
    """Return the agent's standard input; the password is only named by the path of its script."""
    lines = {
        "action": "status",
        "ip": bmc["address"],
        "ipport": bmc.get("port") or 443,
        "username": bmc["user"],
        "passwd_script": password_file,
        "systems_uri": "/redfish/v1/Systems/" + bmc["system"],
        "ssl_secure" if bmc.get("verify_tls", True) else "ssl_insecure": 1,
    }
    return "".join("%s=%s\n" % pair for pair in lines.items())


def environment(ca_file):
    """Return the agent's environment; with an authority of the controllers' own, certificates are checked by it."""
    return {**os.environ, "REQUESTS_CA_BUNDLE": ca_file} if ca_file and os.path.exists(ca_file) else dict(os.environ)


def ask(bmc, password_file, ca_file, timeout, run=subprocess.run):
    """Return {"ok", "complaint"} of one controller; the agent's codes 0 and 2 say on and off."""
    try:
        done = run(
            [AGENT],
            input=request(bmc, password_file),
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment(ca_file),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"ok": False, "complaint": "no answer within %d s" % timeout}
    complaint = "" if done.returncode in (0, 2) else " ".join((done.stderr or done.stdout).split())
    return {"ok": not complaint, "complaint": complaint}


def ask_all(nodes, password_directory, ca_file, timeout):
    """Return {host: {"ok", "complaint"}} of all hosts that have a controller, asked side by side."""
    wanted = [node for node in nodes if node.get("bmc")]
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = pool.map(
            lambda node: ask(node["bmc"], os.path.join(password_directory, node["name"]), ca_file, timeout), wanted
        )
        return dict(zip((node["name"] for node in wanted), answers, strict=True))


def remedy(complaint):
    """Return what to do about a complaint of the agent."""
    found = (text for word, text in REMEDIES if word.lower() in complaint.lower())
    return next(found, complaint.strip() or "it gave no reason")


def findings(bmcs):
    """Return one sentence per controller that cannot be used to power its host off."""
    return [
        "Host %s cannot be fenced, so its guests would not be started elsewhere; %s." % (name, remedy(bmc["complaint"]))
        for name, bmc in sorted(bmcs.items())
        if not bmc["ok"]
    ]
