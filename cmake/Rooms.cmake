# One library target per room, named after its folder: runtime/smb is runtime_smb.
# The dependencies given here are the include table of docs/ARCHITECTURE.md, and
# tools/check_layers holds the #includes to it.

# room(DEPENDS targets...) makes the library of the current folder.
function(room)
  cmake_parse_arguments(ROOM "" "" "DEPENDS" ${ARGN})
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" name ${path})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${ROOM_DEPENDS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ROOM_DEPENDS})
  endif()
endfunction()

# room_test(DEPENDS targets...) makes one GoogleTest program of the current folder's *_test.cc
# and registers every test of it with ctest.
function(room_test)
  cmake_parse_arguments(ROOM "" "" "DEPENDS" ${ARGN})
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" name ${path})
  file(GLOB sources CONFIGURE_DEPENDS *_test.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ROOM_DEPENDS} tests_support GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE RPCSIEVE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             RPCSIEVE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${path} COMMAND ${name} --gtest_brief=1)
endfunction()

# fuzz_target(NAME DEPENDS targets...) makes tests/fuzz/NAME_fuzz.cc a test that feeds it the corpus
# and its mutations; with -DRPCSIEVE_FUZZ=ON (clang) also a libFuzzer program, fuzz_NAME.
function(fuzz_target NAME)
  cmake_parse_arguments(ROOM "" "" "DEPENDS" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${NAME}_fuzz.cc)
    return()
  endif()
  add_executable(fuzz_${NAME}_replay ${NAME}_fuzz.cc replay.cc)
  target_link_libraries(fuzz_${NAME}_replay PRIVATE ${ROOM_DEPENDS})
  add_test(NAME tests/fuzz/${NAME} COMMAND fuzz_${NAME}_replay ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${NAME})
  if(RPCSIEVE_FUZZ)
    add_executable(fuzz_${NAME} ${NAME}_fuzz.cc)
    target_link_libraries(fuzz_${NAME} PRIVATE ${ROOM_DEPENDS})
    target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()
