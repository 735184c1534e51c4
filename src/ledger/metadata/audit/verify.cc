#include <algorithm>
#include <iterator>

#include "ground/crypto/signature.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/audit/event_survey.h"
#include "ledger/metadata/audit/signed_heads.h"
#include "ledger/metadata/audit/tree_check.h"
#include "ledger/metadata/log.h"

namespace cairn::metadata {
namespace {

constexpr std::size_t kReported = 100;
constexpr TimeMs kSealedWithin = 60'000;

/// An altered row may hold any bytes, and the verdict goes out as JSON.
std::string Readable(std::string text) {
  if (IsUtf8(text)) return text;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 128) c = '?';
  }
  return text;
}

Json ToJson(const Problem& problem) {
  return Json{{"what", problem.what},
              {"position", problem.position ? Json(*problem.position) : Json()},
              {"id", Readable(problem.id)},
              {"kind", Readable(problem.kind)},
              {"message", Readable(problem.message)}};
}

/// One look at the whole log.
struct Examination {
  SignedHeads heads;
  EventSurvey survey;
  TreeFindings tree;

  std::vector<Problem> Problems() const {
    std::vector<Problem> all = survey.problems;
    all.insert(all.end(), tree.problems.begin(), tree.problems.end());
    std::stable_sort(all.begin(), all.end(), [](const Problem& a, const Problem& b) {
      return a.position.value_or(0) < b.position.value_or(0);
    });
    all.insert(all.end(), heads.problems.begin(), heads.problems.end());
    return all;
  }
};

/// Heads that one place has and the other lacks.
void CompareHeads(Examination& seen, const std::string& file) {
  std::size_t only_in_file = 0, only_in_store = 0;
  std::uint64_t last_in_file = 0;
  for (const auto& [size, head] : seen.heads.good) {
    if (!head.in_store) ++only_in_file;
    if (!head.in_file) ++only_in_store;
    if (head.in_file) last_in_file = size;
  }
  if (only_in_file > 0) {
    seen.heads.problems.push_back(
        {"missing_head", std::nullopt, "", "",
         std::to_string(only_in_file) + " signed heads of " + file + " are not in the store"});
  }
  if (file.empty()) {
    seen.heads.notes.emplace_back(
        "no file of signed heads was compared: a store cut back to an earlier state, heads included, cannot "
        "be told from a whole one");
  } else if (only_in_store > 0) {
    seen.heads.notes.push_back(
        file + " lacks " + std::to_string(only_in_store) + " signed heads that the store has; from event " +
        std::to_string(last_in_file) + " on, a cut of the store, heads included, could not be proven");
  }
}

void NoteWaiting(Examination& seen, TimeMs now) {
  if (seen.survey.unsealed == 0) return;
  const TimeMs waiting = now - *seen.survey.oldest_unsealed;
  std::string note =
      std::to_string(seen.survey.unsealed) + " events wait for the sealer and are not proven yet";
  if (waiting > kSealedWithin)
    note += "; the oldest has waited " + FormatDuration(waiting) + ": is the sealer running?";
  seen.heads.notes.push_back(note);
}

Json VerdictOf(const Examination& seen) {
  const auto problems = seen.Problems();
  Json listed = Json::Array(), notes = Json::Array();
  for (std::size_t i = 0; i < std::min(problems.size(), kReported); ++i) listed.Push(ToJson(problems[i]));
  for (const auto& note : seen.heads.notes) notes.Push(note);
  if (problems.size() > kReported)
    notes.Push("only the first 100 of " + std::to_string(problems.size()) + " problems are listed");
  return Json{{"sound", problems.empty()},
              {"events", seen.survey.events},
              {"sealed", seen.survey.events - seen.survey.unsealed},
              {"unsealed", seen.survey.unsealed},
              {"root", seen.tree.root},
              {"heads", Json{{"store", seen.heads.store_count}, {"file", seen.heads.file_count}}},
              {"proven", Json{{"inside", static_cast<std::int64_t>(seen.tree.proven_inside)},
                              {"outside", static_cast<std::int64_t>(seen.tree.proven_outside)}}},
              {"problems", std::move(listed)},
              {"notes", std::move(notes)}};
}

}  // namespace

Result<Json> Log::Verify(const std::string& heads_file, const std::string& public_key, TimeMs now) const {
  if (!crypto::IsPublicKey(public_key)) {
    return Error{Reason::InvalidArgument,
                 "'" + public_key + "' is not an Ed25519 public key; give the sealer's, 32 bytes in base64"};
  }
  // Read before the store: a head that the sealer adds meanwhile is then only in the store, which is no
  // contradiction.
  const auto lines = CAIRN_TRY(ReadHeads(heads_file));
  return database_.Read([&](sql::Connection& connection) -> Result<Json> {
    Examination seen;
    seen.heads = CAIRN_TRY(CollectHeads(connection, heads_file, lines, public_key));
    seen.survey = CAIRN_TRY(SurveyEvents(connection, seen.heads.covered()));
    seen.tree = CAIRN_TRY(CheckTree(connection, seen.survey, seen.heads));
    CompareHeads(seen, heads_file);
    NoteWaiting(seen, now);
    return VerdictOf(seen);
  });
}

}  // namespace cairn::metadata
