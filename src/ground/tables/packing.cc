#include "ground/tables/packing.h"

#include <algorithm>
#include <cstdint>

#include "ground/archive/codec.h"
#include "ground/tables/file_head.h"
#include "ground/vocabulary/text.h"

namespace cairn::tables {

Result<> CheckPacking(const std::string& path) {
  const std::string head = HeadOf(path);
  if (!IsCompressed(head)) return Done{};
  const auto codec = *archive::CodecOf(head);
  std::int64_t lines = 0, bytes = 0;
  const auto end = CAIRN_TRY(archive::UnpackFile(path, codec, [&](std::string_view piece) {
    lines += std::count(piece.begin(), piece.end(), '\n');
    bytes += static_cast<std::int64_t>(piece.size());
    return true;
  }));
  if (end == archive::Unpacked::End::Whole) return Done{};
  return Error{Reason::Corrupt, "'" + path + "' is cut short or damaged: its " + archive::NameOf(codec) +
                                    " data break off in line " + WithThousands(lines + 1) + " (byte " +
                                    WithThousands(bytes) +
                                    ") of what it holds, so that rows may be missing; fetch or write it "
                                    "again."};
}

}  // namespace cairn::tables
