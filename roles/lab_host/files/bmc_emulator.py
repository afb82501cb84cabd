#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redfish baseboard controllers for containers that play physical hosts.

One HTTPS listener per host, exactly one ComputerSystem behind each, as on real
servers.  The power state is never remembered: it is read from podman on every
request, so a host that froze (paused) is still "On" and a host that died by
itself is "Off".  Only containers that carry the label ``medvirt.lab=<lab>`` of
the configuration are ever touched.

Configuration (JSON object):
    lab          value of the label medvirt.lab that a container must carry
    certificate  PEM file, key: PEM file (both may be given per system instead)
    event_log    file, one JSON object per line is appended
    environment  variables for podman, e.g. CONTAINERS_CONF (optional)
    systems      [{system, address, port, container, user, password_file}]

A password file is read on every request, so it can be changed at run time.
Standard library only.
"""

import argparse
import base64
import datetime
import hmac
import http.server
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time

ROOT = "/redfish/v1"
LABEL = "medvirt.lab"
OFF_STATES = ("exited", "stopped", "created", "configured")
RESET_TYPES = ("On", "ForceOff", "ForceRestart", "GracefulShutdown", "GracefulRestart", "PushPowerButton")
SETTLE_SECONDS = 15
SLOW_SECONDS = 2


class PodmanError(Exception):
    """Podman failed or the container is not one of this lab."""


class Container:
    """Power switch of one container.

    ``run`` is called with a list of arguments and returns a
    subprocess.CompletedProcess with text output (replaceable in tests).
    """

    def __init__(self, name, lab, run):
        self.name = name
        self.lab = lab
        self._run = run

    def _podman(self, *arguments):
        done = self._run(["podman", *arguments])
        if done.returncode:
            raise PodmanError("podman %s failed: %s" % (arguments[0], done.stderr.strip()))
        return done.stdout

    def inspect(self):
        """Return (status, pid); refuse a container without the lab's label."""
        data = json.loads(self._podman("inspect", "--type", "container", self.name))[0]
        label = (data["Config"].get("Labels") or {}).get(LABEL)
        if label != self.lab:
            raise PodmanError(
                "container %s carries %s=%s, not %s: it is not touched" % (self.name, LABEL, label, self.lab)
            )
        return data["State"]["Status"], int(data["State"].get("Pid") or 0)

    def power_state(self):
        """'Off' only when podman says that the container has ended."""
        return "Off" if self.inspect()[0] in OFF_STATES else "On"

    def _wait_off(self):
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.power_state() != "Off":
            if time.monotonic() > deadline:
                raise PodmanError("container %s did not end within %d s" % (self.name, SETTLE_SECONDS))
            time.sleep(0.1)

    def force_off(self):
        """Cut the power: SIGKILL for every process at once, frozen or not."""
        status, pid = self.inspect()
        if status in OFF_STATES:
            return
        if status == "paused":
            # The signal stays pending while frozen: no process runs again after the thaw.
            for victim in processes_of(pid):
                kill(victim)
            self._run(["podman", "unpause", self.name])
        else:
            done = self._run(["podman", "kill", "--signal", "KILL", self.name])
            if done.returncode and self.inspect()[0] not in OFF_STATES + ("stopping",):
                raise PodmanError("podman kill failed: %s" % done.stderr.strip())
        self._wait_off()

    def power_on(self):
        """Start the container; waits while the previous life is still ending."""
        status = self.inspect()[0]
        if status in ("running", "paused"):
            return
        if status not in OFF_STATES:
            self._wait_off()
        self._podman("start", self.name)

    def graceful_off(self):
        """Ask the init process to shut down (returns at once, like ACPI)."""
        if self.power_state() == "On":
            self._podman("kill", "--signal", "SIGRTMIN+4", self.name)

    def reset(self, reset_type):
        """Carry out one Redfish ResetType."""
        if reset_type == "On":
            self.power_on()
        elif reset_type == "ForceOff":
            self.force_off()
        elif reset_type == "ForceRestart":
            self.force_off()
            self.power_on()
        elif reset_type == "GracefulShutdown":
            self.graceful_off()
        elif reset_type == "GracefulRestart":
            self._podman("kill", "--signal", "SIGRTMIN+5", self.name)
        elif reset_type == "PushPowerButton":
            self.graceful_off() if self.power_state() == "On" else self.power_on()


