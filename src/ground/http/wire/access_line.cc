#include "ground/http/wire/access_line.h"

#include <chrono>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::http::wire {

std::string AccessLine(const Request& request, int status, std::uint64_t bytes, std::int64_t duration_us) {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const TimeMs now = std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
  std::string line = "{\"at\":\"" + FormatUtc(now) + "\",\"method\":";
  AppendJsonString(line, request.method);
  line += ",\"path\":";
  AppendJsonString(line, IsUtf8(request.path) ? request.path : PercentEncode(request.path, "/%"));
  line += ",\"status\":" + std::to_string(status) + ",\"bytes\":" + std::to_string(bytes) +
          ",\"duration_us\":" + std::to_string(duration_us) + ",\"peer\":";
  AppendJsonString(line, request.peer);
  line += '}';
  return line;
}

}  // namespace cairn::http::wire
