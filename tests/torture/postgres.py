# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL server of one's own, in a folder that goes away with it.

    with Postgres() as pg:      # Missing when none is installed
        pg.database("one")
        pg.sql("SELECT 1")      # "1": rows by line, columns by |
        pg.crash()              # as when the machine's power goes
        pg.start()

It listens on a socket in its folder and on no port, and does not sync: its
processes die here, the machine does not.  initdb does not run as
root: then the server is another user's, who must be able to reach the folder.
"""
import glob
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time


class Missing(Exception):
    pass


def programs():
    found = glob.glob("/usr/lib/postgresql/*/bin")
    found.sort(key=lambda p: [int(n) for n in re.findall(r"\d+", p)])
    on_path = shutil.which("initdb")
    folder = pathlib.Path(found[-1] if found else
                          os.path.dirname(on_path or "/nowhere/x"))
    if not (folder / "initdb").exists():
        raise Missing("there is no PostgreSQL server here (tools/deps has it)")
    return folder


def user():
    """Whose the server is: (uid, gid), or None for our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
            return found.pw_uid, found.pw_gid
        except KeyError:
            pass
    raise Missing("there is no user for the PostgreSQL server")


class Postgres:
    def __init__(self):
        self.bin, self.user = programs(), user()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="phgen-pg-"))
        self.name = "postgres"
        if self.user is not None:
            os.chown(self.folder, *self.user)
        self.run("initdb", "-D", self.folder / "data", "-U", "phgen", "-A",
                 "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    def run(self, program, *arguments, check=True):
        who = {}
        if self.user is not None:
            who = {"user": self.user[0], "group": self.user[1],
                   "extra_groups": []}
        # To a file, not to a pipe: the server that pg_ctl starts keeps it.
        log = self.folder / "said"
        with open(log, "w", encoding="utf-8") as out:
            done = subprocess.run(
                [str(self.bin / program)] + [str(a) for a in arguments],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, timeout=120, check=False, **who)
        if check and done.returncode != 0:
            raise OSError(f"{program}: {log.read_text()[-500:]}")
        return done.returncode

    def control(self, *arguments, check=True):
        return self.run("pg_ctl", "-D", self.folder / "data", "-w", "-t", "60",
                        *arguments, check=check)

    def start(self):
        self.control("-l", self.folder / "log", "-o",
                     f"-k {self.folder} -c listen_addresses='' "
                     "-c shared_buffers=32MB -c fsync=off", "start")

    def crash(self):
        self.control("-m", "immediate", "stop")

    def shut_down(self):
        self.control("-m", "fast", "stop")

    def close(self):
        self.control("-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def version(self):
        return self.sql("SHOW server_version").split()[0]

    def database(self, name):
        self.sql(f"CREATE DATABASE {name}")
        self.name = name
        return f"postgresql://phgen@/{name}?host={self.folder}"

    def sql(self, text):
        done = subprocess.run(
            [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-v",
             "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", "phgen", "-d",
             self.name, "-f", "-"], input=text, capture_output=True, text=True,
            timeout=120, check=False)
        if done.returncode != 0:
            raise OSError(f"psql: {done.stderr[-500:]}")
        return done.stdout.strip()

    def settle(self):
        """Waits until it answers again."""
        until = time.monotonic() + 60
        while True:
            try:
                return self.sql("SELECT 1")
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def backends(self):
        """The processes that serve the database that was made last."""
        return [int(n) for n in self.sql(
            "SELECT pid FROM pg_stat_activity WHERE datname = "
            "current_database() AND pid <> pg_backend_pid()").split()]

    def kill_backend(self, pid):
        """Every session ends, and the server recovers by itself."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