def processes_of(pid):
    """Return the host PIDs that share the PID namespace of ``pid`` (its init last)."""
    try:
        namespace = os.readlink("/proc/%d/ns/pid" % pid)
    except OSError:
        return []
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and int(entry) != pid and os.readlink("/proc/%s/ns/pid" % entry) == namespace:
                found.append(int(entry))
        except OSError:
            continue
    return found + [pid]


def kill(pid):
    """SIGKILL one process; it may have ended in the meantime."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class EventLog:
    """Append-only JSON lines."""

    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()

    def write(self, **event):
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        with self._lock, open(self._path, "a", encoding="utf-8") as stream:
            stream.write(json.dumps({"time": now, **event}, sort_keys=False) + "\n")


class Controller:
    """One baseboard controller: pure request handling, no sockets.

    ``handle(method, path, headers, body)`` returns (status, object or None, headers).
    """

    def __init__(self, entry, container, log):
        self.system = entry["system"]
        self.user = entry["user"]
        self.password_file = entry["password_file"]
        self.container = container
        self.log = log
        self._lock = threading.Lock()
        self.system_path = "%s/Systems/%s" % (ROOT, self.system)
        self.reset_path = self.system_path + "/Actions/ComputerSystem.Reset"

    def handle(self, method, path, headers, body):
        path = path.split("?")[0].rstrip("/") or "/"
        if method == "GET" and path == "/redfish":
            return 200, {"v1": ROOT + "/"}, {}
        if method == "GET" and path == ROOT:
            return 200, self._root(), {}
        if not self._authorised(headers.get("Authorization", "")):
            self.log.write(system=self.system, action="%s %s" % (method, path), result="unauthorised")
            return (
                401,
                error("NoValidSession", "User name or password is wrong."),
                {"WWW-Authenticate": 'Basic realm="Redfish"'},
            )
        started = time.monotonic()
        try:
            answer = self._answer(method, path, body)
            if time.monotonic() - started > SLOW_SECONDS:
                spent = round(time.monotonic() - started, 1)
                self.log.write(system=self.system, action="%s %s" % (method, path), result="slow", seconds=spent)
            return answer
        except PodmanError as exc:
            self.log.write(system=self.system, action="%s %s" % (method, path), result="failed", message=str(exc))
            return 503, error("ServiceTemporarilyUnavailable", str(exc)), {}

    def _authorised(self, header):
        kind, _blank, token = header.partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            with open(self.password_file, encoding="utf-8") as stream:
                wanted = "%s:%s" % (self.user, stream.read().rstrip("\n"))
            given = base64.b64decode(token, validate=True)
        except (OSError, ValueError):
            return False
        return hmac.compare_digest(given, wanted.encode())

    def _answer(self, method, path, body):
        if path == ROOT + "/Systems" and method == "GET":
            return 200, self._collection(), {}
        if path == self.system_path and method == "GET":
            return 200, self._system(), {}
        if path == self.reset_path:
            if method != "POST":
                return 405, error("OperationNotAllowed", "Use POST."), {"Allow": "POST"}
            return self._reset(body)
        return 404, error("ResourceMissingAtURI", "There is no resource %s." % path), {}

    def _reset(self, body):
        try:
            reset_type = json.loads(body or b"{}").get("ResetType")
        except (ValueError, AttributeError):
            return 400, error("MalformedJSON", "The request body is not a JSON object."), {}
        if reset_type not in RESET_TYPES:
            message = "ResetType %r is not one of %s." % (reset_type, ", ".join(RESET_TYPES))
            return 400, error("ActionParameterNotSupported", message), {}
        with self._lock:
            before = self.container.inspect()[0]
            started = time.monotonic()
            self.container.reset(reset_type)
            self.log.write(
                system=self.system,
                action=reset_type,
                before=before,
                after=self.container.inspect()[0],
                seconds=round(time.monotonic() - started, 3),
                result="ok",
            )
        return 204, None, {}

    def _root(self):
        return {
            "@odata.id": ROOT + "/",
            "@odata.type": "#ServiceRoot.v1_5_0.ServiceRoot",
            "Id": "RootService",
            "Name": "Root Service",
            "RedfishVersion": "1.6.0",
            "Systems": {"@odata.id": ROOT + "/Systems"},
        }

    def _collection(self):
        return {
            "@odata.id": ROOT + "/Systems",
            "@odata.type": "#ComputerSystemCollection.ComputerSystemCollection",
            "Name": "Computer System Collection",
            "Members": [{"@odata.id": self.system_path}],
            "Members@odata.count": 1,
        }

    def _system(self):
        return {
            "@odata.id": self.system_path,
            "@odata.type": "#ComputerSystem.v1_10_0.ComputerSystem",
            "Id": self.system,
            "Name": self.system,
            "SystemType": "Physical",
            "PowerState": self.container.power_state(),
            "Status": {"State": "Enabled", "Health": "OK"},
            "Actions": {
                "#ComputerSystem.Reset": {
                    "target": self.reset_path,
                    "ResetType@Redfish.AllowableValues": list(RESET_TYPES),
                }
            },
        }


def error(code, message):
    """Redfish error body."""
    return {"error": {"code": "Base.1.0." + code, "message": message}}


class Handler(http.server.BaseHTTPRequestHandler):
    """HTTP skin around the Controller of its server."""

    protocol_version = "HTTP/1.1"
    server_version = "medvirt-bmc"
    sys_version = ""
    timeout = 30

    def _serve(self):
        try:
            length = min(int(self.headers.get("Content-Length") or 0), 65536)
        except ValueError:
            length = 0
        body = self.rfile.read(length)
        status, data, headers = self.server.controller.handle(self.command, self.path, self.headers, body)
        payload = b"" if data is None else json.dumps(data).encode()
        self.send_response(status)
        self.send_header("OData-Version", "4.0")
        for name, value in headers.items():
            self.send_header(name, value)
        if data is not None:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

    def log_message(self, format, *args):
        """Only the event log speaks."""


class Server(http.server.ThreadingHTTPServer):
    """HTTPS listener; the TLS handshake happens in the connection's thread."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address, controller, context):
        super().__init__(address, Handler)
        self.controller = controller
        self._context = context

    def finish_request(self, request, client_address):
        request.settimeout(10)
        with self._context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request, client_address):
        """A client that breaks off or mistrusts the certificate is no event."""


