#include "loop/profile/file/profile_file.h"

#include "fuzz/property.h"
#include "loop/profile/report/outlining.h"
#include "loop/profile/report/report.h"
#include "loop/synthesis/synthesis.h"

using cairn::fuzz::Hold;

/// Whatever the sections of a saved profile hold: they are refused, or they make a report, rows can be
/// drawn from them, they merge with themselves and can be saved and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  (void)cairn::profile::ReadTable(bytes);
  auto table = cairn::profile::ReadSections(bytes);
  if (!table || table->columns.size() > 64) return 0;
  cairn::profile::Subject subject;
  Hold(cairn::profile::ReportOf(*table, subject, 1).IsObject(), "what was read has a report");
  const auto made =
      cairn::synthesis::Synthesis::Of(cairn::profile::OutlineOf(*table), {.seed = 1, .rows = 4});
  std::vector<cairn::tables::Value> values;
  for (std::uint64_t row = 0; made && row < 4; ++row) made->Draw(row, values);
  Hold(!made || values.size() == table->columns.size(), "a row has a value for every column");
  auto again = cairn::profile::ReadTable(cairn::profile::WriteTable(*table));
  Hold(static_cast<bool>(again),
       again ? "" : ("what was written can be read, not: " + again.error().message).c_str());
  Hold(again->rows == table->rows && again->columns.size() == table->columns.size(), "rows and columns stay");
  if (table->rows > (std::int64_t{1} << 50)) return 0;
  if (table->Merge(*again)) (void)cairn::profile::WriteTable(*table);
  return 0;
}
