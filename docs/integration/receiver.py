#!/usr/bin/env python3
"""A reference receiver of Offsite's webhooks (Standard Webhooks), with nothing but
Python's standard library.

    OFFSITE_WEBHOOK_SECRET=whsec_… ./receiver.py --listen 127.0.0.1:9000 --file taken.ndjson

It checks signature and age, writes each event once by its id, on disk before it
answers 204, and answers 204 again for one it has. Copy it, and put your own work where
`take` appends to the file.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE = 5 * 60  # seconds that a signature holds
LARGEST = 1 << 20  # bytes


def signed(secrets, headers, body, now):
    """Tell whether one of the secrets signed this body lately."""
    event, at, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not event or not at.isascii() or not at.isdigit() or abs(now - int(at)) > TOLERANCE:
        return False
    text = f"{event}.{at}.".encode() + body
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        wanted = "v1," + base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
        if any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given.split(" ")):
            return True
    return False


class Taken:
    """The events taken, on disk; each once."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.ids = set()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.ids = {json.loads(line)["id"] for line in file if line.endswith("\n")}
        self.file = open(path, "a", encoding="utf-8")

    def take(self, event, body):
        with self.lock:
            if event in self.ids:
                return
            self.file.write(json.dumps({"id": event, "event": json.loads(body)}, ensure_ascii=False) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            self.ids.add(event)


def handler(secrets, taken):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LARGEST:
                return self.answer(413)
            body = self.rfile.read(int(length))
            if not signed(secrets, self.headers, body, time.time()):
                return self.answer(401)
            try:
                taken.take(self.headers["webhook-id"], body)
            except ValueError:
                return self.answer(400)
            self.answer(204)

        def answer(self, status):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            if status >= 400:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()

        def log_message(self, *_):
            """Print nothing: addresses may be personal data."""

    return Handler


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("--listen", default="127.0.0.1:9000", help="HOST:PORT; port 0 chooses one")
    options.add_argument("--file", default="taken.ndjson", help="where events are kept")
    options = options.parse_args()
    secrets = os.environ.get("OFFSITE_WEBHOOK_SECRET", "").split()  # two while one replaces the other
    if not secrets:
        sys.exit("OFFSITE_WEBHOOK_SECRET is not set: give the secret that the console showed")
    host, port = options.listen.rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), handler(secrets, Taken(options.file)))
    print(f"listening at {server.server_address[0]}:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
