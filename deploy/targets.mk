# What is deployed, and the checks of it. Included by the Makefile.

VERSION = $$($(BIN) --version)
TREE := .build/deploy/tree
RELEASE_FILES := .build/release-files
IMAGE := localhost/milequest
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
BUILDAH := $(AS_ROOT) buildah --storage-driver vfs

.PHONY: deploy-tree tarball image image-check deb deb-check proxy-check alerts-check backup-check deploy-check release

deploy-tree: build web
	$(call install,patchelf binutils python3)
	@echo "==> laying out program, libraries, browser client and manual in $(TREE)"
	python3 deploy/tree.py --program $(BIN) --web .build/web --to $(TREE)

image: deploy-tree ## build the container image without a daemon: from scratch, not root, read-only
	$(call install,buildah ca-certificates fontconfig proj-data tzdata $(FONTS))
	python3 deploy/image/root.py --tree $(TREE) --fonts $(FONTS) --to .build/deploy/image/root
	@install -d -m 0700 .build/deploy/image/state/milequest
	$(BUILDAH) bud --isolation chroot --format docker --timestamp 0 --file deploy/image/Containerfile \
	  --label org.opencontainers.image.title=milequest \
	  --label org.opencontainers.image.version="$(VERSION)" \
	  --tag $(IMAGE):latest --tag $(IMAGE):"$(VERSION)" .build/deploy/image

image-check: image ## lint the Containerfile; start the image with a read-only root, and go through the README's story
	$(call install,python3 python3-venv)
	python3 -m venv .build/deploy/venv
	.build/deploy/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes \
	  -r deploy/checks/hadolint.txt
	.build/deploy/venv/bin/hadolint deploy/image/Containerfile
	$(AS_ROOT) python3 deploy/checks/image.py --image $(IMAGE)

deb: deploy-tree ## build the Debian package, with a systemd unit, into .build/release-files
	$(call install,dpkg-dev python3)
	python3 deploy/debian/package.py --tree $(TREE) --fonts $(FONTS) --to $(RELEASE_FILES)

deb-check: deb ## judge the unit; install the package into a clean Debian, go through the story there, remove it
	$(call install,mmdebstrap python3 systemd)
	set -o pipefail; systemd-analyze security --no-pager --offline=true --threshold=20 deploy/debian/milequest.service | tail -1
	$(AS_ROOT) python3 deploy/checks/package.py --base .build/deploy/debian.tar \
	  --package $(RELEASE_FILES)/milequest_"$(VERSION)"_$$(dpkg --print-architecture).deb

proxy-check: build web ## start real nginx and HAProxy with the configurations of deploy/, and ask through them
	$(call install,curl haproxy nginx openssl python3)
	python3 deploy/checks/proxies.py --program $(BIN)

alerts-check: build web ## hold the Prometheus rules to the service's own figures, and fire each alert
	$(call install,prometheus python3)
	python3 deploy/checks/metrics.py --program $(BIN)

backup-check: build web ## back both stores up under load, restore them, and audit what came back
	$(call install,postgresql-15-postgis-3 python3)
	python3 deploy/checks/backup.py --program $(BIN)

deploy-check: image-check deb-check proxy-check alerts-check backup-check ## all checks of what is deployed

tarball: deploy-tree
	@mkdir -p $(RELEASE_FILES)
	tar --create --gzip --sort name --owner 0 --group 0 --numeric-owner --directory $(TREE) \
	  --transform "s,^\./,milequest-$(VERSION)/," --exclude ./. \
	  --file $(RELEASE_FILES)/milequest-"$(VERSION)"-linux-$$(uname -m).tar.gz .

release: tarball deb image ## write tarball, package, image and checksums into .build/release-files
	rm -f $(RELEASE_FILES)/milequest-image-*.tar
	$(BUILDAH) push --quiet $(IMAGE):"$(VERSION)" \
	  docker-archive:$(RELEASE_FILES)/milequest-image-"$(VERSION)".tar:$(IMAGE):"$(VERSION)"
	version=$(VERSION); cd $(RELEASE_FILES) && sha256sum -- milequest*"$$version"* > SHA256SUMS.part && mv SHA256SUMS.part SHA256SUMS
	@cat $(RELEASE_FILES)/SHA256SUMS
