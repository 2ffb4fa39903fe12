#!/usr/bin/env python3
"""kioskd as systemd and an operator meet it: checks, signals, readiness, the watchdog.

Usage: tests/e2e/test_daemon.py BUILD
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

BUILD = pathlib.Path(sys.argv[1]).resolve()
KIOSKD = BUILD / "kioskd"
TOP = pathlib.Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Home:
    """A directory with a configuration, and the daemons that were started in it."""

    def __init__(self, more=""):
        self.dir = tempfile.TemporaryDirectory(prefix="yld", dir="/tmp")
        self.root = pathlib.Path(self.dir.name)
        self.running = []
        self.port = free_port()
        self.base = [f'data = "{self.root}/data"', f'key = "{self.root}/keys/key"',
                     f'socket = "{self.root}/run/control"', 'log_level = "debug"',
                     f'screen {{ listen = "127.0.0.1:{self.port}" }}',
                     f'scanner "front" {{ uri = "fifo:{self.root}/scan" }}']
        self.write(more)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for daemon in self.running:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait(10)
        if kind:
            print(self.log()[-4000:])
        self.dir.cleanup()

    @property
    def conf(self):
        return self.root / "yuelai.conf"

    def write(self, more="", base=True):
        self.conf.write_text("\n".join((self.base if base else []) + [more, ""]))

    def log(self):
        path = self.root / "log"
        return path.read_text() if path.exists() else ""

    def run(self, *options, **environment):
        return subprocess.run([KIOSKD, "--config", self.conf, *options], text=True,
                              capture_output=True, timeout=30, env=dict(os.environ, **environment))

    def ctl(self, *words, fails=0, socket=None):
        """What kioskctl --json answers: the result, or the error if it must fail."""
        at = ["--socket", socket] if socket else []
        run = subprocess.run([BUILD / "kioskctl", "--config", self.conf, *at, "--json", *words],
                             text=True, capture_output=True, timeout=60)
        assert run.returncode == fails, run
        return json.loads(run.stdout.splitlines()[-1])["error" if fails else "result"]

    def start(self, **environment):
        with open(self.root / "log", "ab") as log:
            daemon = subprocess.Popen([KIOSKD, "--config", self.conf], stdin=subprocess.DEVNULL,
                                      stdout=log, stderr=log, env=dict(os.environ, **environment))
        self.running.append(daemon)
        return daemon

    def wait_log(self, text, count=1, seconds=15):
        wait_for(f"{text!r} in the log", lambda: self.log().count(text) >= count, seconds)


def wait_for(what, ready, seconds=15):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.02)


# ---- the command line


def test_version_help_and_wrong_options_answer_as_a_program_should():
    version = subprocess.run([KIOSKD, "--version"], text=True, capture_output=True, timeout=10)
    assert version.returncode == 0 and version.stdout.startswith("kioskd "), version
    usage = subprocess.run([KIOSKD, "--help"], text=True, capture_output=True, timeout=10)
    assert usage.returncode == 0 and "--check" in usage.stdout
    for words in (["--nonsense"], ["extra"], ["--config"]):
        wrong = subprocess.run([KIOSKD, *words], text=True, capture_output=True, timeout=10)
        assert wrong.returncode == 2 and "--help" in wrong.stderr, (words, wrong)


def test_the_file_that_is_shipped_is_fine_and_is_what_is_printed():
    shipped = TOP / "templates/system/yuelai.conf"
    run = subprocess.run([KIOSKD, "--config", shipped, "--check"], text=True, capture_output=True,
                         timeout=10)
    assert run.returncode == 0 and run.stdout.endswith(": fine\n"), run
    printed = subprocess.run([KIOSKD, "--print-config"], text=True, capture_output=True, timeout=10)
    assert printed.stdout == shipped.read_text()


def test_every_typo_is_told_with_its_line_at_once():
    with Home() as home:
        home.write('\nstaton { letters = "A" }\nscanner "side" {\n  url = "fifo:/x"\n}\n'
                   'screen {\n  listen = "0.0.0.0:1"\n}\nlog_level = loud\n'
                   'printer "p" { uri = "usb:1" profile = "none-such" }\n', base=False)
        run = home.run("--check")
        assert run.returncode == 2, run
        for line in ('yuelai.conf:2: unknown section "staton"; did you mean "station"?',
                     'yuelai.conf:4: scanner "side": unknown option "url"; did you mean "uri"?',
                     'yuelai.conf:9: log_level: want one of "error"'):
            assert line in run.stderr, (line, run.stderr)
        # what only makes sense in a file whose words are right comes next
        home.write('screen {\n  listen = "0.0.0.0:1"\n}\nscanner "u" { uri = "usb:1" }\n', base=False)
        run = home.run("--check")
        assert run.returncode == 2 and "yuelai.conf:2: screen.listen: want 127.0.0.1:PORT" in run.stderr
        home.write('scanner "u" {\n uri = "usb:1" }\nprinter "p" {\n uri = "cups:x"\n'
                   ' profile = "none-such" }\n', base=False)
        run = home.run("--check")
        assert 'yuelai.conf:2: scanner "u".uri: want one of evdev:' in run.stderr, run.stderr
        assert 'yuelai.conf:5: printer "p".profile: ' in run.stderr, run.stderr


def test_a_check_finds_all_that_a_start_would_refuse_in_one_run():
    with Home() as home:
        wrong = {
            'ballast_mb = many': 'ballast_mb: want a whole number',
            'role = "list=citec"': 'role: ',
            'helper = "/nowhere/kiosk-draw"': 'helper: want a program that is there',
            'station { letters = "ab" }': 'station.letters: want 1 to 3 of A-Z',
            'screen { languages = { "en", "xx" } page = "/nowhere" }':
                'screen.languages: language "xx" is not built in',
            'scanner "a" { uri = "usb:1" }': 'scanner "a".uri: want one of evdev:',
            'scanner "b" { uri = "evdev:05e0:1200" country = "zz" }':
                'scanner "b".country: country "zz": want one of',
            'scanner "c" { uri = "serial:/dev/ttyACM0" baud = 1234 }': 'scanner "c".baud: baud 1234',
            'scanner "d" { uri = "evdev:nonsense" }': 'scanner "d".uri: ',
            'scanner "e" { uri = "fifo:relative" }': 'scanner "e".uri: ',
            'scanner "f" { uri = "fifo:/x" ends = { "line", "crlf" } }':
                'scanner "f".ends: want line, tab, nul or etx, got "crlf"',
            'scanner "g" { uri = "fifo:/x" }': 'scanner "g".uri: is another scanner\'s already',
            'scanner "h" { }': 'scanner "h".uri must be given',
            'printer "p" { uri = "cups:a b" profile = "zebra-zd421-203" }': 'printer "p".uri: ',
            'printer "q" { uri = "lpd:x" profile = "zebra-zd421-203" }':
                'printer "q".uri: want one of cups:',
            'printer "r" { uri = "cups:r" profile = "none-such" }': 'printer "r".profile: ',
            'printer "s" { uri = "cups:s" profile = "zebra-zd421-203" design = "none" }':
                'printer "s".design: want one of those in',
            'printer "t" { uri = "cups:t" profile = "zebra-zd421-203" media = "1x1" }':
                'printer "t".media: ',
            'printer "u" { uri = "cups:u" server = "host:0" profile = "zebra-zd421-203" }':
                'printer "u".server: ',
            'at "tomorrow" { role = "list=citec/n2" }': 'at "tomorrow": ',
            'at "2026-11-24 13:30" { role = "list=n2" }': 'at "2026-11-24 13:30".role: ',
            'kind "k" { design = "none" }': 'kind "k".design: want one of those in',
        }
        home.write("\n".join(wrong), base=False)
        run = home.run("--check")
        assert run.returncode == 2, run
        for line, words in enumerate(wrong.values(), 1):
            assert f"{home.conf}:{line}: {words}" in run.stderr, (line, words, run.stderr)
        # each is said once; the page that is not there stands on a line with another, and
        # so does what the helper is wanted for
        assert len(run.stderr.splitlines()) <= len(wrong) + 2, run.stderr
        assert not (home.root / "data").exists(), "a check makes nothing"


def test_a_check_prepares_each_design_and_names_line_and_element():
    good = TOP / "templates/badge/conference-62x100.svg"
    with Home() as home:
        (home.root / "badge").mkdir()
        (home.root / "badge/good.svg").write_text(good.read_text())
        home.write("\n".join([f'designs = "{home.root}/badge"'] + [
            f'printer "{name}" {{ uri = "cups:{name}" profile = "zebra-zd421-203" media = "62x100" design = "{design}" }}'
            for name, design in (("left", "good"), ("right", "bad"), ("desk", "slow"))] + ['kind "vip" { design = "bad" }']), base=False)
        lines = good.read_text().splitlines()
        at = next(i for i, line in enumerate(lines) if "<rect data-field=" in line)
        lines[at] = lines[at].replace("<rect ", '<rect data-gap="big" ')
        (home.root / "badge/bad.svg").write_text("\n".join(lines))
        (home.root / "badge/slow.svg").write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" width="62mm" height="100mm" viewBox="0 0 62 100"><g id="a"><use href="#b"/></g>'
            '<g id="b"><use href="#a"/></g></svg>')
        before = set(pathlib.Path("/tmp").glob("yuelai-check-*"))
        run = home.run("--check")
        assert run.returncode == 2 and len(run.stderr.splitlines()) == 3, run
        assert f'{home.conf}:3: printer "right".design: {home.root}/badge/bad.svg:{at + 1}: <' in run.stderr, run.stderr
        assert 'data-gap="big": want a size' in run.stderr, run.stderr
        assert f'{home.conf}:4: printer "desk".design: {home.root}/badge/slow.svg' in run.stderr, run.stderr
        assert f'{home.conf}:5: kind "vip".design: {home.root}/badge/bad.svg:{at + 1}: <' in run.stderr, run.stderr
        for name in ("bad", "slow"):
            (home.root / f"badge/{name}.svg").write_text(good.read_text())
        run = home.run("--check")
        assert run.returncode == 0 and run.stdout == f"{home.conf}: fine\n", run
        assert not set(pathlib.Path("/tmp").glob("yuelai-check-*")) - before, "it cleans up"


def test_a_kinds_design_is_checked_on_the_labels_that_it_comes_out_on():
    printer = 'printer "{}" {{ uri = "cups:{}" profile = "zebra-zd421-203" media = "{}" design = "{}" kinds = {{ "{}" }} }}'
    with Home() as home:
        small = printer.format("small", "small", "89x36", "address-89x36", "phd")
        large = printer.format("large", "large", "62x100", "conference-62x100", "vip")
        home.write(f'{small}\n{large}\nkind "vip" {{ design = "vip-62x100" }}', base=False)
        run = home.run("--check")
        assert run.returncode == 0, run
        home.write(f'{small}\n{large}\nkind "phd" {{ design = "vip-62x100" }}', base=False)
        run = home.run("--check")
        assert run.returncode == 2 and 'kind "phd".design' in run.stderr, run
        home.write(f'{large}\n{small}\nkind "media" {{ design = "vip-62x100" }}', base=False)
        assert home.run("--check").returncode == 2, "nobody serves it: any printer may"


def options_of_the_program():
    """Section and option, as --print-config writes them."""
    printed = subprocess.run([KIOSKD, "--print-config"], text=True, capture_output=True, timeout=10)
    found, section = set(), ""
    for line in printed.stdout.splitlines():
        opens = re.match(r'#?(\w+) (?:"…" )?\{$', line)
        option = re.match(r"#? *#(\w+) = ", line)
        if opens:
            section = opens[1]
        elif re.match(r"#?\}$", line):
            section = ""
        elif option and not line.startswith("#    " if not section else "\0"):
            found.add((section, option[1]))
    return found


def test_every_option_stands_in_the_man_page_and_nothing_else():
    known, section = set(), None
    for line in (TOP / "templates/man/yuelai.conf.5").read_text().splitlines():
        heading = re.match(r"\.Ss (?:The section|Sections) (\w+)", line)
        if line.startswith(".Sh"):
            section = None
        elif line.startswith(".Ss Options outside"):
            section = ""
        elif heading:
            section = heading[1]
        elif section is not None and line.startswith(".It Cm "):
            known.add((section, line.split()[2]))
    program = options_of_the_program()
    assert len(program) > 35 and ("scanner", "ends") in program and ("", "zone") in program, program
    assert known == program, known ^ program


def test_every_option_is_read_by_the_program_and_nothing_reads_one_that_is_not_there():
    files = [path for path in sorted((TOP / "kiosk").glob("s*.c")) if path.name != "setup_table.c"]
    code = "\n".join(path.read_text() for path in files)
    read = set(re.findall(r'(?:config_(?:text|int|bool|choice|items|item|given|is_wrong)|take_text)\(\s*\w+,\s*"(\w+)"', code))
    known = {name for _, name in options_of_the_program()}
    assert len(files) > 8 and read == known, read ^ known


def test_a_file_that_is_not_there_or_no_text_is_refused():
    with Home() as home:
        missing = subprocess.run([KIOSKD, "--config", home.root / "absent.conf"], text=True,
                                 capture_output=True, timeout=10)
        assert missing.returncode == 2 and "absent.conf" in missing.stderr, missing
        home.conf.write_bytes(b"data = \xff\n")
        assert "yuelai.conf:1: want UTF-8 text" in home.run("--check").stderr
        home.conf.write_bytes(b"#" * (2 << 20))
        assert "at most 1048576 bytes" in home.run("--check").stderr


# ---- one station, one directory


def test_without_printer_and_role_it_runs_and_sigterm_ends_it_well():
    with Home() as home:
        daemon = home.start()
        home.wait_log("main: ready")
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(15) == 0
        assert "main: stopped" in home.log()
        assert (home.root / "keys/key").stat().st_mode & 0o777 == 0o600
        assert (home.root / "data").stat().st_mode & 0o777 == 0o700


def test_a_second_one_on_the_same_data_says_who_holds_it():
    with Home() as home:
        first = home.start()
        home.wait_log("main: ready")
        second = home.run()
        assert second.returncode == 3, second
        assert f"in use by process {first.pid}" in second.stderr, second.stderr
        assert first.poll() is None
        first.kill()
        first.wait(10)
        third = home.start() # the lock went with its process
        home.wait_log("main: ready", 2)
        third.send_signal(signal.SIGINT)
        assert third.wait(15) == 0


def test_a_scan_at_the_last_moment_is_recorded_before_it_ends():
    with Home('role = "list=citec/main"') as home:
        daemon = home.start()
        home.wait_log("main: ready")
        with open(home.root / "scan", "wb", buffering=0) as scanner:
            scanner.write(b"LAST-MOMENT-1\n")
            home.wait_log("verdict=")
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(15) == 0
        assert "recorded=1" in home.log()


def test_hostile_codes_are_told_and_the_next_guest_is_served():
    with Home('role = "list=event/main"') as home:
        daemon = home.start()
        home.wait_log("main: ready")
        with open(home.root / "scan", "wb", buffering=0) as scanner:
            for number, (code, says) in enumerate((
                    (b"A" * 4296, "over 1024 characters long"),
                    (b"AB\0CD", "byte 0x00 in place 3"),
                    (b"AB\x1b[2JCD", "byte 0x1B in place 3"),
                    (b"\xff\xfe", "byte 0xFF in place 1")), 1):
                scanner.write(code + b"\n")
                home.wait_log("verdict=malformed", number)
                assert says in home.log(), (says, home.log()[-800:])
            scanner.write(b"NEXT-GUEST\n")
            home.wait_log("verdict=not-in-copy")
        assert "\x1b" not in home.log()
        kioskctl = [BUILD / "kioskctl", "--config", home.conf, "scan"]
        for code, status, says in ((b"A" * 4296, 3, "over 1024 characters"),
                                   (b"AB\x1b[2J", 3, "byte 0x1B"), (b" ", 3, "nothing but blanks"),
                                   (b"\xff", 2, "want UTF-8"), (b"", 2, "wants CODE")):
            run = subprocess.run([*kioskctl, code], capture_output=True, text=True, timeout=20)
            assert run.returncode == status and says in run.stdout + run.stderr, (code, run)
            assert "\x1b" not in run.stdout + run.stderr, run
        for line, says in ((b'{"command":"scan","args":{"code":"A\\u0000B"}}', "\\u0000 in a text"),
                           (b'{"command":"scan","args":{"code":"\xff"}}', "not UTF-8"),
                           (b"\x1b[2J", "not JSON"), (b"[" * 5000, "nested too deep")):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(10)
                client.connect(str(home.root / "run/control"))
                client.sendall(line + b"\n")
                error = json.loads(client.recv(65536))["error"]
                assert says in error["text"], (line, error)
        assert daemon.poll() is None
        daemon.terminate()
        assert daemon.wait(15) == 0


def test_a_key_of_another_station_is_told_not_used():
    with Home() as home:
        daemon = home.start()
        home.wait_log("main: ready")
        daemon.terminate()
        daemon.wait(15)
        (home.root / "keys/key").write_bytes(os.urandom(32))
        wrong = home.run()
        assert wrong.returncode == 1 and "key" in wrong.stderr, wrong
        os.chmod(home.root / "keys/key", 0o644)
        wrong = home.run()
        assert wrong.returncode == 2 and "0600" in wrong.stderr, wrong


def test_a_port_that_is_taken_is_named():
    with Home() as home, socket.socket() as other:
        other.bind(("127.0.0.1", home.port))
        other.listen()
        run = home.run()
        assert run.returncode in (1, 3) and str(home.port) in run.stderr, run


def test_a_roster_that_was_lost_is_made_again_at_the_start():
    with Home('role = "list=event/main"') as home:
        guests = home.root / "guests.csv"
        guests.write_text("code,name\nT-1,Ana\nT-2,Bo\n")
        subprocess.run([BUILD / "kioskctl", "--config", home.conf, "import", guests], check=True,
                       capture_output=True, timeout=60)
        for name in list((home.root / "data").glob("roster.db*")):
            name.unlink()
        daemon = home.start()
        home.wait_log("roster=made again")
        with open(home.root / "scan", "wb", buffering=0) as scanner:
            scanner.write(b"T-2\n")
            home.wait_log("verdict=admit")
        daemon.terminate()
        assert daemon.wait(15) == 0


def test_a_roster_that_goes_bad_while_doors_are_open_is_made_again():
    count = 90000 # more than is read whole at the start, or kept in memory
    with Home('role = "list=event/main"') as home:
        guests = home.root / "guests.csv"
        guests.write_text("code,name\n" + "".join(f"T-{i},Guest {i} of many\n"
                                                  for i in range(count)))
        subprocess.run([BUILD / "kioskctl", "--config", home.conf, "import", guests], check=True,
                       capture_output=True, timeout=120)
        daemon = home.start()
        home.wait_log("main: ready")
        roster = home.root / "data/roster.db"
        size = roster.stat().st_size
        with open(roster, "r+b") as file: # the same file, under the daemon
            file.seek(size // 10)
            file.write(b"Z" * (size - size // 10))
        with open(home.root / "scan", "wb", buffering=0) as scanner:
            for i in range(20): # some of these are on pages that must be read
                scanner.write(f"T-{count - 1 - i * 4001}\n".encode())
                home.wait_log("verdict=", i + 1)
                if "set aside" in home.log():
                    break
            home.wait_log("roster=damaged; set aside, making it again")
            assert "verdict=error" in home.log(), "who cannot be read is a case for a person"
            home.wait_log("roster=made again", seconds=120)
            before = home.log().count("verdict=")
            scanner.write(f"T-{count - 7}\n".encode())
            home.wait_log("verdict=", before + 1)
        assert "verdict=admit" in home.log().rsplit("roster=made again", 1)[1], home.log()[-800:]
        assert list((home.root / "data").glob("roster.bad-*"))
        daemon.terminate()
        assert daemon.wait(15) == 0


# ---- reload


def test_sighup_takes_over_what_can_be_and_names_what_waits():
    with Home('role = "list=citec/main"') as home:
        daemon = home.start()
        home.wait_log("main: ready")
        home.write('role = "list=citec/n2"\nstation { letters = "B" }')
        daemon.send_signal(signal.SIGHUP)
        home.wait_log("main: reloaded")
        assert "config: taken: role" in home.log()
        assert "config: waits: station.letters: with the next restart" in home.log()
        assert "scanner" not in home.log().split("taken: role")[1]

        home.write('role = "list=citec/n2"\nstaton { }')
        daemon.send_signal(signal.SIGHUP)
        home.wait_log("reload=refused")
        assert 'unknown section "staton"' in home.log()
        assert daemon.poll() is None
        daemon.terminate()
        assert daemon.wait(15) == 0


def scan(pipe, code):
    with open(pipe, "wb", buffering=0) as scanner:
        scanner.write(code.encode() + b"\n")


def test_scanners_come_go_and_change_and_the_others_lose_nothing():
    with Home('role = "list=citec/main"') as home:
        daemon = home.start()
        home.wait_log("main: ready")
        front = open(home.root / "scan", "wb", buffering=0)
        front.write(b"HALF-A-")  # its end comes after the reload
        home.write('role = "list=citec/main"\n'
                   f'scanner "side" {{ uri = "fifo:{home.root}/side" repeat_ms = 0 }}')
        answer = home.ctl("reload")
        assert {"state": "taken", "text": "scanner side: added"} in answer["rows"], answer
        front.write(b"CODE\n")
        home.wait_log("scanner=front code bytes=11")
        scan(home.root / "side", "SIDE-1")
        home.wait_log("scanner=side code bytes=6")

        # another decoder on the same open device, another device, and none
        home.write('role = "list=citec/main"\n'
                   f'scanner "side" {{ uri = "fifo:{home.root}/side" strip_prefix = "SIDE-" }}')
        answer = home.ctl("reload")
        assert {"state": "taken", "text": "scanner side: changed"} in answer["rows"], answer
        scan(home.root / "side", "SIDE-22")
        home.wait_log("scanner=side code bytes=2")
        home.write('role = "list=citec/main"\n'
                   f'scanner "side" {{ uri = "fifo:{home.root}/else" }}')
        home.ctl("reload")
        scan(home.root / "else", "ELSEWHERE")
        home.wait_log("scanner=side code bytes=9")
        home.write('role = "list=citec/main"')
        answer = home.ctl("reload")
        assert {"state": "taken", "text": "scanner side: removed"} in answer["rows"], answer
        parts = [row["part"] for row in home.ctl("status")["rows"]]
        assert "scanner front" in parts and "scanner side" not in parts, parts
        front.write(b"STILL-HERE\n")
        home.wait_log("scanner=front code bytes=10")
        assert home.log().count("scanner=front state=") == 1, "front was opened again"
        front.close()
        daemon.terminate()
        assert daemon.wait(15) == 0


def test_printers_come_go_and_change():
    plain = 'role = "list=citec/main"\n'
    with Home(plain) as home:
        daemon = home.start()
        home.wait_log("main: ready")
        assert not home.ctl("printers")["rows"]
        one = f'uri = "file:{home.root}/out" profile = "zebra-zd421-203"'
        (home.root / "out").mkdir()
        home.write(plain + f'printer "left" {{ {one} media = "62x100" }}')
        answer = home.ctl("reload")
        assert {"state": "taken", "text": "printer left: added"} in answer["rows"], answer
        assert home.ctl("printers")["rows"][0]["name"] == "left"
        wait_for("left is ready",
                 lambda: home.ctl("printers")["rows"][0]["state"] == "ready")
        home.ctl("printer", "test", "left")
        home.write(plain + f'printer "left" {{ {one} media = "62x100" kinds = {{ "vip" }} }}')
        answer = home.ctl("reload")
        texts = [row["text"] for row in answer["rows"]]
        assert texts in (["printer left: changed"],
                         ["printer left: changed, when its badge is out"]), texts
        wait_for("the test label is out", lambda: list((home.root / "out").iterdir()))
        home.wait_log("printer=left changed")
        home.write(plain)
        home.ctl("reload")
        wait_for("no printer", lambda: not home.ctl("printers")["rows"])
        assert not home.ctl("reload")["rows"]
        daemon.terminate()
        assert daemon.wait(15) == 0


def test_names_times_kinds_and_the_screen_are_taken_over():
    with Home('station { name = "North" }') as home:
        daemon = home.start()
        home.wait_log("main: ready")
        home.base[4] = (f'screen {{ listen = "127.0.0.1:{home.port}" languages = {{ "en" }} '
                        'staff_idle_s = 90 }')
        home.write('station { name = "South" gate = "7" }\nzone = "Asia/Shanghai"\n'
                   'claim_deadline_ms = 500\njob_deadline_ms = 9000\nballast_mb = 1\n'
                   'refuse_unsigned = yes\n'
                   'kind "phd" { label = "OVERSEAS" }\n'
                   'at "2026-11-24 13:30" { role = "list=citec/n2" }')
        texts = [row["text"] for row in home.ctl("reload")["rows"]]
        assert sorted(texts) == sorted([
            "station.name", "station.gate", "zone", "claim_deadline_ms", "job_deadline_ms",
            "refuse_unsigned", "ballast_mb", "kinds", "time table", "screen.languages", "screen.staff_idle_s"]), texts
        assert home.ctl("status")["name"] == "South"
        assert not home.ctl("reload")["rows"]
        home.base[4] = f'screen {{ listen = "127.0.0.1:{home.port}" languages = {{ "xx" }} }}'
        home.write()
        wrong = home.ctl("reload", fails=2)
        assert "yuelai.conf:5: screen.languages: " in wrong["text"], wrong
        daemon.terminate()
        assert daemon.wait(15) == 0


def test_a_broken_configuration_is_named_in_log_status_and_answer_until_it_is_mended():
    with Home() as home:
        daemon = home.start()
        home.wait_log("main: ready")
        home.write('ballast_mb = many\nscanner "side" { uri = "usb:1" }')
        wrong = home.ctl("reload", fails=2)
        assert f"{home.conf}:7: ballast_mb: " in wrong["text"], wrong
        assert "the former configuration stays" in wrong["text"], wrong
        rows = [row for row in home.ctl("status")["rows"] if row["part"] == "configuration"]
        assert rows and all(row["state"] == "refused" for row in rows), rows
        assert any(f"{home.conf}:7: ballast_mb: " in row["text"] for row in rows), rows
        assert any(f"{home.conf}:8: " in row["text"] for row in rows), rows
        assert f"{home.conf}:7: ballast_mb: " in home.log()
        home.write()
        home.ctl("reload")
        assert not [row for row in home.ctl("status")["rows"] if row["part"] == "configuration"]
        daemon.terminate()
        assert daemon.wait(15) == 0


def test_what_a_station_is_bound_to_is_named_one_by_one():
    with Home() as home:
        daemon = home.start()
        home.wait_log("main: ready")
        port = free_port()
        home.base[0:3] = [f'data = "{home.root}/d"', f'key = "{home.root}/k/key"',
                          f'socket = "{home.root}/s/control"']
        home.base[4] = f'screen {{ listen = "127.0.0.1:{port}" }}'
        home.write('station { letters = "B" }')
        daemon.send_signal(signal.SIGHUP)
        home.wait_log("main: reloaded")
        for what in ("data", "key", "socket", "screen.listen", "station.letters"):
            assert f"waits: {what}: with the next restart" in home.log(), what
        rows = home.ctl("status", socket=home.root / "run/control")["rows"]
        assert sum(row["state"] == "waits" for row in rows) == 5, rows
        daemon.terminate()
        assert daemon.wait(15) == 0


# ---- systemd's protocol


class Systemd:
    def __init__(self, home):
        self.path = str(home.root / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []

    def wait(self, text, seconds=15):
        """Reads until a message holds text; the messages up to it."""
        end = time.monotonic() + seconds
        start = len(self.heard)
        while not any(text in message for message in self.heard[start:]):
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                self.heard.append(self.socket.recv(4096).decode())
            except TimeoutError:
                raise AssertionError(f"{text}: not heard; {self.heard}") from None
        return self.heard[start:]

    def drain(self):
        """What has come and nobody has read."""
        self.socket.setblocking(False)
        came = []
        try:
            while True:
                came.append(self.socket.recv(4096).decode())
        except BlockingIOError:
            return came


def test_readiness_watchdog_reload_and_stop_are_told():
    with Home() as home:
        systemd = Systemd(home)
        daemon = home.start(NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC="1000000")
        systemd.wait("READY=1")
        # ready means ready: page and data are there with the word
        with urllib.request.urlopen(f"http://127.0.0.1:{home.port}/healthz", timeout=5) as page:
            assert page.status == 200
        assert (home.root / "data/journal.db").exists()
        systemd.wait("STATUS=Station A: no roster; badges 0 printed")
        daemon.send_signal(signal.SIGHUP)
        systemd.wait("RELOADING=1\nMONOTONIC_USEC=")
        systemd.wait("READY=1")
        daemon.send_signal(signal.SIGTERM)
        systemd.wait("STOPPING=1")
        assert daemon.wait(15) == 0


def state_of(process):
    return pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_the_watchdog_is_fed_twice_an_interval_and_not_by_a_loop_that_stands_still():
    interval = 3
    with Home() as home:
        systemd = Systemd(home)
        daemon = home.start(NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC=f"{interval}000000")
        signs = []
        for _ in range(6):
            systemd.wait("WATCHDOG=1")
            signs.append(time.monotonic())
        gaps = sorted(b - a for a, b in zip(signs, signs[1:]))
        # the middle one: a single late sign may be the machine's fault
        assert gaps[2] <= interval / 2, gaps
        daemon.send_signal(signal.SIGSTOP)
        wait_for("it stands still", lambda: state_of(daemon) == "T")
        systemd.drain()
        time.sleep(interval)
        assert not systemd.drain(), "heard something of a process that stands still"
        daemon.send_signal(signal.SIGCONT)
        systemd.wait("WATCHDOG=1")
        daemon.terminate()
        assert daemon.wait(15) == 0


def main():
    failed = passed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        began = time.monotonic()
        try:
            test()
        except Exception as error: # pylint: disable=broad-except
            failed += 1
            print(f"not ok {name}: {type(error).__name__}: {error}")
        else:
            passed += 1
            print(f"ok {name} ({time.monotonic() - began:.1f} s)")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
