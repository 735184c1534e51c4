#include "loop/pipeline/cluster/news.h"

namespace cairn::pipeline {

namespace {
constexpr std::string_view kMark = "@cairn ";
}

std::vector<Json> News::In(std::string_view words) {
  std::vector<Json> news;
  while (seen_ < words.size()) {
    const std::size_t end = words.find('\n', seen_);
    if (end == std::string_view::npos) break;
    const std::string_view line = words.substr(seen_, end - seen_);
    seen_ = end + 1;
    // Before it an engine may name the machine.
    const std::size_t mark = line.find(kMark);
    if (mark == std::string_view::npos) continue;
    auto piece = Json::Parse(line.substr(mark + kMark.size()));
    if (piece && !piece->Text("stage").empty()) news.push_back(*std::move(piece));
  }
  return news;
}

}  // namespace cairn::pipeline
