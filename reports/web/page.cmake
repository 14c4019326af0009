# The page of `concbench report`, built by node from this folder. Without node, npm or npm's registry
# (and without what npm has kept of it) the program is built all the same, and says why it makes no
# reports. Sets PAGE_SOURCE, the file that defines concbench::page().
#
# Node finds packages beside the script that asks for them, so the folder is copied into the build.
set(web_source ${CMAKE_CURRENT_LIST_DIR})
set(web ${CMAKE_BINARY_DIR}/web)
set(PAGE_SOURCE ${web}/page.cpp)
find_program(NODE NAMES node nodejs)
find_program(NPM npm)

# Installs what the lock file names, once for each lock file. `why` becomes the reason if it cannot.
function(install_node_packages why)
  set(${why} "" PARENT_SCOPE)
  if(NOT NODE OR NOT NPM)
    set(${why} "it was built without node and npm" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${NODE} -p "process.versions.node.split('.')[0]"
    OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT version GREATER_EQUAL 18)
    set(${why} "it was built with node ${version}, and 18 is the oldest that will do" PARENT_SCOPE)
    return()
  endif()
  file(SHA256 ${web_source}/package-lock.json wanted)
  set(omit)
  if(NOT CONCBENCH_TESTS)
    set(omit --omit=dev)
  endif()
  string(APPEND wanted "${omit}")
  set(stamp ${web}/node_modules/.concbench)
  if(EXISTS ${stamp})
    file(READ ${stamp} installed)
  endif()
  if("${installed}" STREQUAL wanted)
    return()
  endif()
  message(STATUS "Installing what builds the page of reports")
  file(COPY ${web_source}/package.json ${web_source}/package-lock.json ${web_source}/.npmrc
    DESTINATION ${web})
  execute_process(COMMAND ${NPM} ci --prefer-offline --no-progress --fetch-retries=1 ${omit}
    WORKING_DIRECTORY ${web} TIMEOUT 300 RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT code EQUAL 0)
    file(WRITE ${web}/npm.log "${said}")
    set(${why} "npm could not install what builds their page" PARENT_SCOPE)
    return()
  endif()
  file(WRITE ${stamp} ${wanted})
endfunction()

install_node_packages(why_no_page)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${web_source}/package-lock.json)

if(why_no_page)
  message(STATUS "no page for reports: ${why_no_page}; see ${web}/npm.log if it is there")
  file(CONFIGURE OUTPUT ${PAGE_SOURCE} CONTENT [[
#include "reports/html/page.hpp"

namespace concbench {

Page page() { return {{}, 0, "@why_no_page@"}; }

}  // namespace concbench
]] @ONLY)
else()
  file(GLOB_RECURSE web_files CONFIGURE_DEPENDS ${web_source}/*)
  add_custom_command(OUTPUT ${PAGE_SOURCE}
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${web}/specs ${web}/src
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${web_source} ${web}
    COMMAND ${NODE} build.js ${PAGE_SOURCE}
    WORKING_DIRECTORY ${web} DEPENDS ${web_files} COMMENT "Building the page of reports" VERBATIM)
endif()
