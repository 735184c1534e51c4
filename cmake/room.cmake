# cairn_room(NAME SOURCES … [USES rooms…] [LIBS targets…] [SCHEMA files…] [TESTS …] [TESTING sources…]): one folder = one library cairn::NAME.
#   USES     the rooms it may include; each must have been declared before it, so a call upward fails at configure time.
#   LIBS     third-party targets, private to the room.
#   SCHEMA   schema/NNN_name.sql migrations, embedded; the generated header "<room folder>/schema.h" declares
#            `cairn::NAME::Schema()` (see ground/sql/migration.h).
#   TESTS    one program per file, linked with GoogleTest; run by ctest from the source root.
#   TESTING  fakes and fixtures under testing/, in a library of their own that only tests link: cairn::NAME_testing.
function(cairn_room name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBS;SCHEMA;TESTS;TESTING;TEST_LIBS" ${ARGN})
  set(kind PUBLIC)
  set(generated "")
  if(arg_SCHEMA)
    file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
    set(generated ${PROJECT_BINARY_DIR}/generated/${folder}/schema.cc)
    set(header ${PROJECT_BINARY_DIR}/generated/${folder}/schema.h)
    list(TRANSFORM arg_SCHEMA PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE schema_files)
    add_custom_command(
      OUTPUT ${generated} ${header}
      COMMAND ${CMAKE_COMMAND} "-DROOM=${name}" "-DFILES=${schema_files}" "-DHEADER=${header}" "-DSOURCE=${generated}"
              "-DINCLUDE=${folder}/schema.h" -P ${PROJECT_SOURCE_DIR}/cmake/embed_schema.cmake
      DEPENDS ${schema_files} ${PROJECT_SOURCE_DIR}/cmake/embed_schema.cmake VERBATIM)
  endif()
  if(arg_SOURCES OR generated)
    add_library(cairn_${name} ${CAIRN_ROOM_KIND} ${arg_SOURCES} ${generated})
    set_target_properties(cairn_${name} PROPERTIES DEFINE_SYMBOL "")
  else()
    add_library(cairn_${name} INTERFACE)
    set(kind INTERFACE)
  endif()
  add_library(cairn::${name} ALIAS cairn_${name})
  target_include_directories(cairn_${name} ${kind} ${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/generated)
  foreach(room IN LISTS arg_USES)
    if(NOT TARGET cairn::${room})
      message(FATAL_ERROR "room '${name}' uses '${room}', which is not declared before it")
    endif()
    target_link_libraries(cairn_${name} ${kind} cairn::${room})
  endforeach()
  if(arg_LIBS AND kind STREQUAL "PUBLIC")
    target_link_libraries(cairn_${name} PRIVATE ${arg_LIBS})
  endif()
  if(arg_TESTING)
    add_library(cairn_${name}_testing STATIC EXCLUDE_FROM_ALL ${arg_TESTING})
    target_link_libraries(cairn_${name}_testing PUBLIC cairn::${name} GTest::gtest ${arg_LIBS})
    add_library(cairn::${name}_testing ALIAS cairn_${name}_testing)
  endif()
  cairn_testing_of("${name};${arg_USES}" fixtures)
  foreach(test IN LISTS arg_TESTS)
    cmake_path(GET test STEM stem)
    add_executable(${stem} ${test})
    target_link_libraries(${stem} PRIVATE cairn::${name} ${fixtures} ${arg_TEST_LIBS} GTest::gtest_main GTest::gmock)
    add_test(NAME ${name}.${stem} COMMAND ${stem} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endforeach()
endfunction()

# The testing/ libraries of the rooms named, those that have one.
function(cairn_testing_of rooms result)
  set(found "")
  foreach(room IN LISTS rooms)
    if(TARGET cairn::${room}_testing)
      list(APPEND found cairn::${room}_testing)
    endif()
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()
