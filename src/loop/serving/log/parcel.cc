#include "loop/serving/log/parcel.h"

#include <map>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/tables/row_file.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/serving/log/frame.h"
#include "loop/serving/log/record.h"
#include "loop/serving/log/segment_folder.h"

namespace cairn::serving {
namespace {

using tables::Type;
using tables::Value;

std::vector<tables::RowFile::Head> Heads() {
  return {
      {"id", Type::Text},        {"request", Type::Text}, {"time", Type::Time},     {"model", Type::Text},
      {"version", Type::Int},    {"arm", Type::Text},     {"inputs", Type::Text},   {"output", Type::Double},
      {"latency_us", Type::Int}, {"caller", Type::Text},  {"trace_id", Type::Text}, {"failure", Type::Text},
      {"share", Type::Double},   {"segment", Type::Int},  {"record", Type::Int},    {"row", Type::Int}};
}

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

std::string RowOf(const Columns& inputs, std::size_t row) {
  std::string json;
  Json made;
  char before = '{';
  for (const auto& [name, values] : inputs) {
    if (row >= values.size()) continue;
    json += before;
    before = ',';
    AppendJsonString(json, name);
    json += ':';
    values.At(row, made).DumpTo(json);
  }
  return json.empty() ? "{}" : json + "}";
}

Result<> AppendRows(tables::RowFile& file, std::int64_t segment, const Record& record) {
  const Prediction& said = record.prediction;
  std::vector<Value> row = {Value(),
                            Value(said.id),
                            Value(FormatUtc(said.at)),
                            Value(said.model),
                            Value(said.version),
                            Value(std::string(NameOf(said.arm))),
                            Value(),
                            Value(),
                            Value(said.micros),
                            TextOrNull(said.caller),
                            TextOrNull(said.trace_id),
                            TextOrNull(said.failure),
                            said.share ? Value(*said.share) : Value(),
                            Value(segment),
                            Value(record.sequence),
                            Value()};
  constexpr std::size_t kId = 0, kInputs = 6, kOutput = 7, kRow = 15;
  for (std::size_t i = 0; i < said.scores.size(); ++i) {
    row[kId] = said.id + "." + std::to_string(i);
    row[kInputs] = RowOf(said.inputs, i);
    row[kOutput] = said.scores[i];
    row[kRow] = static_cast<std::int64_t>(i);
    CAIRN_TRY(file.Append(row));
  }
  return Done{};
}

std::string FileName(std::int64_t number, std::string_view digest) {
  const std::string segment = SegmentName(number);
  return segment.substr(0, segment.find('.')) + "-" + std::string(digest.substr(0, 16)) + ".parquet";
}

}  // namespace

Result<Parcels> Pack(std::int64_t number, std::string_view bytes, tables::Engine& engine,
                     const std::string& folder) {
  CAIRN_TRY(os::MakeFolders(folder));
  const std::string name = FileName(number, crypto::Sha256Hex(bytes));
  std::map<std::string, tables::RowFile> open;  ///< By what a key begins with.
  Parcels parcels;
  for (std::size_t offset = 0; offset < bytes.size();) {
    const auto payload = PayloadAt(bytes, offset);
    if (!payload)
      return Error{Reason::Corrupt, "Prediction segment " + std::to_string(number) + " is damaged at byte " +
                                        std::to_string(offset) + "; restore the file from a copy."};
    const Record record = CAIRN_TRY(ReadRecord(*payload));
    const std::string place =
        "date=" + FormatDate(record.prediction.at) + "/model=" + PercentEncode(record.prediction.model) + "/";
    auto found = open.find(place);
    if (found == open.end()) {
      auto file = CAIRN_TRY(
          tables::RowFile::Create(os::JoinPath(folder, "rows-" + std::to_string(open.size())), Heads()));
      found = open.emplace(place, std::move(file)).first;
    }
    CAIRN_TRY(AppendRows(found->second, number, record));
    ++parcels.records;
    offset += kFrameHead + payload->size();
  }
  for (auto& [place, file] : open) {
    const std::string path = os::JoinPath(folder, std::to_string(parcels.files.size()) + ".parquet");
    CAIRN_TRY(file.Finish(engine, path, tables::Format::Parquet));
    parcels.files.push_back({place + name, path});
  }
  return parcels;
}

}  // namespace cairn::serving
