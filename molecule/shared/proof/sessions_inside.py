# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that sessions.py runs inside the probe; standard library only. It ends with its standard input.

listen ADDRESS PORT          give back what is sent
talk COUNT ADDRESS:PORT...   COUNT sessions to each; for each line of input a line of JSON: {"open", "alive", "gaps"}
Either says `ready` first.
"""

import asyncio
import json
import sys
import time

PAUSE_SECONDS = 0.2
# A gap is silence for longer than that; alive is who was heard within that.
GAP_SECONDS, ALIVE_SECONDS = 0.5, 2.0


class Session:
    """One connection that is never opened again. ``gaps``: [[begin, end]], seconds since the epoch."""

    def __init__(self):
        self.heard = time.time()
        self.gaps = []

    async def run(self, reader, writer):
        while True:
            writer.write(b"ping")
            await reader.readexactly(4)
            now = time.time()
            if now - self.heard > GAP_SECONDS:
                self.gaps.append([self.heard, now])
            self.heard = now
            await asyncio.sleep(PAUSE_SECONDS)


async def echo(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)
    writer.close()


async def listen(address, port):
    async with await asyncio.start_server(echo, address, int(port)):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


async def talk(count, *targets):
    sessions, tasks = [], []
    for target in targets * int(count):
        address, _colon, port = target.partition(":")
        connection = await asyncio.wait_for(asyncio.open_connection(address, int(port)), 10)
        sessions.append(Session())
        tasks.append(asyncio.create_task(sessions[-1].run(*connection)))
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        now = time.time()
        alive = sum(now - session.heard < ALIVE_SECONDS for session in sessions)
        gaps = [gap for session in sessions for gap in session.gaps]
        print(json.dumps({"open": len(sessions), "alive": alive, "gaps": gaps}), flush=True)


if __name__ == "__main__":
    asyncio.run({"listen": listen, "talk": talk}[sys.argv[1]](*sys.argv[2:]))
