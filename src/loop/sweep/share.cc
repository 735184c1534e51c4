#include "loop/sweep/share.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"

namespace cairn::sweep {
namespace {

bool IsCsv(std::string_view file) { return file.ends_with(".csv") || file.ends_with(".tsv"); }
bool IsJsonLines(std::string_view file) { return file.ends_with(".jsonl") || file.ends_with(".ndjson"); }

/// Behind the end of the record that begins at `at`; in quotes, a line's end is none. npos for an open quote.
std::size_t EndOfRecord(std::string_view text, std::size_t at, bool quotes) {
  bool quoted = false;
  for (; at < text.size(); ++at) {
    if (quotes && text[at] == '"') quoted = !quoted;
    if (text[at] == '\n' && !quoted) return at + 1;
  }
  return quoted ? std::string_view::npos : at;
}

/// The beginning of the digest.
std::uint64_t PlaceOf(std::string_view row, std::int64_t draw) {
  const std::string hex = crypto::Sha256Hex(std::to_string(draw) + "\n" + std::string(row));
  return std::stoull(hex.substr(0, 16), nullptr, 16);
}

struct Row {
  std::uint64_t place = 0;
  std::string_view text;  ///< With the end of its line.
};

/// The rows in front, by place and then by order, in their order.
Rows Taken(std::string_view head, const std::vector<Row>& rows, double share) {
  const auto many = std::max(1.0, std::round(share * static_cast<double>(rows.size())));
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(many);
  if (end != order.end()) {
    std::nth_element(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
      return rows[a].place != rows[b].place ? rows[a].place < rows[b].place : a < b;
    });
  }
  std::sort(order.begin(), end);
  Rows taken{std::string(head), static_cast<std::int64_t>(many)};
  for (auto one = order.begin(); one != end; ++one) {
    taken.text += rows[*one].text;
    if (!taken.text.ends_with('\n') && one + 1 != end) taken.text += '\n';
  }
  return taken;
}

}  // namespace

Result<Share> ParseShare(std::string_view text) {
  const auto slash = text.find('/');
  const auto of_rows = ParseDouble(text.substr(0, slash));
  const auto draw =
      slash == std::string_view::npos ? Result<std::int64_t>(1) : ParseInt(text.substr(slash + 1));
  if (of_rows && draw && *of_rows > 0 && *of_rows <= 1 && *draw >= 1) return Share{*of_rows, *draw};
  return Error{Reason::InvalidArgument,
               "'" + std::string(text) + "' is no share of rows: write 0.25, or 0.25/3 for its third draw"};
}

const Setting* FindShare(const std::vector<Setting>& settings) {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [](const Setting& one) { return one.key == kShareKey; });
  return found == settings.end() ? nullptr : &*found;
}

Result<Rows> SampleRows(std::string_view text, const std::string& file, const Share& share) {
  const bool csv = IsCsv(file);
  if (!csv && !IsJsonLines(file))
    return Error{Reason::Unsupported,
                 "'" + file +
                     "': shares are taken of the rows of CSV (.csv, .tsv) and JSON lines (.jsonl, "
                     ".ndjson); let a stage write the training data as one of these"};
  std::size_t at = csv ? EndOfRecord(text, 0, true) : 0;
  const std::string_view head = text.substr(0, std::min(at, text.size()));
  std::vector<Row> rows;
  while (at < text.size()) {
    const std::size_t end = EndOfRecord(text, at, csv);
    if (end == std::string_view::npos) {
      at = end;
      break;
    }
    std::string_view row = text.substr(at, end - at);
    while (row.ends_with('\n') || row.ends_with('\r')) row.remove_suffix(1);
    if (!row.empty())
      rows.push_back({share.of_rows < 1 ? PlaceOf(row, share.draw) : 0, text.substr(at, end - at)});
    at = end;
  }
  if (at == std::string_view::npos)
    return Error{Reason::Unprocessable, "'" + file + "': a quote is opened and not closed"};
  if (rows.empty()) return Error{Reason::Unprocessable, "'" + file + "' has no rows to take a share of"};
  return Taken(head, rows, share.of_rows);
}

Result<std::vector<std::string>> StagesBehind(const pipeline::Definition& definition,
                                              const std::string& file) {
  std::vector<std::string> behind;
  std::vector<const pipeline::Stage*> found;
  for (const pipeline::Stage* stage : definition.Ordered()) {
    const auto before = definition.Before(*stage);
    const bool reads = std::find(stage->deps.begin(), stage->deps.end(), file) != stage->deps.end() ||
                       std::any_of(stage->deps.begin(), stage->deps.end(),
                                   [&](const std::string& dep) { return file.starts_with(dep + "/"); });
    const bool follows = std::any_of(before.begin(), before.end(), [&](const pipeline::Stage* one) {
      return std::find(found.begin(), found.end(), one) != found.end();
    });
    if (!reads && !follows) continue;
    found.push_back(stage);
    behind.push_back(stage->name);
  }
  if (!behind.empty()) return behind;
  return Error{Reason::NotFound, "no stage of dvc.yaml has '" + file + "' among its deps"};
}

}  // namespace cairn::sweep
