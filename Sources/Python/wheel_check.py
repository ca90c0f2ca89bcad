"""Installs the wheel into a clean Debian 12, without PROJ, GEOS and Swift, and asks it something there.

    wheel_check.py --wheel .build/release-files/milequest-….whl --base .build/deploy/debian.tar

The clean root is that of `make deb-check`; NumPy comes from Debian.
"""

import argparse
import os
import shutil
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "deploy/checks"))

from package import administer, clean_root  # noqa: E402
from running import Wrong, right  # noqa: E402

ASK = """
import glob, milequest, numpy
route = milequest.Route.open("/trail.geojson")
where = route.positions(numpy.array([0.0, 1609344.0]))
mapped = {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}
for word in ("proj", "geos", "swift", "Foundation"):
    outside = [path for path in mapped if word in path and "milequest" not in path]
    assert not outside, outside
print(route.length, round(float(where.latitude[1]), 6), route.nearest(-77.74, 39.32).offset.round(1))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", required=True)
    parser.add_argument("--base", required=True, help="the tarball of a clean system; made when it is missing")
    options = parser.parse_args()
    root = tempfile.mkdtemp(prefix="milequest-wheel-")
    try:
        clean_root(options.base, root)
        shutil.copy(options.wheel, root)
        shutil.copy(os.path.join(TOP, "routes/appalachian-trail.geojson"), root + "/trail.geojson")
        administer(root, "apt-get", "update", "-q")
        administer(root, "apt-get", "install", "-y", "-q", "--no-install-recommends", "python3-numpy", "python3-pip")
        present = administer(root, "dpkg-query", "-W", "-f=${Package}\n").split()
        right(not any(name.startswith(("libproj", "libgeos")) for name in present), "the root is not clean")
        administer(root, "python3", "-m", "pip", "install", "--quiet", "--break-system-packages", "--no-deps",
                   "--no-index", "/" + os.path.basename(options.wheel))
        told = administer(root, "python3", "-c", ASK).strip()
        right(told.startswith("3536372.5056 m 39.078304 171.2"), f"the wheel answers {told}")
        print(f"==> the wheel works in a clean Debian 12: {told}")
    except Wrong as wrong:
        sys.exit(f"WRONG: {wrong}")
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
