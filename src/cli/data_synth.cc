#include <algorithm>

#include "cli/catalogue.h"
#include "cli/dataset_name.h"
#include "cli/table_path.h"
#include "cli/waiting.h"
#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/vocabulary/text.h"
#include "loop/data/synthetic.h"
#include "loop/profile/outline.h"
#include "loop/profile/profile.h"
#include "loop/synthesis/synthesis.h"

namespace cairn::cli {
namespace {

/// A saved profile, and what it is of.
struct Model {
  std::string bytes;
  std::string of;                     ///< "dataset:flights@3", or "".
  std::vector<std::string> personal;  ///< Columns that the contract calls classified.
};

Result<Model> ModelIn(Session& session, const Arguments& arguments) {
  const std::string word = arguments.Text("PROFILE|DATASET");
  if (os::Exists(word) && !os::IsFolder(word)) return Model{CAIRN_TRY(os::ReadFile(word)), "", {}};
  if (word.ends_with(".profile")) return Error{Reason::NotFound, "there is no saved profile '" + word + "'"};
  const auto name = DatasetName::Of(word);
  Json body{{"dataset", name.dataset}, {"saved", true}};
  if (!name.version.empty()) {
    const Json version = CAIRN_TRY(session.Get(name.Path("/versions/" + PercentEncode(name.version))));
    body.Set("version", version.Int("version"));
  }
  const Json report =
      CAIRN_TRY(While("profiling " + word, [&] { return session.Post("/api/v1/data/profile", body); }));
  Model model;
  model.bytes = CAIRN_TRY(FromBase64(report.Text("saved")));
  model.of = "dataset:" + name.dataset + "@" + std::to_string(report.Int("version"));
  for (const Json& column : report.At("classified").items()) model.personal.push_back(column.AsString());
  return model;
}

Result<std::int64_t> NumberIn(const Arguments& arguments, std::string_view flag, std::int64_t least,
                              std::int64_t otherwise) {
  if (!arguments.Has(flag)) return otherwise;
  const auto number = ParseInt(arguments.Text(flag));
  if (number && *number >= least) return *number;
  return Error{Reason::InvalidArgument, std::string(flag) + " is a whole number from " +
                                            std::to_string(least) + " on, not '" + arguments.Text(flag) +
                                            "'"};
}

Json JsonOf(const std::vector<synthesis::Drawn>& columns) {
  Json list = Json::Array();
  for (const auto& column : columns)
    list.Push(Json{{"name", column.column},
                   {"type", tables::NameOf(column.type)},
                   {"manner", column.manner},
                   {"tied", column.tied}});
  return list;
}

void Show(Session& session, const data::SyntheticNote& note, const std::string& file,
          const std::vector<synthesis::Drawn>& columns) {
  Table table({"column", "type", "drawn from", "ranks tied"});
  for (const auto& column : columns)
    table.Add({column.column, tables::NameOf(column.type), column.manner, column.tied ? "yes" : ""});
  std::fputs(table.Text().c_str(), stdout);
  session.Say("\n" + WithThousands(note.rows) + (note.rows == 1 ? " row" : " rows") + " in " + file + ": " +
              note.Sentence() + "; " + file + ".synthetic says so when it is added to a data set");
}

/// Puts the file into a data set; the note beside it says what it is.
Result<Json> AddMade(Session& session, const Arguments& arguments, const std::string& file) {
  Json body{{"dataset", arguments.Text("--to")}, {"file", CAIRN_TRY(TablePath(file))}};
  if (arguments.Has("--name")) body.Set("name", arguments.Text("--name"));
  return session.Post("/api/v1/data/add", body);
}

Result<synthesis::Order> OrderIn(const Arguments& arguments, const Model& model,
                                 const profile::Outline& outline) {
  synthesis::Order order;
  order.rows = static_cast<std::uint64_t>(CAIRN_TRY(NumberIn(arguments, "--rows", 0, outline.rows)));
  order.seed = static_cast<std::uint64_t>(CAIRN_TRY(NumberIn(arguments, "--seed", 0, 0)));
  order.least_rows = CAIRN_TRY(NumberIn(arguments, "--rare", 2, order.least_rows));
  order.personal = arguments.All("--personal");
  // A contract may speak of columns that the table does not have.
  for (const auto& column : outline.columns) {
    if (std::count(model.personal.begin(), model.personal.end(), column.name) > 0)
      order.personal.push_back(column.name);
  }
  return order;
}

/// Writes the file and the note beside it. The note is there before the file is: no moment leaves rows that
/// nobody knows to be made up.
Result<data::SyntheticNote> WriteMade(const synthesis::Synthesis& made, const synthesis::Order& order,
                                      const Model& model, const std::string& file, tables::Format format) {
  const std::string draft = file + ".made";
  const auto engine = CAIRN_TRY(tables::Engine::Open());
  CAIRN_TRY(While("drawing " + WithThousands(static_cast<std::int64_t>(order.rows)) + " rows",
                  [&] { return made.Write(*engine, draft, format); }));
  data::SyntheticNote note;
  note.sha256 = crypto::Sha256Hex(CAIRN_TRY(os::MappedFile::Open(draft)).bytes());
  note.profile = crypto::Sha256Hex(model.bytes);
  note.of = model.of, note.seed = order.seed, note.rows = static_cast<std::int64_t>(order.rows);
  CAIRN_TRY(data::KeepSyntheticNote(file, note));
  CAIRN_TRY(os::Rename(draft, file));
  return note;
}

Result<int> Synth(Session& session, const Arguments& arguments) {
  const std::string file = arguments.Text("-o");
  const auto format = tables::FormatByName(file);
  if (!format || file.ends_with(".gz") || file.ends_with(".zst"))
    return Error{Reason::InvalidArgument, "say where the rows go: -o FILE.csv, FILE.parquet or FILE.jsonl"};
  if (arguments.Has("--name") && !arguments.Has("--to"))
    return Error{Reason::InvalidArgument, "--name needs --to DATASET"};
  const Model model = CAIRN_TRY(ModelIn(session, arguments));
  auto profile = profile::TableProfile::FromBytes(model.bytes);
  if (!profile)
    return Error{profile.error().reason, "'" + arguments.Text("PROFILE|DATASET") +
                                             "': " + profile.error().message +
                                             "; `cairn data profile FILE -o FILE.profile` makes one"};
  const profile::Outline outline = profile->Outline();
  const auto order = CAIRN_TRY(OrderIn(arguments, model, outline));
  const auto made = CAIRN_TRY(synthesis::Synthesis::Of(outline, order));
  const auto note = CAIRN_TRY(WriteMade(made, order, model, file, *format));
  Json added;
  if (arguments.Has("--to")) added = CAIRN_TRY(AddMade(session, arguments, file));
  if (session.PrintedJson(Json{{"file", file},
                               {"sha256", note.sha256},
                               {"profile", note.profile},
                               {"seed", static_cast<std::int64_t>(note.seed)},
                               {"rows", note.rows},
                               {"columns", JsonOf(made.columns())},
                               {"added", added}}))
    return 0;
  Show(session, note, file, made.columns());
  if (!added.IsNull())
    session.Say("added: " + added.Text("dataset") + " version " + std::to_string(added.Int("version")));
  return 0;
}

}  // namespace

std::vector<Command> SynthCommands() {
  return {
      {"data synth",
       "Make up rows that look like a data set's, from its profile alone",
       "Numbers and times follow their quantiles, categories their levels, missing values their rates, and "
       "ranks "
       "correlate as they did (a Gaussian copula). Identifiers, free texts, personal data and texts that few "
       "rows have are made up anew: none is copied. The same profile, seed and rows give the same bytes on "
       "any "
       "machine. A note beside the file says that it is synthetic, and a data set that takes it in records "
       "so. "
       "It is no proof of anonymity: what the profile tells, the rows tell.",
       {{"PROFILE|DATASET", "As saved by `cairn data profile … -o`; or a data set, NAME or NAME@VERSION"}},
       {{"-o", "FILE", "Where the rows go: .csv, .parquet or .jsonl"},
        {"--rows", "N", "How many; as many as were profiled unless given"},
        {"--seed", "N", "Another number gives other rows; 0 unless given"},
        {"--personal", "COLUMN",
         "No value of it may come through, beside columns that look personal or that the contract calls "
         "classified; may be given again"},
        {"--rare", "N", "A value that fewer rows have is not copied; 5 unless given"},
        {"--to", "DATASET", "Add it there too, as cairn.yaml names it"},
        {"--name", "NAME", "What the file is called in that data set"}},
       Synth},
  };
}

}  // namespace cairn::cli
