# SPDX-License-Identifier: GPL-3.0-or-later
"""A steady stream over TCP between two machines; runs inside them.

transfer.py receive PORT                     print one line of JSON at the end: blocks in order, and the longest pause
transfer.py send ADDRESS PORT SECONDS        100 blocks a second
"""

import json
import socket
import sys
import time

BLOCK_BYTES, BLOCKS_PER_SECOND = 1024, 100


def receive(port: int) -> dict:
    """{blocks, in_order, longest_pause_seconds}."""
    with socket.create_server(("", port)) as server:
        print("ready", flush=True)
        stream, _peer = server.accept()
    blocks, in_order, pause, last = 0, True, 0.0, time.monotonic()
    with stream, stream.makefile("rb") as file:
        while block := file.read(BLOCK_BYTES):
            now = time.monotonic()
            pause, last = max(pause, now - last), now
            in_order = in_order and block == blocks.to_bytes(8, "big") * (BLOCK_BYTES // 8)
            blocks += 1
    return {"blocks": blocks, "in_order": in_order, "longest_pause_seconds": round(pause, 2)}


def send(address: str, port: int, seconds: float) -> None:
    begin = time.monotonic()
    with socket.create_connection((address, port), timeout=30) as stream:
        for number in range(int(seconds * BLOCKS_PER_SECOND)):
            time.sleep(max(0.0, begin + number / BLOCKS_PER_SECOND - time.monotonic()))
            stream.sendall(number.to_bytes(8, "big") * (BLOCK_BYTES // 8))


if __name__ == "__main__":
    if sys.argv[1] == "receive":
        print(json.dumps(receive(int(sys.argv[2]))))
    else:
        send(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
