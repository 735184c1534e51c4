#include "loop/serving/row_scoring.h"

#include <algorithm>
#include <thread>

#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"
#include "loop/serving/scoring/block.h"
#include "loop/serving/scoring/conveyor.h"

namespace cairn::serving {
namespace {

using tables::Column;

using Line = Conveyor<Block, std::vector<Column>>;

/// Reads the source block by block.
class Reading {
 public:
  Reading(std::vector<tables::Field> fields, std::size_t inputs, std::string select)
      : fields_(std::move(fields)), inputs_(inputs), select_(std::move(select)) {}

  /// Unprocessable for a column that is not there.
  static Result<Reading> Of(tables::Engine& engine, const RowScoring& wanted,
                            const std::vector<std::string>& inputs) {
    const auto known = CAIRN_TRY(engine.Sniff(wanted.source));
    std::vector<std::string> names = inputs;
    names.insert(names.end(), wanted.keep.begin(), wanted.keep.end());
    std::vector<tables::Field> fields;
    std::string list;
    for (const auto& name : names) {
      const auto found =
          std::find_if(known.begin(), known.end(), [&](const auto& field) { return field.name == name; });
      if (found == known.end()) return Missing(wanted.named, name, known);
      fields.push_back(*found);
      list += (list.empty() ? "" : ", ") + tables::Identifier(name) + " AS c" + std::to_string(fields.size());
    }
    std::string select = "SELECT " + list + " FROM " + wanted.source.Relation();
    if (wanted.first_row > 0) select += " OFFSET " + std::to_string(wanted.first_row);
    return Reading(std::move(fields), inputs.size(), std::move(select));
  }

  Result<> Into(Line& line, tables::Engine& engine, const tables::Limits& limits) const {
    Block block(fields_, inputs_);
    const auto put = [&]() -> Result<> {
      if (line.Put(std::exchange(block, Block(fields_, inputs_)))) return Done{};
      return Error{Reason::Conflict, "The scoring was stopped."};
    };
    const auto take = [&](const tables::Chunk& chunk) -> Result<> {
      for (std::size_t first = 0; first < chunk.rows();) {
        const std::size_t room = static_cast<std::size_t>(kRowsOfBlock) - block.rows();
        const Block::Span span{first, std::min(room, chunk.rows() - first)};
        block.Add(chunk, span);
        first += span.rows;
        if (span.rows == room) CAIRN_TRY(put());
      }
      return {};
    };
    CAIRN_TRY(engine.Scan(select_, take, {}, limits));
    return block.rows() > 0 ? put() : Result<>();
  }

 private:
  static Error Missing(const std::string& input, const std::string& name,
                       const std::vector<tables::Field>& known) {
    std::vector<std::string_view> names;
    for (const auto& field : known) names.push_back(field.name);
    return {Reason::Unprocessable, "'" + input + "' has no column '" + name + "'." + Suggestion(name, names)};
  }

  std::vector<tables::Field> fields_;
  std::size_t inputs_;
  std::string select_;
};

/// An error about a row of a block ("… in row 3 …") is one about a row of the source.
Error AboutTheSource(Error error, std::int64_t first_row) {
  constexpr std::string_view kIn = " in row ";
  const auto at = error.message.rfind(kIn);
  if (at == std::string::npos) return error;
  const auto number = at + kIn.size();
  const auto end = std::min(error.message.find_first_not_of("0123456789", number), error.message.size());
  const auto row = ParseInt(error.message.substr(number, end - number));
  if (row) error.message.replace(number, end - number, std::to_string(first_row + *row));
  return error;
}

/// Adds what the model answered to the columns kept.
Result<> AddAnswers(const runtime::Batch& outputs, std::size_t rows, std::vector<Column>& columns) {
  for (const auto& tensor : outputs.tensors) {
    if (static_cast<std::size_t>(tensor.rows()) != rows)
      return Error{Reason::Internal, "The output '" + tensor.name + "' has " + std::to_string(tensor.rows()) +
                                         " rows for " + std::to_string(rows) + "."};
    for (auto& column : CAIRN_TRY(ColumnsOf(tensor))) {
      const bool taken = std::any_of(columns.begin(), columns.end(),
                                     [&](const Column& one) { return one.name() == column.name(); });
      if (taken)
        return Error{Reason::InvalidArgument,
                     "'" + column.name() + "' cannot be kept: the model gives a column of that name."};
      columns.push_back(std::move(column));
    }
  }
  return {};
}

Result<std::vector<Column>> Scored(const runtime::Model& model, const runtime::Binder& binder,
                                   const RowScoring& wanted, std::int64_t first_row, Block block) {
  const auto features = CAIRN_TRY(block.TakeFeatures());
  const auto batch = binder.Bind(features, runtime::Extra::Refuse);
  if (!batch) return AboutTheSource(batch.error(), first_row);
  auto columns = block.TakeKept();
  CAIRN_TRY(AddAnswers(CAIRN_TRY(model.Run(*batch)), features.rows(), columns));
  if (wanted.also) CAIRN_TRY(wanted.also(first_row, features, columns));
  return columns;
}

/// Ends the line before its threads are waited for.
struct Ending {
  Line& line;
  ~Ending() { line.Stop(); }
};

void Append(tables::Table& part, const std::vector<Column>& columns) {
  if (part.columns().empty()) {
    for (const auto& column : columns) part.columns().emplace_back(column.name(), column.type());
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t row = 0; row < columns[i].rows(); ++row) part.columns()[i].PushFrom(columns[i], row);
  }
}

}  // namespace

Result<> ScoreRows(const runtime::LoadedFolder& model, tables::Engine& engine, const RowScoring& wanted,
                   const std::function<Result<>(tables::Table part)>& take, std::stop_token stop) {
  std::vector<std::string> names;
  for (const auto& column : model.about.columns) names.push_back(column.name);
  const auto binder = CAIRN_TRY(runtime::Binder::For(model.model->signature(), names));
  const auto reading = CAIRN_TRY(Reading::Of(engine, wanted, binder.names()));

  const unsigned threads = os::Processors();
  Line line(threads + 4);
  const std::stop_callback with_the_caller(stop, [&] { line.Stop(); });
  std::vector<std::jthread> hands;
  const Ending ending{line};
  hands.emplace_back([&] { line.Finish(reading.Into(line, engine, {.stop = stop})); });
  for (unsigned i = 0; i < threads; ++i) {
    hands.emplace_back([&] {
      while (auto piece = line.Next()) {
        const auto first = wanted.first_row + static_cast<std::int64_t>(piece->first) * kRowsOfBlock;
        line.Give(piece->first, Scored(*model.model, binder, wanted, first, std::move(piece->second)));
      }
    });
  }
  tables::Table part;
  while (auto columns = CAIRN_TRY(line.Take())) {
    Append(part, *columns);
    if (part.rows() == static_cast<std::size_t>(kRowsOfPart)) CAIRN_TRY(take(std::exchange(part, {})));
  }
  return part.rows() > 0 ? take(std::move(part)) : Result<>();
}

Result<> WritePart(tables::Engine& engine, const tables::Table& part, const std::string& path) {
  CAIRN_TRY(engine.Put("scored", part));
  // What is read once and goes soon need not be small.
  CAIRN_TRY(
      engine.Query("COPY scored TO " + tables::Literal(path) + " (FORMAT parquet, COMPRESSION lz4_raw)", {}));
  return {};
}

}  // namespace cairn::serving
