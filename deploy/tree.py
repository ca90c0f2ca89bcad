"""Lays out the files of an installation: program, private libraries, browser client, manual, completion.

    tree.py --program .build/release/milequest --web .build/web --to .build/deploy/tree

The container image, the Debian package and the tarball are made from the same tree. Libraries that belong
to no Debian package (the Swift runtime) stand beside the program, which looks for them there.
"""

import argparse
import glob
import gzip
import os
import re
import shutil
import subprocess

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACE = "usr/lib/milequest"


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries(program):
    """Where the loader finds each library that a program needs, the loader itself included."""
    text = said("ldd", program)
    missing = re.findall(r"^\s*(\S+) => not found", text, re.MULTILINE)
    if missing:
        raise SystemExit(f"{program}: these libraries are missing: {', '.join(missing)}")
    return sorted(set(re.findall(r"(?:=> |^\s*)(/\S+) \(0x", text, re.MULTILINE)))


def package(path):
    """The Debian package that a file belongs to; None where it belongs to none."""
    # A library may be recorded below /lib or below /usr/lib, which are one folder.
    real = os.path.realpath(path)
    for name in [path, real, re.sub(r"^/usr", "", real), re.sub(r"^/lib", "/usr/lib", path)]:
        found = subprocess.run(["dpkg-query", "-S", name], check=False, capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    return None


def write(root, path, data, mode=0o644):
    whole = os.path.join(root, path)
    os.makedirs(os.path.dirname(whole), exist_ok=True)
    with open(whole, "wb") as file:
        file.write(data)
    os.chmod(whole, mode)


def packed(data):
    """By gzip, without the time: the same tree has the same bytes."""
    return gzip.compress(data, mtime=0)


def lay_program(program, root):
    place = os.path.join(root, PLACE)
    os.makedirs(place)
    for file in [program, *(path for path in libraries(program) if package(path) is None)]:
        copy = shutil.copy(file, os.path.join(place, os.path.basename(file)))
        os.chmod(copy, 0o755)
        said("strip", "--strip-debug", copy)
        said("patchelf", "--set-rpath", "$ORIGIN", copy)
    for resources in glob.glob(os.path.join(os.path.dirname(os.path.abspath(program)), "*.resources")):
        shutil.copytree(resources, os.path.join(place, os.path.basename(resources)))
    os.makedirs(os.path.join(root, "usr/bin"))
    os.symlink("../lib/milequest/milequest", os.path.join(root, "usr/bin/milequest"))


def lay_texts(program, root):
    version = said(program, "--version").strip()
    write(root, "usr/share/man/man1/milequest.1.gz", packed(said(program, "man").encode()))
    write(root, "usr/share/bash-completion/completions/milequest",
          said(program, "--generate-completion-script", "bash").encode())
    for name, source in [("changelog.gz", "CHANGELOG.md"), ("copyright", "LICENSE")]:
        with open(os.path.join(SOURCE, source), "rb") as file:
            data = file.read()
        write(root, f"usr/share/doc/milequest/{name}", packed(data) if name.endswith(".gz") else data)
    return version


def lay_data(web, root):
    if not os.path.exists(os.path.join(web, "web.json")):
        raise SystemExit(f"{web}: the browser client is not built; make web builds it")
    shutil.copytree(web, os.path.join(root, "usr/share/milequest/web"))
    for name in sorted(os.listdir(os.path.join(SOURCE, "routes"))):
        if name.endswith((".geojson", ".csv", ".md")):
            with open(os.path.join(SOURCE, "routes", name), "rb") as file:
                write(root, f"usr/share/milequest/routes/{name}", file.read())


def readable(root):
    """Everybody may read, nobody but root may write, whatever the umask of the builder."""
    for folder, _, files in os.walk(root):
        os.chmod(folder, 0o755)
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.access(path, os.X_OK) and PLACE in path
                         and not path.endswith(".xcprivacy") else 0o644)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built program")
    parser.add_argument("--web", required=True, help="the folder with the built browser client")
    parser.add_argument("--to", required=True, help="the folder to make; what is in it is removed")
    options = parser.parse_args()
    shutil.rmtree(options.to, ignore_errors=True)
    os.makedirs(options.to)
    lay_program(options.program, options.to)
    lay_data(options.web, options.to)
    version = lay_texts(options.program, options.to)
    readable(options.to)
    print(f"{options.to}: Mile Quest {version}")


if __name__ == "__main__":
    main()
