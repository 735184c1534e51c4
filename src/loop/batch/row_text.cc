#include "loop/batch/row_text.h"

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::batch {

std::string KeyText(std::span<const std::string> values) {
  std::string key;
  for (std::size_t i = 0; i < values.size(); ++i) key += (i > 0 ? "/" : "") + PercentEncode(values[i]);
  return key;
}

std::string ShownKey(std::string_view key) {
  std::string shown;
  for (const auto part : Split(key, '/')) {
    const auto value = PercentDecode(part, UrlPart::Path);
    shown += (shown.empty() ? "" : ", ") + (value ? *value : std::string(part));
  }
  return shown;
}

void AppendRow(std::string& out, const tables::Chunk& chunk, std::size_t row, std::size_t first) {
  out += '{';
  for (std::size_t i = first; i < chunk.fields().size(); ++i) {
    if (i > first) out += ',';
    AppendJsonString(out, chunk.fields()[i].name);
    out += ':';
    if (chunk.IsNull(i, row)) {
      out += "null";
      continue;
    }
    switch (chunk.fields()[i].type) {
      case tables::Type::Bool:
        out += chunk.Bools(i)[row] != 0 ? "true" : "false";
        break;
      case tables::Type::Int:
        out += std::to_string(chunk.Ints(i)[row]);
        break;
      case tables::Type::Double:
        AppendJsonDouble(out, chunk.Doubles(i)[row]);
        break;
      case tables::Type::Text:
        AppendJsonString(out, chunk.Text(i, row));
        break;
      case tables::Type::Time:
        AppendJsonString(out, FormatUtc(chunk.Times(i)[row]));
        break;
    }
  }
  out += '}';
}

}  // namespace cairn::batch
