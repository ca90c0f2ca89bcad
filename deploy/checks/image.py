"""Starts the container image with a read-only root and goes through the README's story.

    image.py --image localhost/milequest

The image's own settings are used: its user, its variables, its entry point, its health check. buildah gives
the root; chroot in mounts of its own stands for the container, so no daemon and no runtime is needed.
"""

import argparse
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile

import running
import story
from running import right


def buildah(*arguments):
    return subprocess.run(["buildah", "--storage-driver", "vfs", *arguments], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


def look_over(root, settings):
    """What an image must be, before it runs."""
    right(settings["User"] == "65532:65532", "the image does not run as its own user")
    right(settings.get("Healthcheck"), "the image has no health check")
    for shell in ["bin/sh", "usr/bin/sh", "bin/bash", "usr/bin/bash"]:
        right(not os.path.exists(os.path.join(root, shell)), f"the image has a shell: {shell}")
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode):
                right(not mode & (stat.S_ISUID | stat.S_ISGID), f"{path} changes its user")
                right(not mode & stat.S_IWOTH, f"{path} can be written by everybody")
    state = os.stat(os.path.join(root, "var/lib/milequest"))
    right(state.st_uid == 65532 and state.st_mode & 0o777 == 0o700, "the state is not the user's alone")


def writing_is_refused(place):
    """The root is read-only: a file can be written in the state, and not beside the program."""
    refused = place.run("convert", f"{place.routes}/te-araroa.geojson", "/usr/share/here.gpx", status=74)
    right(refused == "", "something was printed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--image", required=True)
    options = parser.parse_args()
    settings = json.loads(buildah("inspect", "--type", "image", options.image))["Docker"]["config"]
    container = buildah("from", "--pull-never", options.image)
    state = tempfile.mkdtemp(prefix="milequest-image-")
    try:
        root = buildah("mount", container)
        look_over(root, settings)
        print("==> the image: its own user, a health check, no shell, nothing that changes users")
        user = int(settings["User"].split(":")[0])
        os.chown(state, user, user)
        environment = dict(pair.split("=", 1) for pair in settings["Env"])
        place = running.Inside(root, settings["User"], state, environment, settings["Entrypoint"][0])
        writing_is_refused(place)
        print("==> the root is read-only")
        story.commands(place)
        print("==> the README's sessions, in the image")
        # Beyond this machine the program asks for https; here it is reached without.
        with place.serve(command=settings["Cmd"], MILEQUEST_HOST="127.0.0.1",
                         MILEQUEST_PORT=str(running.free_port())) as service:
            story.whole(place, service)
            print("==> the story over HTTP, against the image's service")
            test, *command = settings["Healthcheck"]["Test"]
            right(test == "CMD" and command[0] == place.prefix[-1], "the health check is not the program")
            place.run(*command[1:])
            print(f"==> the health check: {' '.join(command)}")
        right("clean" in place.run("audit"), "audit: the ledger is not clean")
        print("==> SIGTERM ended it in order; the ledger is clean")
    except running.Wrong as wrong:
        sys.exit(f"WRONG: {wrong}")
    finally:
        buildah("rm", container)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
