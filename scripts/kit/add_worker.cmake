# concbench_add_worker(NAME SOURCES file.cpp…)
#
# Makes the program NAME of the model whose constant, NAME_model with `_` for each `-`, one of the
# sources defines.
function(concbench_add_worker NAME)
  cmake_parse_arguments(PARSE_ARGV 1 worker "" "" SOURCES)
  if(NOT worker_SOURCES OR worker_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "concbench_add_worker(${NAME} …): name the files with SOURCES")
  endif()
  if(NOT NAME MATCHES "^[a-z0-9][a-z0-9-]*$")
    message(FATAL_ERROR "concbench_add_worker(${NAME} …): a model's name has lower-case letters, digits and -")
  endif()
  string(REPLACE "-" "_" MODEL ${NAME})
  set(main ${CMAKE_CURRENT_BINARY_DIR}/${NAME}-main.cpp)
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/main.cpp.in ${main} @ONLY)
  add_executable(${NAME} ${worker_SOURCES} ${main})
  target_link_libraries(${NAME} PRIVATE concbench::worker)
endfunction()
