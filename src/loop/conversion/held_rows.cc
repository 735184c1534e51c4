#include "loop/conversion/held_rows.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/data/seal.h"
#include "loop/evaluation/examination.h"

namespace cairn::conversion {
namespace {

constexpr std::size_t kMostRows = 10'000;

Result<std::optional<HeldRows>> Bound(const tables::Table& table, const runtime::Binder& binder,
                                      std::string what, std::string thing) {
  if (table.rows() == 0)
    return Error{Reason::Unprocessable, "There is no row in " + what + " to prove a conversion on."};
  HeldRows held{{std::move(what), {}}, std::move(thing)};
  held.rows.rows = CAIRN_TRY(binder.Bind(runtime::Features::Of(table), runtime::Extra::Ignore));
  return std::optional<HeldRows>(std::move(held));
}

/// Drawn at random where there are more.
std::string Draw(const std::string& columns, const std::string& relation) {
  return "SELECT " + columns + " FROM (SELECT * FROM " + relation + ") USING SAMPLE reservoir(" +
         std::to_string(kMostRows) + " ROWS) REPEATABLE (1)";
}

Result<std::optional<HeldRows>> OfFile(tables::Engine& engine, const std::string& file,
                                       const runtime::Binder& binder) {
  const auto source = CAIRN_TRY(tables::Source::Open(file));
  std::string columns;
  std::vector<std::string_view> known;
  const auto fields = CAIRN_TRY(engine.Sniff(source));
  for (const auto& field : fields) known.push_back(field.name);
  for (const auto& name : binder.names()) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Error{Reason::Unprocessable, "'" + file + "' has no column '" + name +
                                              "', which the model takes." + Suggestion(name, known)};
    columns += (columns.empty() ? "" : ", ") + tables::Identifier(name);
  }
  std::string digests;
  for (const auto& path : source.paths())
    digests += CAIRN_TRY(crypto::HashFile(path, crypto::Kinds::Sha256)).sha256 + "\n";
  const std::string digest =
      source.paths().size() == 1 ? std::string(Trim(digests)) : crypto::Sha256Hex(digests);
  const auto table = CAIRN_TRY(engine.Query(Draw(columns, source.Relation())));
  return Bound(table, binder, "rows of the file with SHA-256 " + digest, "sha256:" + digest);
}

Result<std::optional<HeldRows>> OfDataset(const Rooms& rooms, const assessment::Context& context,
                                          const std::string& dataset, const std::string& wanted_version,
                                          const runtime::Binder& binder) {
  const auto version = CAIRN_TRY(rooms.catalogue.Named(dataset, wanted_version));
  if (!context.root)
    return Error{Reason::Conflict, "no configuration is accepted yet, so nothing says how '" + dataset +
                                       "' is read: `cairn apply`"};
  const auto specification = CAIRN_TRY(data::FindSpecification(*context.root, dataset));
  const auto rows = CAIRN_TRY(evaluation::ReadRows(*CAIRN_TRY(rooms.catalogue.Engine()),
                                                   rooms.catalogue.TrainingParts(version), specification,
                                                   evaluation::Task::Binary, kMostRows));
  return Bound(rows.table, binder, dataset + "@" + std::to_string(version.version) + ", training",
               data::SubjectOf(version));
}

}  // namespace

Result<std::optional<HeldRows>> ReadHeldRows(const Rooms& rooms, const assessment::Context& context,
                                             const Wanted& wanted, const runtime::Binder& binder) {
  if (!wanted.file.empty()) return OfFile(*CAIRN_TRY(rooms.catalogue.Engine()), wanted.file, binder);
  if (!wanted.dataset.empty())
    return OfDataset(rooms, context, wanted.dataset, wanted.dataset_version, binder);
  const std::string bound =
      context.root && context.model == wanted.model ? TextAtPath(*context.root, "model.dataset") : "";
  if (bound.empty()) return std::optional<HeldRows>();
  const auto there = rooms.catalogue.Find(bound);
  if (!there && there.error().reason == Reason::NotFound) return std::optional<HeldRows>();
  return OfDataset(rooms, context, bound, "", binder);
}

}  // namespace cairn::conversion
