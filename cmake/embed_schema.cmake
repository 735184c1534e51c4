# Writes HEADER and SOURCE that carry the text of FILES (schema/NNN_name.sql) for room ROOM.
get_filename_component(folder ${HEADER} DIRECTORY)
file(MAKE_DIRECTORY ${folder})
file(WRITE ${HEADER} "#pragma once
#include \"ground/sql/migration.h\"

namespace cairn::${ROOM} {
/// The room's tables, as numbered migrations.
const sql::RoomSchema& Schema();
}  // namespace cairn::${ROOM}
")
set(steps "")
foreach(file IN LISTS FILES)
  get_filename_component(stem ${file} NAME_WE)
  string(REGEX MATCH "^[0-9]+" number ${stem})
  math(EXPR number "${number}")
  file(READ ${file} text)
  string(APPEND steps "      {${number}, \"${stem}\", R\"SQLTEXT(${text})SQLTEXT\"},\n")
endforeach()
file(WRITE ${SOURCE} "#include \"${INCLUDE}\"

namespace cairn::${ROOM} {
const sql::RoomSchema& Schema() {
  static const sql::RoomSchema schema{\"${ROOM}\", {
${steps}  }};
  return schema;
}
}  // namespace cairn::${ROOM}
")
