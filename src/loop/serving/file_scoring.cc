#include "loop/serving/file_scoring.h"

#include <algorithm>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/engine.h"
#include "ground/vocabulary/text.h"
#include "loop/serving/scoring/block.h"
#include "loop/serving/scoring/conveyor.h"

namespace cairn::serving {
namespace {

using tables::Column;

constexpr std::size_t kRowsOfBlock = 8192;
constexpr std::size_t kRowsOfPart = 1'000'000;  ///< The rows that a part of the output is made of at most.

using Line = Conveyor<Block, std::vector<Column>>;

/// The output as it grows: parts on disk, each complete, put together at the end.
class Parts {
 public:
  Parts(tables::Engine& engine, const os::TempFolder& folder) : engine_(engine), folder_(folder) {}

  Result<> Add(const std::vector<Column>& columns) {
    if (table_.columns().empty()) {
      for (const auto& column : columns) table_.columns().emplace_back(column.name(), column.type());
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (std::size_t row = 0; row < columns[i].rows(); ++row) table_.columns()[i].PushFrom(columns[i], row);
    }
    return table_.rows() >= kRowsOfPart ? Write() : Result<>();
  }
  /// InvalidArgument when nothing was added.
  Result<std::int64_t> Finish(const FileScoring& wanted) {
    if (table_.rows() > 0) CAIRN_TRY(Write());
    if (paths_.empty()) return Error{Reason::Unprocessable, "'" + wanted.input + "' has no rows to score."};
    const auto source = CAIRN_TRY(tables::Source::Open(paths_));
    return engine_.Write("SELECT * FROM " + source.Relation(), wanted.output, wanted.format);
  }

 private:
  Result<> Write() {
    CAIRN_TRY(engine_.Put("scored", table_));
    paths_.push_back(folder_ / ("part-" + std::to_string(paths_.size()) + ".parquet"));
    CAIRN_TRY(engine_.Write("SELECT * FROM scored", paths_.back(), tables::Format::Parquet));
    for (auto& column : table_.columns()) column = Column(column.name(), column.type());
    return Done{};
  }

  tables::Engine& engine_;
  const os::TempFolder& folder_;
  tables::Table table_;
  std::vector<std::string> paths_;
};

/// Reads the input block by block.
class Reading {
 public:
  Reading(std::vector<tables::Field> fields, std::size_t inputs, std::string select)
      : fields_(std::move(fields)), inputs_(inputs), select_(std::move(select)) {}

  /// Unprocessable for a column that is not there.
  static Result<Reading> Of(tables::Engine& engine, const FileScoring& wanted,
                            const std::vector<std::string>& inputs) {
    const auto source = CAIRN_TRY(tables::Source::Open(wanted.input));
    const auto known = CAIRN_TRY(engine.Sniff(source));
    std::vector<std::string> names = inputs;
    names.insert(names.end(), wanted.keep.begin(), wanted.keep.end());
    std::vector<tables::Field> fields;
    std::string list;
    for (const auto& name : names) {
      const auto found =
          std::find_if(known.begin(), known.end(), [&](const auto& field) { return field.name == name; });
      if (found == known.end()) return Missing(wanted.input, name, known);
      fields.push_back(*found);
      list += (list.empty() ? "" : ", ") + tables::Identifier(name) + " AS c" + std::to_string(fields.size());
    }
    return Reading(std::move(fields), inputs.size(), "SELECT " + list + " FROM " + source.Relation());
  }

  Result<> Into(Line& line, tables::Engine& engine, const tables::Limits& limits) const {
    Block block(fields_, inputs_);
    const auto put = [&]() -> Result<> {
      if (line.Put(std::exchange(block, Block(fields_, inputs_)))) return Done{};
      return Error{Reason::Conflict, "The scoring was stopped."};
    };
    CAIRN_TRY(engine.Scan(
        select_,
        [&](const tables::Chunk& chunk) {
          block.Add(chunk);
          return block.rows() >= kRowsOfBlock ? put() : Result<>();
        },
        {}, limits));
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

Result<std::vector<Column>> Scored(const runtime::Model& model, const runtime::Binder& binder, Block block) {
  const auto features = CAIRN_TRY(block.TakeFeatures());
  const auto outputs = CAIRN_TRY(model.Run(CAIRN_TRY(binder.Bind(features, runtime::Extra::Refuse))));
  auto columns = block.TakeKept();
  for (const auto& tensor : outputs.tensors) {
    if (static_cast<std::size_t>(tensor.rows()) != features.rows())
      return Error{Reason::Internal, "The output '" + tensor.name + "' has " + std::to_string(tensor.rows()) +
                                         " rows for " + std::to_string(features.rows()) + "."};
    for (auto& column : CAIRN_TRY(ColumnsOf(tensor))) {
      const bool taken = std::any_of(columns.begin(), columns.end(),
                                     [&](const Column& one) { return one.name() == column.name(); });
      if (taken)
        return Error{Reason::InvalidArgument,
                     "'" + column.name() + "' cannot be kept: the model gives a column of that name."};
      columns.push_back(std::move(column));
    }
  }
  return columns;
}

/// Ends the line before its threads are waited for.
struct Ending {
  Line& line;
  ~Ending() { line.Stop(); }
};

}  // namespace

Result<std::int64_t> ScoreFile(const runtime::LoadedFolder& model, const FileScoring& wanted,
                               std::stop_token stop) {
  const auto scratch = CAIRN_TRY(os::TempFolder::Create(wanted.scratch));
  tables::Engine::Options options;
  options.threads = 0;
  options.spill = scratch.path();
  const auto engine = CAIRN_TRY(tables::Engine::Open(options));
  std::vector<std::string> names;
  for (const auto& column : model.about.columns) names.push_back(column.name);
  const auto binder = CAIRN_TRY(runtime::Binder::For(model.model->signature(), names));
  const auto reading = CAIRN_TRY(Reading::Of(*engine, wanted, binder.names()));

  const unsigned threads = os::Processors();
  Line line(threads + 4);
  Parts parts(*engine, scratch);
  const std::stop_callback with_the_caller(stop, [&] { line.Stop(); });
  {
    std::vector<std::jthread> hands;
    const Ending ending{line};
    hands.emplace_back([&] { line.Finish(reading.Into(line, *engine, {.stop = stop})); });
    for (unsigned i = 0; i < threads; ++i) {
      hands.emplace_back([&] {
        while (auto piece = line.Next())
          line.Give(piece->first, Scored(*model.model, binder, std::move(piece->second)));
      });
    }
    while (auto columns = CAIRN_TRY(line.Take())) CAIRN_TRY(parts.Add(*columns));
  }
  return parts.Finish(wanted);
}

}  // namespace cairn::serving