def tls_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def podman_runner(environment):
    """Return the function that runs podman with the lab's environment."""
    merged = {**os.environ, **environment}

    def run(command):
        try:
            return subprocess.run(command, env=merged, capture_output=True, text=True, timeout=60, check=False)
        except subprocess.TimeoutExpired as exc:
            raise PodmanError("podman %s did not answer within 60 s" % command[1]) from exc

    return run


def build_servers(config):
    log = EventLog(config["event_log"])
    run = podman_runner(config.get("environment") or {})
    servers = []
    for entry in config["systems"]:
        context = tls_context(entry.get("certificate", config.get("certificate")), entry.get("key", config.get("key")))
        controller = Controller(entry, Container(entry["container"], config["lab"], run), log)
        servers.append(Server((entry["address"], int(entry["port"])), controller, context))
    return servers, log


def main():
    parser = argparse.ArgumentParser(description="Redfish baseboard controllers for lab containers")
    parser.add_argument("--config", required=True, help="JSON file, see the head of this program")
    with open(parser.parse_args().config, encoding="utf-8") as stream:
        config = json.load(stream)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: stop.set())
    servers, log = build_servers(config)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    log.write(system="-", action="start", result="ok")
    stop.wait()
    for server in servers:
        server.shutdown()
        server.server_close()
    log.write(system="-", action="stop", result="ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
