#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ground/archive/codec.h"

namespace cairn::archive {

/// Whether the first header of a tar (POSIX, GNU or old) is there and its sum right.
bool IsTar(std::string_view bytes);

/// Calls `take(name, content)` for each regular file of a plain tar, in order, until it says false. All
/// contents together are at most `most_bytes`. Gives how it ended; what came before a fault was taken.
Result<Unpacked::End> EachTarFile(std::string_view bytes, std::uint64_t most_bytes,
                                  const std::function<bool(std::string name, std::string content)>& take);

}  // namespace cairn::archive
