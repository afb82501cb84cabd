# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated machine: a process of QEMU, its console, its cables, and SSH into it."""

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
from pathlib import Path

from ansible_collections.medvirt.hospital.plugins.module_utils import kvm_probe

from proof.lab import run, wait_for

# Emulation gets slower with each feature of the processor that a kernel makes use of. The emulated AMD processor offers
# virtualization of its own (SVM), so that Debian's kernel brings up KVM inside; Ceph wants its SSE4.
CPU = {"kvm": "host", "tcg": "Opteron_G3,+npt,+ssse3,+sse4.1,+sse4.2,+pclmulqdq"}
# A bond takes no port whose speed is unknown for LACP.
CARD = "speed=10000,duplex=full,romfile="
# Here and not beside the disks, because the name of a socket must be short.
SOCKETS = Path("/run/medvirt-vlan")
NICS = ("mgmt0", "sw1", "sw2", "wire1", "wire2")
NETWORK = """[Match]
Name=mgmt0
[Network]
Address={address}/24
LinkLocalAddressing=no
IPv6AcceptRA=no
"""


def accelerator() -> kvm_probe.Result:
    """KVM where a small guest runs with it, else emulation."""
    return kvm_probe.probe(kvm_probe.circumstances())


class Machine:
    """``number`` gives its addresses: 10.97.<VLAN id>.<number>, and 10.97.0.<number> for management.

    ``folder`` takes the disks and the console's text; ``ports`` are its interfaces on this machine.
    """

    def __init__(self, name: str, number: int, folder: Path, ports: list[str]):
        self.name, self.number, self.folder, self.ports = name, number, folder, ports
        self.address = f"10.97.0.{number}"
        self.console = folder / "console.log"
        self.connection = SOCKETS / f"{name}-ssh"
        self._monitor = SOCKETS / f"{name}-monitor"
        self._process: subprocess.Popen | None = None

    def mac(self, nic: int) -> str:
        return f"52:54:00:97:{self.number:02x}:{nic:02x}"

    def prepare(self, disk: Path, authorized: Path) -> None:
        """Make the disks, the SSH key of the machine, and what its systemd reads of it at boot."""
        self.folder.mkdir(parents=True)
        options = ("-q", "-f", "qcow2")
        run("qemu-img", "create", *options, "-b", str(disk), "-F", "raw", str(self.folder / "root.qcow2"))
        run("qemu-img", "create", *options, str(self.folder / "data.qcow2"), "8G")
        key = self.folder / "key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", str(key))
        files = (
            f"f+~ /etc/ssh/ssh_host_ed25519_key 0600 root root - {_text64(key.read_text())}\n"
            "d /root/.ssh 0700 root root -\n"
            f"f+~ /root/.ssh/authorized_keys 0600 root root - {_text64(authorized.read_text())}\n"
        )
        self._credential("tmpfiles.extra", files)
        self._credential("network.network.90-boot", NETWORK.format(address=self.address))
        for number, nic in enumerate(NICS):
            link = f"[Match]\nPermanentMACAddress={self.mac(number)}\n[Link]\nName={nic}\n"
            self._credential(f"network.link.10-{nic}", link)

    def known_host(self) -> str:
        return f"{self.address} {(self.folder / 'key.pub').read_text()}"

    def start(self, image: Path, accelerator_name: str, memory_mib: int = 1024) -> None:
        """Power on. A reset of the machine does not end the process."""
        kernel = f"edd=off root=LABEL=root rw fsck.mode=skip console=ttyS0 mitigations=off systemd.hostname={self.name}"
        argv = [
            kvm_probe.QEMU, "-name", self.name, "-machine", f"pc,accel={accelerator_name}", "-smp", "1",
            "-cpu", CPU[accelerator_name], "-m", str(memory_mib), "-nodefaults", "-no-user-config", "-display", "none",
            "-serial", f"file:{self.console}", "-qmp", f"unix:{self._monitor},server=on,wait=off",
            "-kernel", str(image / "kernel"), "-initrd", str(image / "initrd"),
            "-append", kernel,
            "-drive", f"file={self.folder}/root.qcow2,format=qcow2,if=virtio,cache=unsafe",
            "-drive", f"file={self.folder}/data.qcow2,format=qcow2,if=none,id=data,cache=unsafe",
            "-device", "virtio-blk-pci,drive=data,serial=data", "-device", "virtio-rng-pci",
        ]  # fmt: skip
        for path in sorted(self.folder.glob("credential-*")):
            argv += ["-fw_cfg", f"name=opt/io.systemd.credentials/{path.name.removeprefix('credential-')},file={path}"]
        for number, port in enumerate(self.ports):
            # Without vnet_hdr frames leave as they would on a cable: no larger than the MTU, their checksums done.
            argv += ["-netdev", f"tap,id=nic{number},ifname={port},script=no,downscript=no,vnet_hdr=off"]
            argv += ["-device", f"virtio-net-pci,id=card{number},netdev=nic{number},mac={self.mac(number)},{CARD}"]
        with (self.folder / "qemu.log").open("w") as log:
            self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self) -> None:
        """Power off at once; also a machine that an interrupted run has left."""
        self.hang_up()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"unix:{self._monitor},".encode() in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
        if self._process:
            self._process.wait()

    def hang_up(self) -> None:
        """Give up the SSH connection, as nothing answers at its other end any more."""
        subprocess.run([*self._ssh(), "-O", "exit", self.address], capture_output=True, check=False)

    def wait_for_ssh(self, seconds: float = 180) -> None:
        wait_for(f"SSH of {self.name} (its console: {self.console})", self.answers, seconds)

    def answers(self) -> bool:
        assert self._process is None or self._process.poll() is None, (self.folder / "qemu.log").read_text()
        return self.run("true", timeout_seconds=30).returncode == 0

    def run(self, command: str, timeout_seconds: float = 120) -> subprocess.CompletedProcess:
        """Run a shell command inside; its result whatever it is."""
        argv = [*self._ssh(), self.address, command]
        try:
            return subprocess.run(
                argv, capture_output=True, text=True, check=False, timeout=timeout_seconds, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(argv, 255, "", f"no end within {timeout_seconds:g} s")

    def output(self, command: str, timeout_seconds: float = 120) -> str:
        """Standard output of a shell command inside; an error when it fails."""
        done = self.run(command, timeout_seconds)
        assert done.returncode == 0, f"{self.name}: {command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def popen(self, command: str) -> subprocess.Popen:
        """Start a shell command inside and go on."""
        pipe = subprocess.PIPE
        return subprocess.Popen([*self._ssh(), self.address, command], stdout=pipe, stderr=pipe, text=True)

    def put(self, files: list[Path]) -> None:
        """Copy files to the home folder of root."""
        argv = ["tar", "--create", *(part for file in files for part in (f"--directory={file.parent}", file.name))]
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as archive:
            subprocess.run([*self._ssh(), self.address, "tar --extract"], stdin=archive.stdout, check=True)

    def cable(self, nic: str, plugged: bool) -> None:
        """Plug or pull the cable of a NIC: its carrier comes or goes, in the machine and at the switch."""
        number = NICS.index(nic)
        self._command("set_link", {"name": f"card{number}", "up": plugged})
        run("ip", "link", "set", self.ports[number], "up" if plugged else "down")

    def boot_id(self) -> str:
        return self.output("cat /proc/sys/kernel/random/boot_id").strip()

    def _ssh(self) -> list[str]:
        state = self.folder.parent
        options = {
            "UserKnownHostsFile": state / "known_hosts",
            "StrictHostKeyChecking": "yes",
            "ConnectTimeout": 5,
            "ServerAliveInterval": 5,
            "ServerAliveCountMax": 3,
            "ControlMaster": "auto",
            "ControlPath": self.connection,
            "ControlPersist": 600,
            "BatchMode": "yes",
            "LogLevel": "ERROR",
        }
        argv = ["ssh", "-F", "none", "-l", "root", "-i", str(state / "id")]
        return argv + [part for key, value in options.items() for part in ("-o", f"{key}={value}")]

    def _credential(self, name: str, text: str) -> None:
        (self.folder / f"credential-{name}").write_text(text)

    def _command(self, name: str, arguments: dict) -> None:
        """One command of QEMU's machine protocol."""
        with socket.socket(socket.AF_UNIX) as link, link.makefile("rw") as stream:
            link.connect(str(self._monitor))
            stream.readline()
            for command in ({"execute": "qmp_capabilities"}, {"execute": name, "arguments": arguments}):
                stream.write(json.dumps(command) + "\n")
                stream.flush()
                answer = json.loads(stream.readline())
                while "event" in answer:
                    answer = json.loads(stream.readline())
                assert "return" in answer, f"{self.name}: {command}: {answer}"


def _text64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
