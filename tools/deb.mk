# Debian packages, source (.dsc) and binary (.deb), from the tarball of `make
# dist`, in ./deb; nothing is fetched.  `tools/deps deb` installs what it wants.
EXTRA_DIST += debian/changelog debian/control debian/copyright debian/docs \
	debian/install debian/links debian/lintian-overrides debian/rules \
	debian/source/format debian/source/lintian-overrides
.PHONY: deb
deb: dist
	rm -rf deb && $(MKDIR_P) deb
	cp $(PACKAGE)-$(VERSION).tar.xz deb/$(PACKAGE)_$(VERSION).orig.tar.xz
	cd deb && tar -xJf $(PACKAGE)_$(VERSION).orig.tar.xz && \
		cd $(PACKAGE)-$(VERSION) && dpkg-buildpackage -us -uc
	@ls deb/*.deb deb/*.dsc
