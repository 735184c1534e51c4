#pragma once

#include <string>
#include <vector>

namespace cairn::sql {

/// One forward-only step of a room's tables: one or more statements separated by semicolons, the same text
/// for both engines. Types are written in capitals: BIGINT, DOUBLE PRECISION, TEXT. No trigger bodies.
struct Migration {
  int number = 0;
  std::string name;
  std::string text;
};

/// All steps of one room, in order of number. Written by the build from the room's schema/ folder.
struct RoomSchema {
  std::string room;
  std::vector<Migration> steps;
};

}  // namespace cairn::sql
