"""Builds the wheel: the package, the library, and what the library needs that not every Linux has.

    wheel.py --library .build/library/release/libmilequest.so --work .build/wheel --to .build/release-files

auditwheel bundles PROJ, GEOS and what these need beside the library, under names of their own, and names the oldest C
library that it runs with in the wheel's tag. The licences of what is bundled come along.
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
# What every system has, by the rules for wheels: never bundled.
SYSTEM = {"libc6", "libgcc-s1"}


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, **options)


def licences(library, folder):
    """Copies the licence of every Debian package that a library comes from."""
    os.makedirs(folder)
    shutil.copy(os.path.join(TOP, "LICENSE"), os.path.join(folder, "milequest"))
    for path in re.findall(r"=> (/\S+) \(0x", run("ldd", library, stdout=subprocess.PIPE).stdout):
        for name in (path, os.path.realpath(path), re.sub(r"^/lib", "/usr/lib", path)):
            found = subprocess.run(["dpkg-query", "-S", name], check=False, capture_output=True, text=True)
            if found.returncode == 0:
                package = found.stdout.split(":")[0]
                text = f"/usr/share/doc/{package}/copyright"
                if package not in SYSTEM and os.path.exists(text):
                    shutil.copy(text, os.path.join(folder, package))
                break


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--work", required=True, help="a folder that is made anew")
    parser.add_argument("--to", required=True)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    source = os.path.join(options.work, "source")
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("tests", "__pycache__", "wheel*.py"))
    package = os.path.join(source, "milequest")
    library = os.path.join(package, "libmilequest.so")
    shutil.copy(options.library, library)
    run("strip", "--strip-unneeded", library)
    shutil.copy(os.path.join(TOP, "Sources/CMileQuest/milequest.h"), package)
    licences(options.library, os.path.join(package, "licenses"))
    plain = os.path.join(options.work, "plain")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-build-isolation", "--wheel-dir", plain, source)
    [wheel] = glob.glob(os.path.join(plain, "*.whl"))
    tag = f"linux_{os.uname().machine}"
    # No code of Python's own is compiled in it, so that it is for every Python 3 of the machine.
    run(sys.executable, "-m", "wheel", "tags", "--remove", "--platform-tag", tag, wheel, stdout=subprocess.DEVNULL)
    [wheel] = glob.glob(os.path.join(plain, "*.whl"))
    for old in glob.glob(os.path.join(options.to, "milequest-*.whl")):
        os.remove(old)
    os.makedirs(options.to, exist_ok=True)
    run(sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", options.to, wheel,
        env={**os.environ, "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]})
    [made] = glob.glob(os.path.join(options.to, "milequest-*.whl"))
    print(f"==> {made}: {os.path.getsize(made) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
