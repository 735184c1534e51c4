#include "ground/tables/json_depth.h"

#include <fstream>
#include <memory>

namespace cairn::tables {
namespace {

constexpr std::streamsize kPiece = 1 << 20;

class Depth {
 public:
  /// Feeds one character; gives how deep it stands.
  int Take(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (quoted_) {
      escaped_ = c == '\\';
      quoted_ = c != '"' && c != '\n';
    } else if (c == '"') {
      quoted_ = true;
    } else if (c == '[' || c == '{') {
      ++depth_;
    } else if (c == ']' || c == '}') {
      --depth_;
    }
    if (c == '\n') {
      ++line_;
      depth_ = 0;
    }
    return depth_;
  }
  std::int64_t line() const { return line_; }

 private:
  std::int64_t line_ = 1;
  int depth_ = 0;
  bool quoted_ = false, escaped_ = false;
};

}  // namespace

std::optional<std::int64_t> LineNestedDeeperThan(const std::string& path, int most) {
  std::ifstream file(path, std::ios::binary);
  const std::unique_ptr<char[]> piece(new char[kPiece]);
  Depth depth;
  while (file) {
    file.read(piece.get(), kPiece);
    for (std::streamsize i = 0; i < file.gcount(); ++i) {
      if (depth.Take(piece[static_cast<std::size_t>(i)]) > most) return depth.line();
    }
  }
  return std::nullopt;
}

}  // namespace cairn::tables
