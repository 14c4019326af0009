# The kit: what authors of models in repositories of their own build them with (docs/kit.md).
include(CMakePackageConfigHelpers)

set(kit ${CMAKE_INSTALL_LIBDIR}/cmake/concbench)
set_target_properties(concbench_worker PROPERTIES EXPORT_NAME worker)
install(TARGETS concbench_worker EXPORT concbench COMPONENT dev)
install(EXPORT concbench NAMESPACE concbench:: FILE concbench-targets.cmake DESTINATION ${kit}
  COMPONENT dev)
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/concbench)
install(DIRECTORY workloads DESTINATION ${headers} COMPONENT dev FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY models/os DESTINATION ${headers}/models COMPONENT dev FILES_MATCHING PATTERN "*.hpp")
install(FILES models/describe.hpp models/iterations.hpp models/model.hpp models/predecessors.hpp
  models/script.hpp models/stopwatch.hpp models/tally.hpp DESTINATION ${headers}/models COMPONENT dev)
install(FILES models/machine/affinity.hpp models/machine/limits.hpp models/machine/sightings.hpp
  models/machine/system_file.hpp models/machine/worker_report.hpp
  DESTINATION ${headers}/models/machine COMPONENT dev)
install(FILES cli/worker/standalone.hpp DESTINATION ${headers}/cli/worker COMPONENT dev)

configure_package_config_file(scripts/kit/concbench-config.cmake.in generated/concbench-config.cmake
  INSTALL_DESTINATION ${kit})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/concbench-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/concbench-config.cmake
  ${CMAKE_BINARY_DIR}/generated/concbench-config-version.cmake
  scripts/kit/add_worker.cmake scripts/kit/main.cpp.in DESTINATION ${kit} COMPONENT dev)
