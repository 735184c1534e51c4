#include "loop/data/synthetic.h"

#include "ground/os/files.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

constexpr std::string_view kBegins = "synthetic from profile sha256:";

std::string PlaceOf(const std::string& file) { return file + ".synthetic"; }

}  // namespace

std::string SyntheticNote::Sentence() const {
  return std::string(kBegins) + profile + ", seed " + std::to_string(seed) + ", " + std::to_string(rows) +
         (rows == 1 ? " row" : " rows");
}

bool IsSynthetic(const DatasetFile& file) { return file.origin.starts_with(kBegins); }

Result<> KeepSyntheticNote(const std::string& file, const SyntheticNote& note) {
  const Json json{{"format", 1},           {"kind", "synthetic"},
                  {"sha256", note.sha256}, {"profile", note.profile},
                  {"of", note.of},         {"seed", std::to_string(note.seed)},
                  {"rows", note.rows}};
  return os::WriteFileAtomically(PlaceOf(file), json.Dump() + "\n");
}

Result<std::optional<SyntheticNote>> FindSyntheticNote(const std::string& file, std::string_view sha256) {
  const std::string place = PlaceOf(file);
  if (!os::Exists(place)) return std::optional<SyntheticNote>();
  const auto json = Json::Parse(CAIRN_TRY(os::ReadFile(place)));
  const Error unclear{Reason::Unprocessable,
                      "'" + place + "' says that '" + file +
                          "' was made up, but not these bytes: remove the "
                          "note if they are real data, or make the file again with `cairn data synth`"};
  if (!json || !json->IsObject() || json->Text("sha256") != sha256) return unclear;
  const auto seed = ParseInt(json->Text("seed"));
  if (!seed || json->Text("profile").empty()) return unclear;
  return std::optional<SyntheticNote>({json->Text("sha256"), json->Text("profile"), json->Text("of"),
                                       static_cast<std::uint64_t>(*seed), json->Int("rows")});
}

Result<> TakeSyntheticNote(const std::string& file, std::string_view sha256, Provenance& provenance,
                           std::vector<Parent>& parents) {
  const auto note = CAIRN_TRY(FindSyntheticNote(file, sha256));
  if (!note) return Done{};
  provenance.kind = "synthetic";
  provenance.source = note->Sentence();
  parents.push_back({"sha256:" + note->profile, "the profile it was drawn from"});
  if (!note->of.empty()) parents.push_back({note->of, "what was profiled"});
  return Done{};
}

}  // namespace cairn::data
