"""One journey over HTTP through ``make demo``: sign in as a face, join, start a thread, reply from another session,
see it live, find it by search. Exit status 0 when all of it went well; prints what it saw."""
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parent.parent
FIRST_PAGE_SECONDS = 90
FOUND_SECONDS = 2.0
STOPPED_SECONDS = 40


def main() -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="plenary-journey-") as data:
        Path(data).chmod(0o711)
        began = time.monotonic()
        demo = subprocess.Popen(
            ["make", "demo", f"PORT={port}", f"DATA={data}/demo"], cwd=ROOT, start_new_session=True
        )
        try:
            wait_for(base, demo)
            print(f"first page after {time.monotonic() - began:.1f} s", flush=True)
            walk(base)
            token(base, f"{data}/demo")
        finally:
            status = interrupt(demo)
        print(f"make demo ended with status {status}")
        print("journey: all of it went well")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def interrupt(demo: subprocess.Popen[bytes]) -> int:
    """Ctrl-C as a terminal sends it: to the whole process group (make alone would wait for its child for ever)."""
    os.killpg(demo.pid, signal.SIGINT)
    try:
        return demo.wait(timeout=STOPPED_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(demo.pid, signal.SIGKILL)
        sys.exit(f"make demo did not end within {STOPPED_SECONDS} s of Ctrl-C")


def wait_for(base: str, demo: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + FIRST_PAGE_SECONDS
    while time.monotonic() < until:
        if demo.poll() is not None:
            sys.exit(f"make demo ended with status {demo.returncode}")
        try:
            if httpx2.get(base + "/", timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.3)
    sys.exit(f"no first page within {FIRST_PAGE_SECONDS} s")


def walk(base: str) -> None:
    alumna, facilitator = sign_in(base, "alumna"), sign_in(base, "facilitator")
    group = "internet-exchange-points"
    for session in (alumna, facilitator):
        expect(session.put(f"/api/v1/groups/{group}/membership"), 200)
    word = "quorum" + secrets.token_hex(4)
    started = alumna.post(
        f"/api/v1/groups/{group}/threads", json={"title": f"A thread about {word}", "body": "Who has *measured* this?"}
    )
    thread = expect(started, 201).json()["id"]
    events: list[str] = []
    listener = threading.Thread(target=listen, args=(alumna, thread, events), daemon=True)
    listener.start()
    time.sleep(0.5)
    reply = facilitator.post(f"/api/v1/threads/{thread}/posts", json={"body": f"We have: {word} it is."})
    number = expect(reply, 201).json()["number"]
    posted = time.monotonic()
    while not found(alumna, word, thread):
        if time.monotonic() - posted > FOUND_SECONDS:
            sys.exit(f"not found by search within {FOUND_SECONDS} s")
        time.sleep(0.1)
    print(f"found by search after {time.monotonic() - posted:.2f} s")
    listener.join(timeout=5)
    if not any(json.loads(event)["number"] == number for event in events):
        sys.exit(f"the reply did not arrive live: {events}")
    print("seen live")
    page = expect(alumna.get(f"/t/{thread}", follow_redirects=True), 200)
    if word not in page.text:
        sys.exit("the thread's page does not show the reply")


def sign_in(base: str, face: str) -> httpx2.Client:
    """Through the ordinary doors: our form, the demo's provider, the way back."""
    session = httpx2.Client(base_url=base, timeout=15, follow_redirects=False, headers={"Origin": base})
    expect(session.get("/sign-in"), 200)
    response = session.post("/sign-in/demo", data={"next": "/", "login_hint": f"face-{face}"})
    for _ in range(8):
        if response.status_code not in (302, 303):
            break
        response = session.get(response.headers["location"])
        if response.status_code == 200 and (form := re.search(r'action="([^"]*authorize[^"]*)"', response.text)):
            response = session.post(form.group(1).replace("&amp;", "&"), data={"face": f"face-{face}"})
    if expect(session.get("/api/v1/me"), 200).json()["username"] != face:
        sys.exit(f"not signed in as {face}")
    return session


def listen(session: httpx2.Client, thread: int, events: list[str]) -> None:
    with session.stream("GET", "/live", params={"thread": thread}, timeout=10) as stream:
        kind = ""
        for line in stream.iter_lines():
            if line.startswith("event:"):
                kind = line[6:].strip()
            elif line.startswith("data:") and kind == "reply":
                events.append(line[5:])
                return


def found(session: httpx2.Client, word: str, thread: int) -> bool:
    hits = expect(session.get("/api/v1/search", params={"q": word}), 200).json()["items"]
    return any(hit["thread"]["id"] == thread for hit in hits)


def token(base: str, data: str) -> None:
    """``make token`` while the demo runs, and what it opens."""
    made = subprocess.run(
        ["make", "-s", "token", f"DATA={data}"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    me = httpx2.get(base + "/api/v1/me", headers={"Authorization": f"Bearer {made}"}, timeout=10)
    if expect(me, 200).json()["username"] != "alumna":
        sys.exit("the token is somebody else's")
    print("make token works")


def expect(response: httpx2.Response, status: int) -> httpx2.Response:
    if response.status_code != status:
        sys.exit(f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:300]}")
    return response


if __name__ == "__main__":
    main()
