# SPDX-License-Identifier: GPL-3.0-or-later
import subprocess
from types import SimpleNamespace

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils.bmc_status import ask, findings, remedy, request

BMC = {"address": "10.0.11.111", "port": 8443, "system": "kvm1", "user": "fence", "verify_tls": True}


def agent(code, stderr=""):
    return lambda *_words, **_options: SimpleNamespace(returncode=code, stderr=stderr, stdout="")


def test_the_agent_is_asked_as_the_cluster_would_and_gets_no_password():
    text = request(BMC, "/etc/medvirt/fencing/kvm1")
    assert "passwd_script=/etc/medvirt/fencing/kvm1\n" in text
    assert "ssl_secure=1\n" in text and "ipport=8443\n" in text
    assert "password=" not in text


def test_certificates_are_not_checked_only_where_the_plan_says_so():
    assert "ssl_insecure=1\n" in request({**BMC, "verify_tls": False}, "/x")


@pytest.mark.parametrize("code", [0, 2])
def test_on_and_off_are_both_answers(code):
    assert ask(BMC, "/x", "", 1, agent(code)) == {"ok": True, "complaint": ""}


@pytest.mark.parametrize(
    ("complaint", "word"),
    [
        ("Failed: Unable to get PowerState: https://10.0.11.111:443/redfish/v1/Systems/kvm1", "password"),
        ("send_get_request: Max retries exceeded (CERTIFICATE_VERIFY_FAILED certificate verify failed)", "certificate"),
        ("Failed: send_get_request: Max retries exceeded: No route to host", "does not answer"),
        ("no answer within 20 s", "does not answer"),
    ],
)
def test_each_complaint_becomes_something_to_do(complaint, word):
    assert word in remedy(complaint)
    assert ask(BMC, "/x", "", 1, agent(1, complaint)) == {"ok": False, "complaint": complaint}


def test_a_silent_controller_ends_the_wait():
    def hang(*_words, **_options):
        raise subprocess.TimeoutExpired("fence_redfish", 3)

    said = findings({"kvm1": ask(BMC, "/x", "", 3, hang), "kvm2": {"ok": True, "complaint": ""}})
    assert said == [
        "Host kvm1 cannot be fenced, so its guests would not be started elsewhere; "
        "it does not answer: check its power, cable and address."
    ]
