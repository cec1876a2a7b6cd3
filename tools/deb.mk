# A Debian package from the tarball of `make dist`, in ./deb; nothing is
# fetched.  It wants debhelper and what debian/control names.
EXTRA_DIST += debian/changelog debian/control debian/copyright debian/docs \
	debian/lintian-overrides \
	debian/rules debian/source/format
.PHONY: deb
deb: dist
	rm -rf deb && $(MKDIR_P) deb
	cp $(PACKAGE)-$(VERSION).tar.xz deb/$(PACKAGE)_$(VERSION).orig.tar.xz
	cd deb && tar -xJf $(PACKAGE)_$(VERSION).orig.tar.xz && \
		cd $(PACKAGE)-$(VERSION) && dpkg-buildpackage -us -uc -b
	@ls deb/*.deb
