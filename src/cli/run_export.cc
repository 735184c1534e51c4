#include <cmath>
#include <cstdio>
#include <functional>
#include <set>

#include "cli/run_view.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/engine.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

using tables::Column;
using tables::Format;
using tables::Type;

enum class Kind { Csv, Parquet, JsonLines, JsonArray };

Result<Kind> KindOf(const std::string& file) {
  if (file.empty() || file.ends_with(".csv")) return Kind::Csv;
  if (file.ends_with(".parquet")) return Kind::Parquet;
  if (file.ends_with(".jsonl")) return Kind::JsonLines;
  if (file.ends_with(".json")) return Kind::JsonArray;
  return Error{Reason::InvalidArgument,
               "the ending of '" + file + "' does not say which form: write .csv, .parquet, .json or .jsonl"};
}

void Push(Column& column, const Json& value) {
  if (column.type() == Type::Double && value.IsNumber()) return column.Push(value.AsDouble());
  // The names that JSON gives to what it has no numbers for.
  if (column.type() == Type::Double && value.IsString()) {
    const auto number = ParseDouble(value.AsString());
    return column.Push(number ? *number : std::nan(""));
  }
  if (column.type() == Type::Text && value.IsString()) return column.Push(value.AsString());
  if (column.type() == Type::Time && value.IsInt() && value.AsInt() != 0) return column.Push(value.AsInt());
  if (column.type() == Type::Int && value.IsInt()) return column.Push(value.AsInt());
  column.PushNull();
}

/// A table being filled. Names of columns differ in more than case there: a second one gets a number.
class Sheet {
 public:
  using Reader = std::function<const Json&(const Json&)>;

  void AddColumn(const std::string& name, Type type, Reader read) {
    std::string own = name;
    for (int number = 2; !taken_.insert(LowerAscii(own)).second; ++number)
      own = name + "_" + std::to_string(number);
    table_.columns().emplace_back(own, type);
    readers_.push_back(std::move(read));
  }
  void AddMember(const std::string& name, const std::string& member, Type type) {
    AddColumn(name, type, [member](const Json& row) -> const Json& { return row.At(member); });
  }
  void AddRow(const Json& row) {
    for (std::size_t c = 0; c < readers_.size(); ++c) Push(table_.columns()[c], readers_[c](row));
  }
  const tables::Table& table() const { return table_; }

 private:
  tables::Table table_;
  std::vector<Reader> readers_;
  std::set<std::string> taken_;
};

void AddRunColumns(Sheet& sheet) {
  for (const char* name : {"run_id", "name", "experiment", "status", "user"})
    sheet.AddMember(name, name, Type::Text);
  sheet.AddMember("started", "start_ms", Type::Time);
  sheet.AddMember("ended", "end_ms", Type::Time);
}

Sheet SheetOfRuns(const std::vector<Json>& runs) {
  Sheet sheet;
  AddRunColumns(sheet);
  for (const char* group : {"params", "metrics", "tags"}) {
    const auto type = std::string_view(group) == "metrics" ? Type::Double : Type::Text;
    for (const auto& key : KeysOf(runs, group)) {
      sheet.AddColumn(std::string(group) + "." + key, type,
                      [group, key](const Json& run) -> const Json& { return run.At(group).At(key); });
    }
  }
  for (const Json& run : runs) sheet.AddRow(run);
  return sheet;
}

Result<Sheet> SheetOfPoints(Session& session, const std::vector<Json>& runs) {
  Sheet sheet;
  for (const char* name : {"run_id", "name", "metric"}) sheet.AddMember(name, name, Type::Text);
  sheet.AddMember("step", "step", Type::Int);
  sheet.AddMember("at", "at_ms", Type::Time);
  sheet.AddMember("value", "value", Type::Double);
  for (const Json& run : runs) {
    for (const auto& [key, last] : run.At("metrics").members()) {
      std::string token;
      do {
        const Json page = CAIRN_TRY(session.Get(RunPath(
            run.Text("run_id"), "/history?key=" + PercentEncode(key) + "&token=" + PercentEncode(token))));
        for (Json point : page.At("points").items()) {
          point.Set("run_id", run.Text("run_id")).Set("name", run.Text("name")).Set("metric", key);
          sheet.AddRow(point);
        }
        token = page.Text("next");
      } while (!token.empty());
    }
  }
  return sheet;
}

/// The lines of JSON as one array.
std::string AsArray(const std::string& lines) {
  std::string text = "[";
  bool first = true;
  for (const auto line : Split(lines, '\n')) {
    if (line.empty()) continue;
    text += first ? "\n" : ",\n";
    text += line;
    first = false;
  }
  return text + "\n]\n";
}

/// What is written as JSON: it has no numbers for what is not finite, so those stand there by their names.
std::string SelectForJson(const tables::Table& table) {
  std::string select;
  for (const Column& column : table.columns()) {
    const std::string name = tables::Identifier(column.name());
    select += select.empty() ? "SELECT " : ", ";
    if (column.type() != Type::Double) {
      select += name;
      continue;
    }
    select += "CASE WHEN " + name + " IS NULL THEN NULL WHEN isfinite(" + name + ") THEN to_json(" + name +
              ") WHEN isnan(" + name + ") THEN to_json('NaN') WHEN " + name +
              " > 0 THEN to_json('Infinity') ELSE to_json('-Infinity') END AS " + name;
  }
  return select + " FROM runs";
}

Result<> Write(const tables::Table& table, Kind kind, const std::string& to) {
  const auto engine = CAIRN_TRY(tables::Engine::Open());
  CAIRN_TRY(engine->Put("runs", table));
  const std::string select = "SELECT * FROM runs";
  if (kind == Kind::Parquet) {
    CAIRN_TRY(engine->Write(select, to, Format::Parquet));
    return Done{};
  }
  const auto folder = CAIRN_TRY(os::TempFolder::Create());
  const std::string file = folder / "runs";
  CAIRN_TRY(kind == Kind::Csv ? engine->Write(select, file, Format::Csv)
                              : engine->Write(SelectForJson(table), file, Format::JsonLines));
  std::string text = CAIRN_TRY(os::ReadFile(file));
  if (kind == Kind::JsonArray) text = AsArray(text);
  if (!to.empty()) return os::WriteFileAtomically(to, text);
  std::fputs(text.c_str(), stdout);
  return Done{};
}

}  // namespace

Result<int> ExportRuns(Session& session, const Arguments& arguments) {
  const std::string to = arguments.Text("--to");
  const Kind kind = CAIRN_TRY(KindOf(to));
  const auto runs = CAIRN_TRY(ChosenRuns(session, arguments, 0));
  if (to.empty() && !arguments.Has("--points") && session.PrintedJson(Json{{"items", Json::Array(runs)}}))
    return 0;
  if (to.empty() && session.json())
    return Error{Reason::InvalidArgument, "say where the points go: --to FILE.parquet"};
  const Sheet sheet = arguments.Has("--points") ? CAIRN_TRY(SheetOfPoints(session, runs)) : SheetOfRuns(runs);
  CAIRN_TRY(Write(sheet.table(), kind, to));
  if (to.empty()) return 0;
  const auto rows = sheet.table().rows(), columns = sheet.table().columns().size();
  if (!session.PrintedJson(Json{{"file", to}, {"rows", rows}, {"columns", columns}}))
    session.Say(to + ": " + WithThousands(static_cast<std::int64_t>(rows)) + " rows, " +
                std::to_string(columns) + " columns.");
  return 0;
}

}  // namespace cairn::cli
