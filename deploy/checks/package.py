"""Installs the Debian package into a clean root, goes through the README's story there, and removes it.

    package.py --package .build/release-files/milequest_0.1.0_amd64.deb --base .build/deploy/debian.tar

The clean root is Debian 12 by mmdebstrap, kept as a tarball. The service runs with the command, the user
and the settings of its unit; systemd itself does not run there, so it judges the unit from outside.
"""

import argparse
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

import running
import story
from running import right

# In mounts of its own: what apt and dpkg do needs them, and leaves nothing mounted.
ADMINISTER = """
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
"""


def administer(root, *command):
    done = subprocess.run(["unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-ec", ADMINISTER,
                           "sh", root, *command], check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    right(done.returncode == 0, f"{' '.join(command)}: {done.stdout[-3000:]}")
    return done.stdout


def clean_root(base, root):
    """Unpacks the clean system, which is made where it is not there."""
    if not os.path.exists(base):
        print("==> making a clean Debian 12 by mmdebstrap")
        os.makedirs(os.path.dirname(os.path.abspath(base)), exist_ok=True)
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "bookworm", base + ".part.tar",
                        "http://deb.debian.org/debian"], check=True)
        os.rename(base + ".part.tar", base)
    subprocess.run(["tar", "-C", root, "-xf", base, "--exclude=./dev/*"], check=True)
    shutil.copy("/etc/resolv.conf", root + "/etc/resolv.conf")


def unit_settings(root):
    """What the unit runs, as whom, with what."""
    with open(root + "/lib/systemd/system/milequest.service", encoding="utf-8") as file:
        unit = dict(re.findall(r"^(ExecStart|User|EnvironmentFile|Environment)=(.*)$", file.read(), re.MULTILINE))
    with open(root + unit["EnvironmentFile"], encoding="utf-8") as file:
        lines = re.findall(r"^(MILEQUEST_\w+)=(.*)$", file.read(), re.MULTILINE)
    with open(root + "/etc/passwd", encoding="utf-8") as file:
        entry = next(line for line in file if line.startswith(unit["User"] + ":")).split(":")
    environment = {**dict(pair.split("=", 1) for pair in str.split(unit["Environment"])), **dict(lines)}
    return str.split(unit["ExecStart"]), f"{entry[2]}:{entry[3]}", environment


def look_over(root):
    """Rights and places of what was installed."""
    settings = os.stat(root + "/etc/milequest/milequest.env")
    right(settings.st_mode & 0o777 == 0o640 and settings.st_uid == 0, "others can read the settings")
    state = os.stat(root + "/var/lib/milequest")
    right(stat.S_IMODE(state.st_mode) == 0o700 and state.st_uid != 0, "others can read the state")
    for path in ["usr/share/man/man1/milequest.1.gz", "usr/share/bash-completion/completions/milequest",
                 "usr/share/milequest/web/web.json", "usr/share/doc/milequest/copyright"]:
        right(os.path.exists(os.path.join(root, path)), f"{path} is missing")
    right("conffiles" in administer(root, "dpkg-query", "-W", "-f=conffiles ${Conffiles}", "milequest"), "conffile")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", required=True)
    parser.add_argument("--base", required=True, help="the tarball of a clean system; made when it is missing")
    options = parser.parse_args()
    root = tempfile.mkdtemp(prefix="milequest-package-")
    try:
        clean_root(options.base, root)
        shutil.copy(options.package, root + "/milequest.deb")
        administer(root, "apt-get", "update", "-q")
        administer(root, "apt-get", "install", "-y", "-q", "--no-install-recommends", "systemd",
                   "/milequest.deb")
        look_over(root)
        judged = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={root}", "milequest.service"],
                                check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        right(judged.returncode == 0 and not judged.stdout, f"systemd-analyze verify: {judged.stdout}")
        print("==> installed into a clean Debian 12, with what it depends on; systemd accepts the unit")
        command, user, environment = unit_settings(root)
        state = root + "/var/lib/milequest"
        place = running.Inside(root, user, state, environment, command[0])
        story.commands(place)
        print("==> the README's sessions, as installed")
        with place.serve(command=command[1:], MILEQUEST_PORT=str(running.free_port()),
                         MILEQUEST_METRICS_LISTEN="") as service:
            story.whole(place, service)
        right("clean" in place.run("audit"), "audit: the ledger is not clean")
        print("==> the story over HTTP, by the unit's command, user and settings; stopped in order")
        files = set(os.listdir(state))
        administer(root, "dpkg", "--purge", "milequest")
        right(not os.path.exists(root + "/usr/bin/milequest"), "the program is still there")
        right(not os.path.exists(root + "/etc/milequest"), "the settings are still there")
        right(set(os.listdir(state)) == files, "the ledger went with the package")
        print("==> removed; the ledger stays")
    except running.Wrong as wrong:
        sys.exit(f"WRONG: {wrong}")
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
