# Writes the program: the launcher with the classes' own hello, and their archive behind it.
#   cmake -D JAVA=… -D LAUNCHER=… -D JAR=… -D PROGRAM=… -P pack.cmake
execute_process(COMMAND ${JAVA} -cp ${JAR} concbench.Main hello
  OUTPUT_VARIABLE HELLO OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
configure_file(${LAUNCHER} ${PROGRAM}.new @ONLY)
execute_process(COMMAND sh -c "cat \"$1\" >>\"$2\" && chmod 755 \"$2\" && mv \"$2\" \"$3\""
  sh ${JAR} ${PROGRAM}.new ${PROGRAM} COMMAND_ERROR_IS_FATAL ANY)
