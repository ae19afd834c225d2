#!/usr/bin/env python3
"""Check Offsite evidence bundles without Offsite.

    python3 verify.py --trust trust.json bundle.tar...
    python3 verify.py --trust trust.json --proof log.tlog-proof bundle.tar
    python3 verify.py --trust trust.json --proof process-record.tlog-proof --record process-record.ndjson
    python3 verify.py --trust trust.json --proof removal.tlog-proof --removal removal.json

A second reader of the formats that bundle.md and removal.md specify, written from those pages.
It uses Python's standard library, and the openssl command for signatures and
timestamps. Exit status: 0 all checks hold, 1 something was tampered with,
2 something could not be checked.
"""
import argparse
import base64
import calendar
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

BLOCK = 512
MAX_FILES = 10_000
MAX_TEXT = 4 << 20
MAX_BYTES = 8 << 30
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
REQUIRED = [
    "bagit.txt", "data/incident.json", "data/custody.ndjson", "bag-info.txt", "manifest-sha256.txt",
    "seal/manifest.json", "seal/manifest.sig", "seal/manifest.tsr", "tagmanifest-sha256.txt",
]
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
SIGNATURES = {"ed25519": "seal/manifest.sig", "sm2": "seal/manifest.sm2sig"}
SKEW = datetime.timedelta(minutes=1)
KEPT = {reason: datetime.timedelta(days=n) for reason, n in (("expire", 30), ("reject", 30), ("archive", 3650), ("end", 1825))}


class Report:
    """What was found wrong ("bad") or could not be told ("open")."""

    def __init__(self):
        self.bad, self.open, self.bundle = [], [], ""

    def wrong(self, check, file, says):
        if len(self.bad) < 200:
            self.bad.append({"check": check, "file": file, "says": says})

    def cannot_tell(self, check, file, says):
        self.open.append({"check": check, "file": file, "says": says})

    def exit(self):
        return 1 if self.bad else 2 if self.open else 0


def header(name, size, mtime):
    """The one header that a file of that name, size and time can have."""
    block = bytearray(BLOCK)
    for at, value in (
        (0, name), (100, b"0000644\0"), (108, b"0000000\0"), (116, b"0000000\0"),
        (124, b"%011o\0" % size), (136, b"%011o\0" % mtime), (148, b" " * 8), (156, b"0"), (257, b"ustar\x0000"),
        (329, b"0000000\0"), (337, b"0000000\0"),
    ):
        block[at:at + len(value)] = value
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def octal(field):
    text = field.split(b"\0")[0]
    return int(text, 8) if re.fullmatch(rb"[0-7]+", text) else None


class Tar:
    """Reads the tar once; keeps digests of all files and the text of tag files."""

    def __init__(self, stream, report):
        self.stream, self.report, self.at = stream, report, 0
        self.files, self.text, self.heads = [], {}, []  # (path, size, sha256, sm3)
        self.index = {}

    def take(self, n):
        data = self.stream.read(n)
        self.at += len(data)
        if self.at > MAX_BYTES:
            raise OverflowError("the tar is larger than a bundle may be")
        return data

    def read(self):
        while True:
            block = self.take(BLOCK)
            if len(block) < BLOCK:
                return self.report.wrong("container", "", "the tar breaks off before its end")
            if block == bytes(BLOCK):
                if self.take(BLOCK) != bytes(BLOCK):
                    return self.report.wrong("container", "", "the end of the tar is broken")
                if self.take(1):
                    self.report.wrong("container", "", "something follows the end of the tar")
                return None
            if not self.file(block):
                return None

    def file(self, block):
        name = block[:100].split(b"\0")[0]
        bag, _, path = name.decode("latin-1").partition("/")
        size, mtime = octal(block[124:136]), octal(block[136:148])
        if size is None or block[156:157] != b"0":
            self.report.wrong("container", path, "it is no plain file, or its size cannot be read")
            return False
        sound = mtime is not None and header(name, size, mtime) == block
        if not sound:
            self.report.wrong("container", path, "its header was changed")
        else:
            self.heads.append((path, bag, mtime))
            self.name(bag, path)
        if len(self.files) >= MAX_FILES or size > MAX_BYTES - self.at:
            self.report.wrong("container", path, "there are too many files, or it claims too many bytes")
            return False
        return self.content(path, size)

    def name(self, bag, path):
        parts = path.split("/")
        if not ID.fullmatch(bag) or len(path) > 63 or len(parts) > 4 or not all(PART.fullmatch(p) for p in parts):
            self.report.wrong("container", path, "its name is none that a bundle can have")
        if path.lower() in self.index:
            self.report.wrong("container", path, "there is another file of this name, case ignored")
        self.index[path.lower()] = path

    def content(self, path, size):
        sha, sm, kept, left = hashlib.sha256(), sm3(), [], size
        keep = not path.startswith("data/")
        if keep and size > MAX_TEXT:
            self.report.wrong("container", path, "it is larger than such a file may be")
            keep = False
        while left:
            chunk = self.take(min(left, 1 << 16))
            if not chunk:
                self.report.wrong("container", path, "the tar breaks off within this file")
                return False
            sha.update(chunk)
            sm.update(chunk)
            left -= len(chunk)
            if keep:
                kept.append(chunk)
        if keep:
            self.text.setdefault(path, b"".join(kept))
        self.files.append((path, size, sha.hexdigest(), sm.hexdigest()))
        padding = -size % BLOCK
        if self.take(padding) != bytes(padding):
            self.report.wrong("container", path, "the padding after it was changed")
        return True


