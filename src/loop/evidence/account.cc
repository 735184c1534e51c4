#include "loop/evidence/account.h"

#include <algorithm>
#include <deque>
#include <map>
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

class Gathering {
 public:
  explicit Gathering(const metadata::Log& log) : log_(log) {}

  Result<> About(const std::string& thing) {
    if (!asked_.insert(thing).second) return Done{};
    const auto colon = thing.find(':');
    const std::string kind = thing.substr(0, colon), name = thing.substr(colon + 1);
    if (kind == "alias") return OfAlias(name);
    CAIRN_TRY(OfSubject(thing, ""));
    const auto slash = name.rfind('/');
    if (kind == "model" && slash != name.npos)
      return OfSubject("model:" + name.substr(0, slash), name.substr(slash + 1));
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

  /// With a `version`, only what names it.
  Result<> OfSubject(const std::string& subject, const std::string& version) {
    metadata::EventFilter filter;
    filter.subject = subject;
    filter.limit = kMostOfOne;
    for (auto& event : CAIRN_TRY(log_.Read(filter))) {
      if (version.empty() || scorecard::VersionIn(event.event.body) == version) Take(std::move(event));
    }
    return Done{};
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
    const auto moves = CAIRN_TRY(log_.AliasHistory(name.substr(0, at), name.substr(at + 1)));
    if (moves.empty()) return Done{};
    Take(CAIRN_TRY(log_.Find(moves.back().event)));
    if (moves.back().version.empty()) return Done{};
    return About("model:" + name.substr(0, at) + "/" + moves.back().version);
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

/// Roles by the configuration that governed at a moment.
class RolesThen {
 public:
  static Result<RolesThen> Read(const governance::Configurations& configurations) {
    RolesThen roles;
    for (const auto& one : CAIRN_TRY(configurations.History())) {
      const Node root = CAIRN_TRY(ParseYaml(one.text, "an accepted cairn.yaml"));
      roles.history_.emplace_back(one.at, CAIRN_TRY(governance::ReadAuthority(root)));
    }
    return roles;
  }

  Json Of(const std::string& name, TimeMs at) const {
    Json roles = Json::Array();
    for (const auto& [since, authority] : history_) {
      if (since > at) continue;
      if (const auto* principal = authority.Find(name)) {
        for (const auto role : principal->roles) roles.Push(governance::NameOf(role));
      }
      break;
    }
    return roles;
  }

 private:
  std::vector<std::pair<TimeMs, governance::Authority>> history_;  ///< Newest first.
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

Json PeopleOf(const std::vector<LoggedEvent>& account, const RolesThen& roles) {
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
    people.Push(Json{{"name", name},
                     {"signed", hand.has_signed},
                     {"did", std::move(did)},
                     {"roles", roles.Of(name, hand.last)},
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
  const auto roles = CAIRN_TRY(RolesThen::Read(configurations));
  return Json{{"thing", thing},
              {"items", std::move(items)},
              {"rules", std::move(rules)},
              {"people", PeopleOf(account, roles)}};
}

}  // namespace cairn::evidence
