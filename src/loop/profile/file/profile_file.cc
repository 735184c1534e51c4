#include "loop/profile/file/profile_file.h"

#include <algorithm>

#include "loop/profile/file/forms.h"
#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

constexpr std::string_view kMagic = "CAIRNPRF";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kHead = 12, kFoot = 8;

Error Broken(const std::string& why) { return {Reason::Corrupt, "the saved profile is damaged: " + why}; }

void AddSection(std::string& bytes, std::string_view tag, const ByteWriter& part) {
  ByteWriter head;
  head.Fixed(static_cast<std::uint64_t>(part.bytes().size()));
  bytes += tag;
  bytes += head.bytes();
  bytes += part.bytes();
}

Result<> ReadSection(std::string_view tag, std::string_view part, Table& table, std::size_t bytes_of_column) {
  ByteReader in(part);
  if (tag == "COLM") {
    table.columns.push_back(CAIRN_TRY(ColumnForm::Read(in, bytes_of_column)));
    if (table.columns.back().rows() != table.rows) return Broken("a column has other rows than the table");
  } else if (tag == "TALY") {
    RowTallyForm::Read(in, table.tally);
  } else if (tag == "SMPL") {
    RowSampleForm::Read(in, table);
  } else if (tag == "PATT") {
    MissingPatternsForm::Read(in, table.columns.size(), table.patterns);
  } else if (tag == "COMO" && table.correlated.empty()) {
    CoMomentsForm::Read(in, table);
  } else if (tag == "SHFT") {
    ShiftsForm::Read(in, table.shifts);
  }  // Anything else is from a later version, which says in the head that it can be done without.
  if (!in.sound()) return Broken("its part '" + std::string(tag) + "' makes no sense");
  return Done{};
}

/// What the other sections need to know first.
Result<std::size_t> ReadHead(std::string_view part, Table& table) {
  ByteReader in(part);
  table.rows = in.Count();
  const std::int64_t columns = in.Count(), target = in.Count();
  constexpr std::int64_t kMostColumns = 1'000'000;
  if (!in.sound() || columns > kMostColumns || target > columns) return Broken("its head makes no sense");
  if (target > 0) {
    table.target = static_cast<std::size_t>(target - 1);
    table.shifts.resize(static_cast<std::size_t>(columns));
  }
  const Options options;
  table.tally = RowTally(options.memory_bytes / 8);
  return static_cast<std::size_t>(columns);
}

}  // namespace

std::string WriteTable(Table& table) {
  std::string bytes(kMagic);
  ByteWriter head, sum;
  head.Fixed(kVersion);
  head.Fixed(kVersion);  // The oldest version that can read this.
  bytes += head.bytes();
  ByteWriter facts;
  facts.Count(static_cast<std::uint64_t>(table.rows));
  facts.Count(table.columns.size());
  facts.Count(table.target ? *table.target + 1 : 0);
  AddSection(bytes, "HEAD", facts);
  for (Column& column : table.columns) {
    ByteWriter part;
    ColumnForm::Write(column, part);
    AddSection(bytes, "COLM", part);
  }
  const auto add = [&](std::string_view tag, const auto& write) {
    ByteWriter part;
    write(part);
    AddSection(bytes, tag, part);
  };
  add("TALY", [&](ByteWriter& part) { RowTallyForm::Write(table.tally, part); });
  add("SMPL", [&](ByteWriter& part) { RowSampleForm::Write(table, part); });
  add("PATT", [&](ByteWriter& part) { MissingPatternsForm::Write(table.patterns, part); });
  add("COMO", [&](ByteWriter& part) { CoMomentsForm::Write(table, part); });
  add("SHFT", [&](ByteWriter& part) { ShiftsForm::Write(table.shifts, part); });
  sum.Fixed(HashOf(std::string_view(bytes)));
  return bytes + sum.bytes();
}

Result<std::string_view> SectionsIn(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return Error{Reason::Corrupt, "this is no saved profile"};
  if (bytes.size() < kHead + kFoot) return Broken("it is cut off");
  ByteReader head(bytes.substr(kMagic.size()));
  const auto written = head.Fixed<std::uint16_t>(), oldest = head.Fixed<std::uint16_t>();
  const std::string_view body = bytes.substr(0, bytes.size() - kFoot);
  ByteReader foot(bytes.substr(body.size()));
  if (foot.Fixed<std::uint64_t>() != HashOf(body)) return Broken("its check sum is another");
  if (oldest > kVersion)
    return Error{Reason::Unsupported, "this saved profile is of form " + std::to_string(written) +
                                          ", which a later version of Cairn writes and this one cannot read"};
  return body.substr(kHead);
}

Result<Table> ReadSections(std::string_view sections) {
  Table table;
  std::size_t columns = 0;
  bool begun = false;
  while (!sections.empty()) {
    constexpr std::size_t kTag = 4;
    if (sections.size() < kTag + 8) return Broken("it is cut off");
    ByteReader in(sections.substr(kTag));
    const auto size = in.Fixed<std::uint64_t>();
    const std::string_view tag = sections.substr(0, kTag);
    sections.remove_prefix(kTag + 8);
    if (size > sections.size()) return Broken("a part of it is cut off");
    const std::string_view part = sections.substr(0, size);
    sections.remove_prefix(size);
    if (tag == "HEAD" && !begun) {
      columns = CAIRN_TRY(ReadHead(part, table));
      begun = true;
      continue;
    }
    if (!begun) return Broken("its head is missing");
    if (tag != "COLM" && table.columns.size() != columns) return Broken("a column is missing");
    const Options options;
    CAIRN_TRY(
        ReadSection(tag, part, table, options.memory_bytes / 4 * 3 / std::max<std::size_t>(columns, 1)));
  }
  if (!begun || table.columns.size() != columns || table.sample.columns() != columns)
    return Broken("a part of it is missing");
  return table;
}

Result<Table> ReadTable(std::string_view bytes) { return ReadSections(CAIRN_TRY(SectionsIn(bytes))); }

}  // namespace cairn::profile
