#include "loop/evidence/account.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "ground/vocabulary/document.h"
#include "ledger/governance/roles.h"
#include "loop/evidence/chronology.h"
#include "loop/scorecard/history.h"

namespace cairn::evidence {
namespace {

using metadata::LoggedEvent;

/// Of one thing or story; what happened later than so many events is left out.
constexpr std::int64_t kMostOfOne = 500;
constexpr std::int64_t kFewMoves = 16;

class Gathering {
 public:
  explicit Gathering(const metadata::Log& log) : log_(log) {}

  Result<> About(const std::string& thing) {
    if (!asked_.insert(thing).second) return Done{};
    const auto colon = thing.find(':');
    const std::string kind = thing.substr(0, colon), name = thing.substr(colon + 1);
    if (kind == "alias") return OfAlias(name);
    CAIRN_TRY(OfSubject(thing));
    const auto slash = name.rfind('/');
    if (kind == "model" && slash != name.npos)
      return OfVersion(name.substr(0, slash), name.substr(slash + 1));
    return Done{};
  }

  /// Follows what the gathered events name, until nothing new comes.
  Result<> Follow() {
    while (!open_.empty()) {
      const LoggedEvent event = std::move(open_.front());
      open_.pop_front();
      const Json& body = event.event.body;
      for (const char* kind : {"decision", "pipeline_run", "rollout", "configuration", "delegation", "run"}) {
        const std::string id =
            kind == std::string("run") && event.event.kind.starts_with("pipeline.") ? "" : body.Text(kind);
        if (!id.empty()) CAIRN_TRY(About(std::string(kind) + ":" + id));
      }
      if (const std::string seen = body.At("seen").Text("configuration"); !seen.empty())
        CAIRN_TRY(About("configuration:" + seen));
      for (const Json& link : body.At("lineage").At("from").items()) {
        if (const std::string thing = link.Text("thing"); thing.starts_with("dataset:"))
          CAIRN_TRY(About(thing));
      }
      if (!event.event.cause.empty()) CAIRN_TRY(OfStory(event.event.cause));
    }
    return Done{};
  }

  std::vector<LoggedEvent> Told() && {
    std::vector<LoggedEvent> events;
    for (auto& [id, event] : found_) events.push_back(std::move(event));
    PutInOrder(events);
    return events;
  }

 private:
  void Take(LoggedEvent event) {
    if (!found_.emplace(event.id, event).second) return;
    open_.push_back(std::move(event));
  }

  Result<> OfSubject(const std::string& subject) {
    metadata::EventFilter filter;
    filter.subject = subject;
    filter.limit = kMostOfOne;
    for (auto& event : CAIRN_TRY(log_.Read(filter))) Take(std::move(event));
    return Done{};
  }

  /// What the events about the model say of one version; none of them came before its own first one.
  Result<> OfVersion(const std::string& model, const std::string& version) {
    metadata::EventFilter filter;
    filter.subject = "model:" + model;
    filter.limit = std::numeric_limits<std::int64_t>::max();
    filter.after_position = FirstAbout(filter.subject + "/" + version);
    std::int64_t left = kMostOfOne;
    for (auto& event : CAIRN_TRY(log_.Read(filter))) {
      if (scorecard::VersionIn(event.event.body) != version) continue;
      if (left-- == 0) break;
      Take(std::move(event));
    }
    return Done{};
  }

  /// The lowest position among what was gathered about a thing.
  std::optional<std::int64_t> FirstAbout(const std::string& subject) const {
    std::optional<std::int64_t> first;
    for (const auto& [id, event] : found_) {
      if (event.event.subject == subject && event.position)
        first = std::min(*event.position, first.value_or(*event.position));
    }
    return first;
  }

  Result<> OfStory(const std::string& cause) {
    if (!asked_.insert("cause:" + cause).second) return Done{};
    metadata::EventFilter filter;
    filter.cause = cause;
    filter.limit = kMostOfOne;
    for (auto& event : CAIRN_TRY(log_.Read(filter))) Take(std::move(event));
    return Done{};
  }

  /// The version that it names, and its last move.
  Result<> OfAlias(const std::string& name) {
    const auto at = name.rfind('@');
    if (at == name.npos) return Done{};
    auto move = CAIRN_TRY(LastMove(name.substr(0, at), name.substr(at + 1)));
    if (!move) return Done{};
    const std::string version = scorecard::VersionIn(move->event.body);
    Take(*std::move(move));
    if (version.empty()) return Done{};
    return About("model:" + name.substr(0, at) + "/" + version);
  }

