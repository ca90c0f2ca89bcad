"""Makes the Debian package of an installation.

    package.py --tree .build/deploy/tree --fonts fonts-dejavu-core ... --to .build/release-files

What it depends on is computed by dpkg-shlibdeps from the program and its private libraries.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import tree  # noqa: E402

CONTROL = """Package: milequest
Version: {version}
Architecture: {architecture}
Maintainer: Mile Quest <milequest@localhost>
Installed-Size: {size}
Depends: {depends}
Recommends: {recommends}
Suggests: nginx | haproxy, postgresql-postgis, prometheus
Section: web
Priority: optional
Description: teams walk, and their miles move a marker along a real route
 Mile Quest reads route files and reports what is wrong with them, measures routes
 on the WGS84 ellipsoid, and keeps teams and their walks in a file of SQLite or in
 PostgreSQL with PostGIS. The service offers all of it over HTTP and shows the
 browser client.
"""


def depends(root):
    """The packages whose libraries the program needs, in the versions that have its symbols."""
    place = os.path.join(root, tree.PLACE)
    files = [os.path.join(place, name) for name in sorted(os.listdir(place))
             if name == "milequest" or ".so" in name]
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "debian"))
        with open(os.path.join(folder, "debian/control"), "w", encoding="utf-8") as file:
            file.write("Source: milequest\n\nPackage: milequest\nArchitecture: any\n")
        # Only the private libraries belong to no package.
        said = subprocess.run(["dpkg-shlibdeps", "-O", f"-l{place}", "--ignore-missing-info", *files],
                              cwd=folder, check=True, capture_output=True, text=True).stdout
    return re.search(r"shlibs:Depends=(.*)", said)[1]


def lay_service(root):
    with open(os.path.join(HERE, "milequest.service"), "rb") as file:
        tree.write(root, "lib/systemd/system/milequest.service", file.read())
    with open(os.path.join(HERE, "milequest.env"), "rb") as file:
        tree.write(root, "etc/milequest/milequest.env", file.read(), 0o640)


def lay_control(root, version, fonts):
    size = sum(os.lstat(os.path.join(folder, name)).st_size
               for folder, _, files in os.walk(root) for name in files) // 1024
    architecture = tree.said("dpkg", "--print-architecture").strip()
    needs = f"{depends(root)}, adduser, ca-certificates, proj-data, tzdata, {fonts[0]}"
    sums = "".join(
        f"{hashlib.md5(open(path, 'rb').read()).hexdigest()}  {os.path.relpath(path, root)}\n"
        for folder, _, files in sorted(os.walk(root)) for path in sorted(
            os.path.join(folder, name) for name in files)
        if not os.path.islink(path) and not os.path.relpath(path, root).startswith("etc/"))
    tree.write(root, "DEBIAN/control", CONTROL.format(
        version=version, architecture=architecture, size=size, depends=needs,
        recommends=", ".join(fonts[1:])).encode())
    tree.write(root, "DEBIAN/md5sums", sums.encode())
    tree.write(root, "DEBIAN/conffiles", b"/etc/milequest/milequest.env\n")
    for name in ["postinst", "prerm", "postrm"]:
        with open(os.path.join(HERE, name), "rb") as file:
            tree.write(root, f"DEBIAN/{name}", file.read(), 0o755)
    return architecture


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tree", required=True, help="the folder that tree.py made")
    parser.add_argument("--fonts", required=True, nargs="+", help="the Debian packages of the fonts")
    parser.add_argument("--to", required=True, help="the folder for the package")
    options = parser.parse_args()
    version = tree.said(os.path.join(options.tree, "usr/bin/milequest"), "--version").strip()
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "root")
        shutil.copytree(options.tree, root, symlinks=True)
        lay_service(root)
        architecture = lay_control(root, version, options.fonts)
        for inner, _, _ in os.walk(root):
            os.chmod(inner, 0o755)
        os.makedirs(options.to, exist_ok=True)
        package = os.path.join(options.to, f"milequest_{version}_{architecture}.deb")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, package], check=True)
    print(package)


if __name__ == "__main__":
    main()
