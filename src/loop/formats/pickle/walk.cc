#include "loop/formats/pickle/walk.h"

#include <algorithm>

#include "loop/formats/pickle/machine.h"

namespace cairn::formats::pickle {
namespace {

constexpr std::string_view kTorchMagic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12);
/// Magic, protocol, the writer's machine, the object, the keys of its storages; raw storages follow.
constexpr std::uint64_t kTorchPickles = 5;

/// As Python spells a module or an attribute.
bool IsName(std::string_view text) {
  if (text.empty() || text.size() > 256) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
    if (!letter && !(c >= '0' && c <= '9') && c != '.') return false;
  }
  return true;
}

}  // namespace

Walk Follow(std::string_view bytes, Reader reader) {
  Walk walk;
  Imports imports(walk.imports);
  Cursor cursor(bytes);
  while (!cursor.AtEnd()) {
    if (reader == Reader::Torch && walk.pickles == kTorchPickles) break;
    const std::size_t imported = walk.imports.size(), worried = walk.concerns.size();
    const auto opcodes = walk.opcodes;
    Machine machine(cursor, reader, walk, imports);
    if (!machine.Run()) {
      // What follows a whole pickle and is none itself is not a fault of the pickle.
      if (walk.pickles == 0 || walk.imports.size() > imported || walk.concerns.size() > worried) {
        walk.read = cursor.at();
      } else {
        walk.fault.clear();
        walk.opcodes = opcodes;
      }
      return walk;
    }
    if (walk.pickles++ == 0) walk.made = machine.Made();
    walk.read = cursor.at();
  }
  return walk;
}

bool BeginsAsTorch(std::string_view bytes) {
  return bytes.starts_with('\x80') &&
         bytes.substr(std::min<std::size_t>(2, bytes.size())).starts_with(kTorchMagic);
}

bool IsPickle(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  if (bytes[0] == '\x80') return bytes[1] >= 0 && bytes[1] <= 5;
  const auto walk = Follow(bytes, Reader::Plain);
  if (walk.pickles > 0) return walk.read == bytes.size() || walk.opcodes > 4 || !walk.imports.empty();
  for (const Import& import : walk.imports) {
    // More than the import was understood: the next opcode at least.
    if (IsName(import.module) && IsName(import.name) &&
        walk.read > import.offset + import.module.size() + import.name.size() + 4)
      return true;
  }
  return false;
}

}  // namespace cairn::formats::pickle