  Result<std::optional<LoggedEvent>> LastMove(const std::string& model, const std::string& alias) const {
    metadata::EventFilter filter;
    filter.kind = "registry.alias_moved";
    filter.subject = "model:" + model;
    filter.order = metadata::EventFilter::Order::NewestFirst;
    // Seldom far behind; but a model may have other aliases that moved since.
    for (const std::int64_t limit : {kFewMoves, std::numeric_limits<std::int64_t>::max()}) {
      filter.limit = limit;
      for (auto& event : CAIRN_TRY(log_.Read(filter))) {
        if (event.event.body.Text("alias") == alias) return std::optional(std::move(event));
      }
    }
    return std::optional<LoggedEvent>();
  }

  const metadata::Log& log_;
  std::set<std::string> asked_;
  std::map<std::string, LoggedEvent> found_;
  std::deque<LoggedEvent> open_;
};

struct Hand {
  bool has_signed = false;
  std::set<std::string> did;
  TimeMs first = 0, last = 0;
};

/// Roles by the configuration that governed at a moment; each is read when it is asked for.
class RolesThen {
 public:
  explicit RolesThen(std::vector<governance::Configuration> newest_first)
      : history_(std::move(newest_first)), read_(history_.size()) {}

  Result<Json> Of(const std::string& name, TimeMs at) {
    Json roles = Json::Array();
    const auto governing = std::find_if(history_.begin(), history_.end(),
                                        [at](const auto& configuration) { return configuration.at <= at; });
    if (governing == history_.end()) return roles;
    auto& authority = read_[static_cast<std::size_t>(governing - history_.begin())];
    if (!authority) {
      const Node root = CAIRN_TRY(ParseYaml(governing->text, "an accepted cairn.yaml"));
      authority = CAIRN_TRY(governance::ReadAuthority(root));
    }
    if (const auto* principal = authority->Find(name)) {
      for (const auto role : principal->roles) roles.Push(governance::NameOf(role));
    }
    return roles;
  }

 private:
  std::vector<governance::Configuration> history_;
  std::vector<std::optional<governance::Authority>> read_;
};

void Count(std::map<std::string, Hand>& hands, const std::string& name, const LoggedEvent& event,
           bool has_signed) {
  if (name.empty()) return;
  Hand& hand = hands[name];
  hand.has_signed = hand.has_signed || has_signed;
  hand.did.insert(event.event.kind);
  hand.first = hand.first == 0 ? event.at : std::min(hand.first, event.at);
  hand.last = std::max(hand.last, event.at);
}

Result<Json> PeopleOf(const std::vector<LoggedEvent>& account, RolesThen roles_then) {
  std::map<std::string, Hand> hands;
  for (const auto& event : account) {
    const Json& body = event.event.body;
    const bool has_signed = !body.Text("signature").empty();
    const std::string principal = body.Text("principal"), signer = body.Text("signer");
    Count(hands, principal, event, has_signed);
    Count(hands, signer, event, has_signed);
    if (event.event.actor != principal && event.event.actor != signer)
      Count(hands, event.event.actor, event, false);
  }
  Json people = Json::Array();
  for (const auto& [name, hand] : hands) {
    Json did = Json::Array();
    for (const auto& kind : hand.did) did.Push(kind);
    Json roles = CAIRN_TRY(roles_then.Of(name, hand.last));
    people.Push(Json{{"name", name},
                     {"signed", hand.has_signed},
                     {"did", std::move(did)},
                     {"roles", std::move(roles)},
                     {"first_ms", hand.first},
                     {"last_ms", hand.last}});
  }
  return people;
}

}  // namespace

Result<std::vector<LoggedEvent>> AccountOf(const metadata::Log& log, const std::string& thing) {
  Gathering gathering(log);
  CAIRN_TRY(gathering.About(thing));
  CAIRN_TRY(gathering.Follow());
  auto account = std::move(gathering).Told();
  if (account.empty())
    return Error{Reason::NotFound, "no event on record is about '" + thing +
                                       "': `cairn audit log` shows what events are about"};
  return account;
}

Result<Json> ToJson(const std::string& thing, const std::vector<LoggedEvent>& account,
                    const governance::Configurations& configurations) {
  Json items = Json::Array(), rules = Json::Array();
  for (const auto& event : account) {
    items.Push(metadata::ToJson(event).Set("sentence", scorecard::SentenceOf(event)));
    if (event.event.kind == "governance.decision_proposed") rules = event.event.body.At("rules");
  }
  Json people = CAIRN_TRY(PeopleOf(account, RolesThen(CAIRN_TRY(configurations.History()))));
  return Json{{"thing", thing},
              {"items", std::move(items)},
              {"rules", std::move(rules)},
              {"people", std::move(people)}};
}

}  // namespace cairn::evidence
