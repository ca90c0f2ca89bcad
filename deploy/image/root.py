"""Makes the root of the container image: an installation and exactly what it needs to run.

    root.py --tree .build/deploy/tree --to .build/deploy/image

All files come from installed Debian packages: the libraries that `ldd` names, the loader, PROJ's
database, time zones, fonts with their configuration, and the certificates of the authorities. The
copyright of each package comes along. There is no shell.
"""

import argparse
import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import tree  # noqa: E402

USER = 65532
# A file or folder, and the package that it comes from.
DATA = [
    ("/usr/share/proj/proj.db", "proj-data"),
    ("/usr/share/zoneinfo", "tzdata"),
    ("/etc/ssl/certs/ca-certificates.crt", "ca-certificates"),
    ("/etc/fonts/fonts.conf", "fontconfig-config"),
    ("/etc/fonts/conf.d", "fontconfig-config"),
    ("/usr/share/fontconfig/conf.avail", "fontconfig-config"),
]


def copy(source, root):
    """Puts a file or folder where it is here, with what its links point to."""
    target = root + source
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        shutil.copytree(source, target, symlinks=source.startswith("/etc/fonts"), dirs_exist_ok=True)
    else:
        shutil.copy(os.path.realpath(source), target)


def library(path):
    """Where a library goes: /lib and /lib64 are links to folders below /usr."""
    return path if path.startswith("/usr/") else "/usr" + path


def lay_base(root):
    for name in ["lib", "lib64"]:
        os.makedirs(os.path.join(root, "usr", name), exist_ok=True)
        os.symlink(f"usr/{name}", os.path.join(root, name))
    for folder in ["proc", "sys", "dev", "run", "var/lib"]:
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    os.makedirs(os.path.join(root, "tmp"))
    os.chmod(os.path.join(root, "tmp"), 0o1777)
    tree.write(root, "etc/passwd", f"root:x:0:0:root:/:/none\nmilequest:x:{USER}:{USER}:Mile Quest:"
               "/var/lib/milequest:/none\n".encode())
    tree.write(root, "etc/group", f"root:x:0:\nmilequest:x:{USER}:\n".encode())
    tree.write(root, "etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files dns\n")


def lay_libraries(root):
    packages = set()
    program = os.path.join(root, tree.PLACE, "milequest")
    for path in tree.libraries(program):
        if os.path.realpath(path).startswith(os.path.realpath(root) + "/"):
            continue
        owner = tree.package(path)
        if owner is None:
            raise SystemExit(f"{path} belongs to no Debian package and is not beside the program")
        packages.add(owner)
        target = root + library(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(os.path.realpath(path), target)
        os.chmod(target, 0o755)
    return packages


def lay_fonts(root, packages):
    for name in packages:
        for path in tree.said("dpkg-query", "-L", name).splitlines():
            if path.startswith("/usr/share/fonts/") and os.path.isfile(path):
                copy(path, root)
    # The image has the beginning of time everywhere, and a cache counts for folders of its own time alone.
    for folder, _, _ in os.walk(root + "/usr/share/fonts"):
        os.utime(folder, (0, 0))
    # Written now, because the running service cannot: its root is read-only.
    subprocess.run(["fc-cache", "--sysroot", os.path.abspath(root), "--force"], check=True)


def lay_copyrights(root, packages):
    for name in sorted(packages):
        path = f"/usr/share/doc/{name}/copyright"
        if os.path.exists(path):
            copy(path, root)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tree", required=True, help="the folder that tree.py made")
    parser.add_argument("--fonts", required=True, nargs="+", help="the Debian packages of the fonts")
    parser.add_argument("--to", required=True, help="the folder to make; what is in it is removed")
    options = parser.parse_args()
    root = os.path.abspath(options.to)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(options.tree, root, symlinks=True)
    lay_base(root)
    packages = lay_libraries(root)
    for path, owner in DATA:
        if not os.path.exists(path):
            raise SystemExit(f"{path} is missing; install the package {owner}")
        copy(path, root)
        packages.add(owner)
    lay_fonts(root, options.fonts)
    lay_copyrights(root, packages | set(options.fonts))
    libraries = glob.glob(root + "/usr/lib/*/*.so*")
    print(f"{options.to}: {len(libraries)} libraries from {len(packages)} Debian packages")


if __name__ == "__main__":
    main()
