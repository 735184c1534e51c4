#include "ledger/metadata/lineage.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

/// Whether the record speaks of a thing by exactly this name.
Result<bool> IsKnown(const LineageRooms& rooms, const std::string& thing) {
  const auto like = CAIRN_TRY(metadata::ThingsLike(rooms.database, thing, 1));
  return !like.empty() && like.front() == thing;
}

constexpr std::size_t kMostSteps = 10'000;

/// A file of this machine is known by what it holds.
Result<std::vector<std::string>> NamesOfFile(const std::string& path) {
  const auto digests = CAIRN_TRY(crypto::HashFile(path));
  return std::vector<std::string>{"sha256:" + digests.sha256, "md5:" + digests.md5};
}

/// Where a file lies in the project; "" for what is no file of it.
std::string PlaceOf(const LineageRooms& rooms, const std::string& asked) {
  const std::string project = rooms.catalogue.places().project + "/";
  return asked.starts_with(project) ? asked.substr(project.size()) : "";
}

/// DATASET, DATASET@VERSION or MODEL@ALIAS; nothing when the word is none of them. NotFound for a version
/// that a data set lacks.
Result<std::vector<std::string>> VersionMeant(const LineageRooms& rooms, const std::string& word) {
  if (word.find(':') != word.npos) return std::vector<std::string>();
  const auto at = word.rfind('@');
  if (at != word.npos && CAIRN_TRY(IsKnown(rooms, "alias:" + word)))
    return std::vector<std::string>{"alias:" + word};
  const auto version = rooms.catalogue.Named(word.substr(0, at), at == word.npos ? "" : word.substr(at + 1));
  if (version) return std::vector<std::string>{data::SubjectOf(*version)};
  if (at != word.npos || version.error().reason != Reason::NotFound) return version.error();
  return std::vector<std::string>();
}

/// The names that a word of the user's may stand for: DATASET@VERSION, MODEL/VERSION, a digest or its
/// beginning, the id of a run or a decision, or a name as lineage has it.
Result<std::vector<std::string>> Candidates(const LineageRooms& rooms, const std::string& asked) {
  if (asked.starts_with('/') && os::Exists(asked)) return NamesOfFile(asked);
  // As the command shows a digest: cut short.
  const std::string word = asked.substr(0, asked.find("…"));
  auto names = CAIRN_TRY(VersionMeant(rooms, word));
  if (!names.empty()) return names;
  names.push_back(word);
  const std::string plain = word.substr(0, word.find('.'));
  const bool digest = plain.size() >= 6 && IsHex(plain, plain.size());
  for (const char* kind : {"model:", "run:", "decision:", "pipeline_run:", "commit:", "configuration:"})
    names.push_back(kind + word);
  for (const char* kind : {"sha256:", "md5:"}) {
    if (digest) names.push_back(kind + word);
  }
  return names;
}

/// " Did you mean 'trips@2'?" when a data set, a version or a model is called nearly so; else "".
std::string NearlyCalled(const LineageRooms& rooms, const std::string& word) {
  constexpr std::int64_t kMost = 1000;
  std::vector<std::string> names;
  if (auto datasets = rooms.catalogue.Datasets()) names = *std::move(datasets);
  for (const std::string kind : {"dataset:", "model:", "alias:"}) {
    const auto things = metadata::ThingsLike(rooms.database, kind, kMost);
    if (!things) continue;
    for (const auto& thing : *things) names.push_back(thing.substr(kind.size()));
  }
  return Suggestion(word, std::vector<std::string_view>(names.begin(), names.end()));
}

/// The names of the thing that is meant; of a file there may be two.
Result<std::vector<std::string>> ThingMeant(const LineageRooms& rooms, const std::string& word) {
  auto candidates = Candidates(rooms, word);
  if (!candidates && candidates.error().reason == Reason::NotFound)
    return Error{Reason::NotFound, candidates.error().message + "." + NearlyCalled(rooms, word)};
  const auto names = CAIRN_TRY(std::move(candidates));
  std::vector<std::string> known;
  for (const auto& name : names) {
    if (CAIRN_TRY(IsKnown(rooms, name))) known.push_back(name);
  }
  if (!known.empty()) return known;
  std::vector<std::string> longer;
  for (const auto& name : names) {
    if (name.size() < 8) continue;
    for (auto& thing : CAIRN_TRY(metadata::ThingsLike(rooms.database, name, 3)))
      longer.push_back(std::move(thing));
  }
  if (longer.size() == 1) return longer;
  if (longer.size() > 1) {
    longer.resize(std::min<std::size_t>(longer.size(), 5));
    return Error{Reason::InvalidArgument,
                 "'" + word + "' may be " + Join(longer, " or ") + ": give more of it"};
  }
  return Error{
      Reason::NotFound,
      "no deed on record speaks of '" + word +
          "': give DATASET@VERSION, MODEL/VERSION, a digest, the id of a run, or the path of a file." +
          NearlyCalled(rooms, word)};
}

/// What the catalogue knows of a version that a walk came to.
Json SourceOf(const LineageRooms& rooms, const std::string& thing) {
  constexpr std::string_view kKind = "dataset:";
  if (!thing.starts_with(kKind)) return {};
  const auto at = thing.rfind('@');
  const auto version =
      rooms.catalogue.Named(thing.substr(kKind.size(), at - kKind.size()), thing.substr(at + 1));
  if (!version) return {};
  const data::Provenance& from = version->provenance;
  return Json{{"kind", from.kind},       {"address", from.source}, {"query", from.query},
              {"read_ms", from.read_ms}, {"owner", from.owner},    {"licence", from.licence},
              {"rows", version->rows}};
}

Json ToJson(const LineageRooms& rooms, const metadata::LineageStep& step) {
  return Json{{"thing", step.thing}, {"via", step.via},     {"label", step.label},
              {"depth", step.depth}, {"event", step.event}, {"kind", step.kind},
              {"at_ms", step.at},    {"actor", step.actor}, {"source", SourceOf(rooms, step.thing)}};
}

/// ?thing=&direction=upstream|downstream
Result<Json> Walk(const LineageRooms& rooms, const Call& call) {
  const std::string direction = call.Query("direction");
  if (direction != "upstream" && direction != "downstream")
    return Error{Reason::InvalidArgument, "'direction' must be upstream or downstream"};
  if (call.Query("thing").empty()) return Error{Reason::InvalidArgument, "say of what: ?thing="};
  const auto names = CAIRN_TRY(ThingMeant(rooms, call.Query("thing")));
  const auto way = direction == "upstream" ? metadata::Direction::Upstream : metadata::Direction::Downstream;
  const auto walk = CAIRN_TRY(
      metadata::WalkLineage(rooms.database, names, way, kMostSteps, PlaceOf(rooms, call.Query("thing"))));
  Json items = Json::Array();
  for (const auto& step : walk.steps) items.Push(ToJson(rooms, step));
  Json things = Json::Array();
  for (const auto& name : names) things.Push(name);
  return Json{{"things", std::move(things)},
              {"source", SourceOf(rooms, names.front())},
              {"direction", direction},
              {"complete", walk.complete},
              {"items", std::move(items)}};
}

}  // namespace

void MountLineage(http::Router& router, LineageRooms given) {
  const auto rooms = std::make_shared<const LineageRooms>(given);
  router.Get("/api/v1/lineage", Answer([rooms](const Call& call) { return Walk(*rooms, call); }));
}

}  // namespace cairn::api