class OpenSSLDigest:
    """SM3 by the openssl command, where Python's own library lacks it."""

    def __init__(self):
        self.pipe = subprocess.Popen(["openssl", "dgst", "-sm3", "-r"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def update(self, data):
        self.pipe.stdin.write(data)

    def hexdigest(self):
        return self.pipe.communicate()[0].split()[0].decode()


def sm3():
    try:
        return hashlib.new("sm3")
    except ValueError:
        return OpenSSLDigest()


def canonical(value):
    """RFC 8785 for what a manifest holds: objects, lists, strings, whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def no_duplicates(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name twice in one object")
    return dict(pairs)


def parse_manifest(text):
    """Returns the manifest, or raises ValueError with what is wrong."""
    m = json.loads(text.decode("utf-8"), object_pairs_hook=no_duplicates)
    if not isinstance(m, dict) or m.get("format") != "offsite-bundle/1":
        raise ValueError("it is of another format")
    names = {"format", "bundle", "kind", "camera", "raised", "sealed", "incident_sha256", "previous", "parent", "seals", "files"}
    if not names >= m.keys() or not m.keys() >= names - {"previous", "parent"}:
        raise ValueError("it has other names than it should")
    for key in ("raised", "sealed"):
        if not TIME.fullmatch(m[key]):
            raise ValueError(key + " is no time in UTC")
    for e in m["files"]:
        if set(e) != {"path", "size", "sha256", "sm3"} or type(e["size"]) is not int:
            raise ValueError("an entry has other names than it should")
    for s in m["seals"]:
        if set(s) != {"algorithm", "key", "file"}:
            raise ValueError("a seal has other names than it should")
    incident = {e["path"]: e["sha256"] for e in m["files"]}.get("data/incident.json")
    if incident != m["incident_sha256"]:
        raise ValueError("the incident's digest is not that of data/incident.json")
    if canonical(m) != text:
        raise ValueError("it is not canonical JSON (RFC 8785)")
    return m


def when(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def openssl(*args):
    return subprocess.run(["openssl", *args], capture_output=True, text=True)


class Checker:
    def __init__(self, tar, trust, report, folder):
        self.tar, self.trust, self.report, self.folder = tar, trust, report, folder
        self.files = {}
        for f in tar.files:
            self.files.setdefault(f[0], f)
        self.manifest, self.broken, self.at = None, False, None

    def log(self, path):
        """Checks the log's receipt, which lies beside the bundle."""
        if self.manifest is None:
            self.report.cannot_tell("log", os.path.basename(path), "the manifest cannot be read")
            return
        m = self.manifest
        digest = hashlib.sha256(self.tar.text["seal/manifest.json"]).hexdigest()
        proved(path, self.trust, self.report, self.put, [log_entry("bundle", m["bundle"], m["sealed"], digest)])

    def put(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def run(self):
        self.read_manifest()
        self.headers()
        self.layout()
        self.timestamps()
        self.seals()
        self.against_manifest()
        self.lists()

    def read_manifest(self):
        text = self.tar.text.get("seal/manifest.json")
        if text is None:
            self.broken = True
            return
        try:
            self.manifest = parse_manifest(text)
            self.report.bundle = self.manifest["bundle"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
            self.broken = True
            self.report.wrong("manifest", "seal/manifest.json", str(e))

    def headers(self):
        """All headers say the bundle's id and the second when it was raised."""
        if self.broken:
            return
        want = (self.manifest["bundle"], calendar.timegm(when(self.manifest["raised"]).utctimetuple()))
        others = [path for path, bag, mtime in self.tar.heads if (bag, mtime) != want]
        if others and len(others) == len(self.tar.heads):
            self.report.wrong("manifest", "seal/manifest.json", "it is of another bundle, or of another time")
        elif others:
            self.report.wrong("container", others[0], "its header has another bundle id or time than the others")

    def layout(self):
        wrong = lambda file, says: self.report.wrong("layout", file, says)
        for path in REQUIRED:
            if path not in self.files:
                wrong(path, "it is missing")
        tokens = [p for p in self.files if re.fullmatch(r"seal/manifest\.[2-8]\.tsr", p)]
        known = set(REQUIRED) | {"seal/manifest.sm2sig"} | set(tokens)
        for path in self.files:
            if not path.startswith("data/") and path not in known:
                wrong(path, "a bundle has no such file")
        if self.tar.text.get("bagit.txt", BAGIT) != BAGIT:
            wrong("bagit.txt", "it is not the declaration of BagIt 1.0")
        if self.broken:
            return
        m = self.manifest
        order = [e["path"] for e in m["files"]] + ["seal/manifest.json"] + [s["file"] for s in m["seals"]]
        order += ["seal/manifest.tsr"] + sorted(tokens) + ["tagmanifest-sha256.txt"]
        found = [f[0] for f in self.tar.files]
        if sorted(order) == sorted(found) and order != found:
            wrong(next(b for a, b in zip(order, found) if a != b), "it is not in its place")
        payload = [e["size"] for e in m["files"] if e["path"].startswith("data/")]
        info = self.tar.text.get("bag-info.txt")
        want = rb"Bagging-Date: %s\nBag-Software-Agent: [^\n]*\nExternal-Identifier: %s\nPayload-Oxum: %d\.%d\n" % (
            m["sealed"][:10].encode(), m["bundle"].encode(), sum(payload), len(payload))
        if info is not None and not re.fullmatch(want, info):
            wrong("bag-info.txt", "it does not say what was sealed")

    def seals(self):
        if self.manifest is None:
            return
        m, seen = self.manifest, set()
        for ref in m["seals"]:
            file = SIGNATURES.get(ref["algorithm"])
            if file is None or ref["file"] != file or file in seen:
                self.report.wrong("seal", "seal/manifest.json", "it lists a seal that this format does not have")
                continue
            seen.add(file)
            self.seal(ref, file)
        if "seal/manifest.sig" not in seen:
            self.broken = True
            self.report.wrong("seal", "seal/manifest.json", "it names no Ed25519 seal")

    def seal(self, ref, file):
        key = next((k for k in self.trust["keys"] if k["id"] == ref["key"]), None)
        signature = self.tar.text.get(file)
        if key is None:
            self.report.cannot_tell("seal", file, "its key is not among those of trust.json")
        elif signature is None:
            self.report.wrong("seal", file, "it is missing")
        elif key["algorithm"] != ref["algorithm"] or not self.signed(key, signature):
            self.broken = True
            blame = file if self.listed("seal/manifest.json") and not self.listed(file) else "seal/manifest.json"
            self.report.wrong("seal", blame, "the signature is not one over this manifest")
        else:
            in_force(key, list(filter(None, (when(self.manifest["sealed"]), self.at))), self.report, file)

    def signed(self, key, signature):
        return signed_by(key, self.tar.text["seal/manifest.json"], signature, self.put)

    def timestamps(self):
        text = self.tar.text.get("seal/manifest.json")
        if text is None:
            return
        strangers, paths = [], sorted(p for p in self.files if re.fullmatch(r"seal/manifest(\.[2-8])?\.tsr", p))
        tokens = [self.tar.text.get(p, b"") for p in paths]
        for path, (at, wrong) in zip(paths, stamped(text, tokens, self.trust, self.put)):
            if wrong == "stranger":
                strangers.append(path)
            elif wrong:
                self.report.wrong("timestamp", path, wrong)
            else:
                self.at = self.at or at
                if self.manifest and not self.broken and at < when(self.manifest["sealed"]) - 2 * SKEW:
                    self.report.wrong("timestamp", path, "its time is before the manifest says it was sealed")
        if self.at is None:
            for path in strangers:
                self.report.cannot_tell("timestamp", path, "it comes from no authority of trust.json")

    def against_manifest(self):
        if self.broken:
            return
        for e in self.manifest["files"]:
            found = self.files.get(e["path"])
            if found is None:
                self.report.wrong("files", e["path"], "it was removed after the seal")
            elif found[1:] != (e["size"], e["sha256"], e["sm3"]):
                self.report.wrong("files", e["path"], "it is not as it was sealed")
        sealed = {e["path"] for e in self.manifest["files"]}
        for path in self.files:
            if path.startswith("data/") and path not in sealed:
                self.report.wrong("files", path, "it was added after the seal")

    def lines(self, name):
        text = self.tar.text.get(name, b"").decode("latin-1")
        return {line[66:]: line[:64] for line in text.splitlines() if line[64:66] == "  "}

    def listed(self, path):
        return path in self.files and self.lines("tagmanifest-sha256.txt").get(path) == self.files[path][2]

    def lists(self):
        for name, payload in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
            if name not in self.files:
                continue
            covered = [f for f in self.tar.files if f[0].startswith("data/") == payload and f[0] != "tagmanifest-sha256.txt"]
            want = "".join("%s  %s\n" % (f[2], f[0]) for f in covered)
            if self.tar.text[name] == want.encode():
                continue
            said = self.lines(name)
            differ = [f[0] for f in covered if said.get(f[0]) != f[2]]
            sealed = {} if self.broken else {e["path"]: e["sha256"] for e in self.manifest["files"]}
            for path in differ or [name]:
                # Where seal and file agree, it is the list that was changed; so it is
                # where the digests are nearly alike.
                alike = sum(a == b for a, b in zip(said.get(path, ""), self.files.get(path, ("", 0, ""))[2]))
                right = sealed.get(path) == self.files[path][2] if path in self.files else False
                self.report.wrong("lists", name if right or alike > 32 else path, "list and file differ")


class LogProof:
    """A proof (C2SP tlog-proof) that the bundle stands in the transparency log."""

    def __init__(self, text, put):
        self.put = put
        head, self.note, self.signatures = text.split("\n\n", 2)
        lines = head.split("\n")
        if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("index "):
            raise ValueError("it is no proof of a known format")
        self.index = int(lines[1][6:])
        self.hashes = [base64.b64decode(line, validate=True) for line in lines[2:]]
        self.origin, size, root = self.note.split("\n")
        self.size, self.root = int(size), base64.b64decode(root, validate=True)

    def signed_by(self, verifier):
        """Whether the log or a witness of that verifier key has signed the checkpoint."""
        name, _, key = verifier.split("+", 2)
        raw = base64.b64decode(key)  # a byte for the kind: 1 log, 4 witness
        hint = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        spki = base64.encodebytes(bytes.fromhex("302a300506032b6570032100") + raw[1:]).decode()
        pem = self.put("note.pem", ("-----BEGIN PUBLIC KEY-----\n" + spki + "-----END PUBLIC KEY-----\n").encode())
        for line in self.signatures.splitlines():
            dash, signer, text = line.split(" ")
            data = base64.b64decode(text, validate=True)
            if dash != "\u2014" or signer != name or data[:4] != hint:
                continue
            message, signature = self.note + "\n", data[4:]
            if raw[0] == 4:
                message = "cosignature/v1\ntime %d\n%s" % (int.from_bytes(data[4:12], "big"), message)
                signature = data[12:]
            if openssl("pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", "-in", self.put("note", message.encode()),
                       "-sigfile", self.put("note.sig", signature)).returncode == 0:
                return True
        return False

    def includes(self, entry):
        """RFC 9162, 2.1.3.2."""
        if self.index >= self.size:
            return False
        number, last, result = self.index, self.size - 1, hashlib.sha256(b"\0" + entry).digest()
        for h in self.hashes:
            if last == 0:
                return False
            if number & 1 or number == last:
                result = hashlib.sha256(b"\1" + h + result).digest()
                while number & 1 == 0 and number:
                    number, last = number >> 1, last >> 1
            else:
                result = hashlib.sha256(b"\1" + result + h).digest()
            number, last = number >> 1, last >> 1
        return last == 0 and result == self.root


def log_entry(kind, name, at, digest):
    return canonical({"format": "offsite-log/1", "kind": kind, "id": name, "at": at, "sha256": digest})


def proved(path, trust, report, put, entries):
    """Which of the entries the receipt proves to stand in the log, or None."""
    name, trusted = os.path.basename(path), trust.get("log")
    if trusted is None:
        report.cannot_tell("log", name, "trust.json names no log")
        return None
    try:
        with open(path, encoding="utf-8") as f:
            proof = LogProof(f.read(1 << 16), put)
        witnesses = sum(proof.signed_by(w) for w in trusted.get("witnesses", []))
        found = [i for i, entry in enumerate(entries) if proof.includes(entry)]
        if proof.origin != trusted["origin"] or not proof.signed_by(trusted["verifier"]):
            report.cannot_tell("log", name, "its checkpoint is not signed by the log of trust.json")
        elif witnesses < trusted.get("quorum", 0):
            report.cannot_tell("log", name, "too few witnesses have signed its checkpoint")
        elif not found:
            report.wrong("log", name, "it does not prove that this stands in the log")
        else:
            return found[0]
    except (ValueError, IndexError) as e:
        report.wrong("log", name, "it cannot be read: %s" % e)
    return None


def check_record(path, trust, proof):
    """Checks a case's process record: each line names the digest of the one before."""
    report, name = Report(), os.path.basename(path)
    with open(path, "rb") as f:
        lines = f.read().split(b"\n")
    if lines.pop() != b"":
        report.wrong("record", name, "its last line is not ended")
    previous, entries = "", []
    for number, line in enumerate(lines, 1):
        try:
            r = json.loads(line.decode("utf-8"), object_pairs_hook=no_duplicates)
            if r["seq"] != number or r["previous"] != previous or not TIME.fullmatch(r["at"]):
                report.wrong("record", name, "line %d does not follow the one before" % number)
            report.bundle = report.bundle or r["case"]
            if r["case"] != report.bundle:
                report.wrong("record", name, "line %d is of another case" % number)
            previous = hashlib.sha256(line).hexdigest()
            at = re.sub(r"\.?0*Z$", "Z", r["at"]) if "." in r["at"] else r["at"]
            entries.append(log_entry("case", "%s/%d" % (r["case"], number), at, previous))
        except (ValueError, KeyError, TypeError, RecursionError) as e:
            report.wrong("record", name, "line %d cannot be read: %s" % (number, e))
            return report
    if not proof:
        report.cannot_tell("log", name, "give the log's receipt with --proof: without it, the whole could have been written anew")
        return report
    with tempfile.TemporaryDirectory() as folder:
        def put(file, data):
            with open(os.path.join(folder, file), "wb") as f:
                f.write(data)
            return f.name
        last = proved(proof, trust, report, put, entries)
    if last is not None and last < len(entries) - 1:
        report.cannot_tell("log", name, "the receipt is of line %d; those after it are not covered" % (last + 1))
    return report


def signed_by(key, message, signature, put):
    """Whether the signature is that key's over the message."""
    args = ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"] if key["algorithm"] == "sm2" else []
    return openssl(
        "pkeyutl", "-verify", "-pubin", "-inkey", put("key.pem", key["public_key_pem"].encode()), "-rawin", *args,
        "-in", put("message", message), "-sigfile", put("signature", signature),
    ).returncode == 0


def in_force(key, times, report, name):
    """Whether a key counted when something was signed and timestamped."""
    for at in times:
        since = key.get("revoked_since")
        if key.get("revoked") and (not since or at >= when(since)):
            report.wrong("seal", name, "its key was revoked: " + key["revoked"])
        elif at < when(key["valid_from"]) or key.get("valid_to") and at > when(key["valid_to"]):
            report.wrong("seal", name, "its key was not in force")


def parse_removal(text):
    """Returns statement, signatures and timestamps of a removal record, or raises ValueError."""
    record = json.loads(text.decode("utf-8"), object_pairs_hook=no_duplicates)
    if set(record) != {"statement", "signatures", "timestamps"} or canonical(record) != text:
        raise ValueError("it is not canonical JSON (RFC 8785) of a removal record")
    s = record["statement"]
    names = {"format", "issuer", "bundle", "camera", "manifest_sha256", "previous", "sealed", "kept_until", "removed",
             "reason", "zh", "en", "signed", "keys"}
    if s["format"] != "offsite-removal/1" or not names >= s.keys() or not s.keys() >= names - {"previous"}:
        raise ValueError("it is of another format, or has other names than it should")
    if not all(TIME.fullmatch(s[at]) for at in ("sealed", "kept_until", "removed", "signed")):
        raise ValueError("it has a time that is none in UTC")
    if not s["keys"] or len(s["keys"]) != len(record["signatures"]) or any(set(k) != {"algorithm", "key"} for k in s["keys"]):
        raise ValueError("it does not name a key for each signature")
    if "previous" in s and (set(s["previous"]) != {"bundle", "manifest_sha256"} or not all(s["previous"].values())):
        raise ValueError("it names the bundle before without its id or its digest")
    if not 1 <= len(record["timestamps"]) <= 8:
        raise ValueError("it has %d timestamps" % len(record["timestamps"]))
    return s, *([base64.b64decode(one, validate=True) for one in record[name]] for name in ("signatures", "timestamps"))


def stamped(data, tokens, trust, put):
    """Holds tokens (RFC 3161) against what they should be over: of each its time, and what is
    wrong with it, None where it holds and "stranger" where no authority of trust.json made it."""
    roots = put("roots.pem", "".join(a["certificate_pem"] for a in trust["timestamp_authorities"]).encode())
    for der in tokens:
        token = put("token.tsr", der)
        said = re.search(r"^Time stamp: (.*) GMT$", openssl("ts", "-reply", "-in", token, "-text").stdout, re.M)
        if not said:
            yield None, "it is no timestamp"
            continue
        at = parse_openssl_time(said[1])
        check = openssl("ts", "-verify", "-data", put("stamped", data), "-in", token, "-CAfile", roots, "-attime", str(int(at.timestamp())))
        if check.returncode == 0:
            yield at, None
        elif re.search("certificate (has expired|is not yet valid)", check.stderr):
            yield at, "its authority's certificate was not in force at its time"
        elif "certificate verify error" in check.stderr:
            yield at, "stranger"
        else:
            yield at, "it is a timestamp of something else"


def check_stamps(s, tokens, trust, report, name, put):
    """When the first token that holds says that a removal record existed, or None."""
    first, strangers = None, False
    for at, wrong in stamped(canonical(s), tokens, trust, put):
        if wrong == "stranger":
            strangers = True
        elif wrong:
            report.wrong("timestamp", name, wrong)
        elif at < when(s["signed"]) - 2 * SKEW:
            report.wrong("timestamp", name, "its time is before the record says it was signed")
        else:
            first = first or at
    if first is None and strangers:
        report.cannot_tell("timestamp", name, "it comes from no authority of trust.json")
    return first


def check_removal(path, trust, proof):
    """Checks the record that stands where a bundle lay that the law has deleted."""
    report, name = Report(), os.path.basename(path)
    with open(path, "rb") as f:
        text = f.read(MAX_TEXT)
    text = text[:-1] if text.endswith(b"\n") else text
    try:
        s, signatures, tokens = parse_removal(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        report.wrong("removal", name, "it cannot be read: %s" % e)
        return report
    report.bundle = s["bundle"]
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    place = name[:-len(".removal.json")] if name.endswith(".removal.json") else folder if ID.fullmatch(folder) else s["bundle"]
    if place != s["bundle"]:
        report.wrong("removal", name, "it is of bundle %s" % s["bundle"])
    sealed, kept, removed, signed = (when(s[at]) for at in ("sealed", "kept_until", "removed", "signed"))
    if s["reason"] not in KEPT:
        report.wrong("removal", name, "%r is no reason for which a bundle is deleted" % s["reason"])
    elif not sealed + KEPT[s["reason"]] <= kept <= removed <= signed:
        report.wrong("removal", name, "the bundle was deleted before its time was over")
    with tempfile.TemporaryDirectory() as scratch:
        def put(file, data):
            with open(os.path.join(scratch, file), "wb") as f:
                f.write(data)
            return f.name
        at = check_stamps(s, tokens, trust, report, name, put)
        for ref, signature in zip(s["keys"], signatures):
            key = next((k for k in trust["keys"] if k["id"] == ref["key"]), None)
            if key is None:
                report.cannot_tell("seal", name, "its key is not among those of trust.json")
            elif key["algorithm"] != ref["algorithm"] or not signed_by(key, canonical(s), signature, put):
                report.wrong("seal", name, "the signature is not one over this statement")
            else:
                in_force(key, list(filter(None, (signed, at))), report, name)
        if not any(k["algorithm"] == "ed25519" for k in s["keys"]):
            report.wrong("seal", name, "it names no Ed25519 key")
        if proof:
            proved(proof, trust, report, put, [log_entry("removal", s["bundle"], s["removed"], hashlib.sha256(text).hexdigest())])
    return report


def parse_openssl_time(text):
    form = "%b %d %H:%M:%S.%f %Y" if "." in text else "%b %d %H:%M:%S %Y"
    return datetime.datetime.strptime(re.sub(" +", " ", text), form).replace(tzinfo=datetime.timezone.utc)


def check(path, trust, proof=None):
    report = Report()
    with open(path, "rb") as stream, tempfile.TemporaryDirectory() as folder:
        tar = Tar(stream, report)
        try:
            tar.read()
        except OverflowError as e:
            report.wrong("container", "", str(e))
        checker = Checker(tar, trust, report, folder)
        checker.run()
        if proof:
            checker.log(proof)
    order = ["container", "layout", "manifest", "seal", "files", "lists", "timestamp", "log"]
    for found in (report.bad, report.open):
        found.sort(key=lambda c: order.index(c["check"]))
    return report


def main():
    parser = argparse.ArgumentParser(description="Check Offsite evidence bundles without Offsite.")
    parser.add_argument("bundles", nargs="*", metavar="BUNDLE.tar")
    parser.add_argument("--trust", default="trust.json", help="keys and certificates, as the bureau publishes them")
    parser.add_argument("--proof", help="the transparency log's receipt of the one bundle or record", metavar="FILE")
    parser.add_argument("--record", help="the process record of a case", metavar="FILE")
    parser.add_argument("--removal", help="the record of a bundle's removal", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print one JSON line for each bundle")
    args = parser.parse_args()
    with open(args.trust, encoding="utf-8") as f:
        trust = json.load(f)
    if trust.get("format") != "offsite-trust/1":
        sys.exit("verify.py: %s is no trust.json of a known format" % args.trust)
    trust["timestamp_authorities"] = trust.get("timestamp_authorities") or []
    status = 0
    if [bool(args.bundles), bool(args.record), bool(args.removal)].count(True) != 1:
        parser.error("name bundles, or a process record with --record, or a removal record with --removal")
    reader = check_record if args.record else check_removal if args.removal else check
    for path in args.bundles or [args.record or args.removal]:
        try:
            report = reader(path, trust, args.proof)
        except OSError as e:  # it hides none of the others
            report = Report()
            report.cannot_tell("container", "", "it cannot be read: %s" % e)
        if report.exit() == 1 or status == 0:
            status = report.exit()
        if args.json:
            print(json.dumps({"file": path, "bundle": report.bundle, "exit": report.exit(), "wrong": report.bad, "open": report.open}))
            continue
        print("%s: %s" % (path, ["all checks hold", "TAMPERED WITH", "cannot be told"][report.exit()]))
        for c in report.bad + report.open:
            print("  %-9s %s: %s" % (c["check"], c["file"] or "the tar", c["says"]))
    sys.exit(status)


if __name__ == "__main__":
    main()
