# The Debian package, which scripts/package builds: the program, the goroutines model, what the
# program writes of itself (manual page, completions), the scripts that plot, and the documents.
set(CONCBENCH_MAINTAINER "concbench maintainers <concbench@localhost>" CACHE STRING
  "Whom the Debian package names as its maintainer")

set(doc ${CMAKE_INSTALL_DATADIR}/doc/concbench)
install(FILES README.md CHANGELOG.md DECISIONS.md DESTINATION ${doc})
install(FILES LICENSE DESTINATION ${doc} RENAME copyright)
install(DIRECTORY docs/ DESTINATION ${doc}/docs)
file(GLOB plots CONFIGURE_DEPENDS scripts/plot_*.py)
install(PROGRAMS ${plots} DESTINATION ${CMAKE_INSTALL_DATADIR}/concbench)
install(FILES scripts/plotting.py reports/result/result.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/concbench)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME concbench)
set(CPACK_PACKAGE_VENDOR "")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compares concurrency models on real hardware")
set(CPACK_PACKAGE_DESCRIPTION
  "Runs the same verified work in processes, threads, a thread pool, fibers, coroutines and
goroutines, on cores that it chooses and checks, and tells what each costs, with the spread.
Compares builds of programs for regressions, and makes reports.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)  # concbench_VERSION_ARCHITECTURE.deb
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${CONCBENCH_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "man-db, python3-matplotlib")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, stress-ng")
include(CPack)
