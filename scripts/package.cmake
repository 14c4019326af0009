# The Debian packages, which scripts/package builds: concbench, with the program, the models of other
# languages, what the program writes of itself (manual page, completions), the scripts that plot, and
# the documents; and libconcbench-dev, with the kit.
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
set(CPACK_COMPONENT_CONCBENCH_DESCRIPTION
  "Runs the same verified work in processes, threads, a thread pool, fibers, coroutines and
goroutines, on cores that it chooses and checks, and tells what each costs, with the spread.
Compares builds of programs for regressions, and makes reports.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)  # concbench_VERSION_ARCHITECTURE.deb
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${CONCBENCH_MAINTAINER}")
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL concbench dev)
set(CPACK_DEBIAN_CONCBENCH_PACKAGE_NAME concbench)
set(CPACK_DEBIAN_CONCBENCH_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_CONCBENCH_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_CONCBENCH_PACKAGE_RECOMMENDS "man-db, python3-matplotlib")
set(CPACK_DEBIAN_CONCBENCH_PACKAGE_SUGGESTS "bash-completion, stress-ng")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libconcbench-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS libbenchmark-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "concbench, cmake, g++")
set(CPACK_COMPONENT_DEV_DESCRIPTION
  "Headers and a library for authors of runtimes: a class with a verb for each shape of work becomes a
program that runs all workloads of concbench and speaks its protocol.")
include(CPack)
