#!/usr/bin/env python3
"""Every command of kioskctl, used wrongly: what it answers, in words and as JSON.

Usage: tests/e2e/test_kioskctl.py BUILD
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
MANUAL = pathlib.Path(__file__).resolve().parents[2] / "templates/man/kioskctl.1"
DONE, FAILED, USAGE, REFUSED, NO_STATION = range(5)

# Each command: right words, and whether it needs a running kioskd.
COMMANDS = {
    "status": ([], False),
    "scan": (["NO-SUCH-CODE"], True),
    "role": ([], True),
    "import": (["guests.csv"], False),
    "export": (["-"], False),
    "preflight": ([], False),
    "lookup": (["li"], False),
    "show": (["REF"], False),
    "lists": ([], False),
    "reprint": (["REF", "--reason", "lost"], True),
    "queue": ([], False),
    "queue show": (["1"], False),
    "queue retry": (["1"], True),
    "queue said": (["1", "yes"], True),
    "printers": ([], True),
    "printers profiles": ([], False),
    "printer test": (["left"], True),
    "printer drain": (["left"], True),
    "printer resume": (["left"], True),
    "enrol": ([], True),
    "server": ([], True),
    "server offline": ([], True),
    "server online": ([], True),
    "server believe": ([], True),
    "server roll": ([], True),
    "server leave": ([], True),
    "sync": ([], True),
    "outbox": ([], False),
    "outbox retry": (["1"], True),
    "conflicts": ([], False),
    "conflict done": (["1"], False),
    "audit": ([], False),
    "reload": ([], True),
    "clock": ([], True),
    "clock confirm": ([], True),
    "pin set": (["li"], False),
    "pin list": ([], False),
    "pin unlock": (["li"], False),
    "pin remove": (["li"], False),
    "key make": (["event"], False),
    "key list": ([], False),
    "key export": (["event", "-"], False),
    "key import": ([], False),
    "key remove": (["event"], False),
}
NUMBERS = ("queue show", "queue retry", "queue said", "outbox retry", "conflict done")
ONLY_ROOT = ("import", "export", "preflight", "enrol", "server roll", "server leave", "reload", "clock confirm", "pin set", "pin list", "pin unlock",
             "pin remove", "key make", "key export", "key import", "key remove")


class Station:
    def __init__(self):
        self.dir = tempfile.TemporaryDirectory(prefix="ylc", dir="/tmp")
        self.root = pathlib.Path(self.dir.name)
        self.daemon = None
        (self.root / "guests.csv").write_text("code,name\nT-1,Ana\n")
        self.conf = self.root / "yuelai.conf"
        self.conf.write_text("\n".join([
            f'data = "{self.root}/data"', f'key = "{self.root}/keys/key"',
            f'socket = "{self.root}/run/control"', 'role = "list=event/main"',
            'zone = "Asia/Shanghai"', 'screen { listen = "127.0.0.1:%d" }' % free_port(), ""]))

    def start(self):
        log = open(self.root / "log", "wb")
        self.daemon = subprocess.Popen([BUILD / "kioskd", "--config", self.conf],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 20
        while b"main: ready" not in (self.root / "log").read_bytes():
            assert time.monotonic() < end and self.daemon.poll() is None, "kioskd does not start"
            time.sleep(0.02)

    def close(self):
        if self.daemon:
            self.daemon.send_signal(signal.SIGTERM)
            self.daemon.wait(20)
        self.dir.cleanup()

    def ask(self, *words, **how):
        return subprocess.run([BUILD / "kioskctl", "--config", self.conf, *words], text=True,
                              input="471147\n", capture_output=True, timeout=60, cwd=self.root, **how)


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check(station, words, status, says, **how):
    """The same in words and as JSON: status, and an error that says what."""
    plain = station.ask(*words, **how)
    assert plain.returncode == status, (words, plain)
    assert re.search(says, plain.stderr), (words, says, plain.stderr)
    assert plain.stderr.startswith("kioskctl: ") and len(plain.stderr.splitlines()) == 1, plain
    told = station.ask("--json", *words, **how)
    assert told.returncode == status, (words, told)
    answer, other = (told.stderr, told.stdout) if "-" in words else (told.stdout, told.stderr)
    error = json.loads(answer.splitlines()[-1])["error"]
    assert re.search(says, error["text"]) and error["code"], (words, error)
    assert other == "", told


def test_the_table_is_whole(_):
    help_text = subprocess.run([BUILD / "kioskctl", "--help"], text=True, capture_output=True,
                               timeout=10).stdout
    listed = set(re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", help_text, re.M))
    assert set(COMMANDS) == listed, set(COMMANDS) ^ listed


def commands_of_the_manual():
    """Name -> (its options, whether it is marked as working without a daemon)."""
    found, names, inside = {}, [], False
    for line in MANUAL.read_text().splitlines():
        if line.startswith((".Ss", ".Sh")):
            inside = line == ".Ss Commands"
        if not inside or line == ".El":
            names = []
            continue
        item = line.startswith(".It Cm ")
        if item:
            parts = line[len(".It Cm "):].split(" , Cm ")
            names = [re.match(r"[a-z]+(?: [a-z]+)?", part)[0] for part in parts]
        for name in names:
            options, alone = found.get(name, (set(), False))
            found[name] = (options | set(re.findall(r"Fl \\-([a-z-]+)", line)), alone or (item and line.endswith(" *")))
    return found


def test_the_manual_has_every_command_with_its_options_and_no_other(_):
    manual = commands_of_the_manual()
    assert set(manual) == set(COMMANDS), set(manual) ^ set(COMMANDS)
    for name, (_, needs) in COMMANDS.items():
        options, alone = manual[name]
        answer = subprocess.run([BUILD / "kioskctl", *name.split(), "--help"], text=True, capture_output=True, timeout=10)
        known = set(re.findall(r"^  --([a-z-]+)", answer.stdout, re.M))
        assert answer.returncode == DONE and answer.stdout.startswith(f"Usage: kioskctl {name}"), answer
        assert options == known, (name, options ^ known)
        assert alone != needs, f"{name}: is it marked with * as working without a daemon?"


def test_wrong_words_are_named(station):
    check(station, ["stauts"], USAGE, r'stauts.*did you mean "?status')
    check(station, [], USAGE, r"command")
    for name, (words, _) in COMMANDS.items():
        free = name in ("lookup", "role", "printers profiles") # they take all words that follow
        if not free:
            check(station, [*name.split(), *words, *["surplus"] * 8], USAGE,
                  rf'{name}: one word too many: "surplus"')
            check(station, [*name.split(), *words, "--no-such"], USAGE,
                  rf"{name}: no option --no-such; see kioskctl {name} --help")
        if words and name not in ("export", "import", "outbox retry"):
            check(station, name.split(), USAGE, rf"{name}: wants [A-Z]+ \(")
    for name in NUMBERS:
        for number in ("0", "x", "1x", "99999999999999999999"):
            words = [*name.split(), number] + (["yes"] if name == "queue said" else [])
            if station.daemon:
                check(station, words, USAGE, r"want a whole number from 1, got")


def test_without_a_daemon_each_says_so_or_does_it(station):
    for name, (words, needs) in COMMANDS.items():
        if needs:
            check(station, [*name.split(), *words], NO_STATION,
                  rf"{name} needs a running kioskd, and none answers on {station.root}")
        else:
            answer = station.ask("--json", *name.split(), *words)
            wanted = (DONE, FAILED) if name != "key import" else (USAGE,) # a PIN is no key
            assert answer.returncode in wanted, (name, answer)
            for line in (answer.stderr if "-" in words else answer.stdout).splitlines():
                assert json.loads(line), (name, line)


def test_with_a_daemon_every_answer_is_one_json_object_a_line(station):
    station.start()
    for name, (words, _) in COMMANDS.items():
        answer = station.ask("--json", *name.split(), *words)
        wanted = (DONE, FAILED, REFUSED) if name != "scan" else (REFUSED,)
        if name in ("enrol", "server roll", "server leave", "key import"):
            wanted = (USAGE,) # no code of an organiser, not enrolled, no key
        assert answer.returncode in wanted, (name, answer)
        last = json.loads((answer.stderr if "-" in words else answer.stdout).splitlines()[-1])
        assert set(last) in ({"result"}, {"error"}), (name, last)
        assert ("error" in last) == (answer.returncode in (FAILED, USAGE)), (name, answer)
    test_wrong_words_are_named(station)


def test_a_table_on_standard_output_is_nothing_but_the_table(station):
    for options in ([], ["--json"]):
        answer = station.ask(*options, "export", "-")
        lines = answer.stdout.split("\n")
        assert answer.returncode == DONE and lines[0].startswith("\ufefftime,utc,event") and lines[-1] == "", answer
        assert all("," in line for line in lines[:-1]), answer
        assert answer.stderr.strip(), "how many rows there were is said beside it"


def test_an_export_of_an_event_that_is_not_there_names_those_that_are(station):
    table = station.root / "out.csv"
    for to in ([table], ["--invitations", station.root]):
        check(station, ["export", "--event", "nope", *map(str, to)], FAILED, r'no event "nope" here; want one of event')
    assert not table.exists()
    assert station.ask("export", "--event", "event", str(table)).returncode == DONE and table.exists()


def test_times_are_in_the_events_zone_which_is_named(station):
    shown = station.ask("audit").stdout
    assert "(times: Asia/Shanghai)" in shown, shown
    row = json.loads(station.ask("--json", "audit").stdout)["result"]
    local = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(row["rows"][0]["at_ms"] // 1000 + 8 * 3600))
    assert row["zone"] == "Asia/Shanghai" and local in shown, (local, shown)


def test_who_may_not_is_told(station):
    if os.geteuid() != 0:
        print("# not root: who may not is not tried")
        return
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    for path in (station.root, station.root / "run"):
        path.chmod(0o755)
    check(station, ["status"], NO_STATION, "not allowed; are you in its group", **nobody)
    (station.root / "run/control").chmod(0o666)
    assert station.ask("status", **nobody).returncode == DONE
    for name in ONLY_ROOT:
        if name in ("import", "export", "key export"):
            continue # their files are opened by kioskctl itself
        check(station, [*name.split(), *COMMANDS[name][0]], FAILED,
              rf"{name}: only root and the station's own user may do this", **nobody)


def main():
    station, failed = Station(), 0
    try:
        for name, test in list(globals().items()):
            if not name.startswith("test_"):
                continue
            try:
                test(station)
                print(f"ok {name}")
            except Exception as error: # pylint: disable=broad-except
                failed += 1
                print(f"not ok {name}: {type(error).__name__}: {error}")
    finally:
        station.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
