#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/catalogue.h"
#include "cli/duration.h"
#include "cli/load/capacity.h"
#include "cli/load/payload.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

using load::Outcome;

constexpr std::int64_t kMostConnections = 1024, kMostRows = 1'000'000;

/// Whom a load is for: "http://127.0.0.1:8080" and what is below it.
struct Target {
  std::string base, host, path;
};

Result<Target> ReadTarget(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos || !url.starts_with("http"))
    return Error{Reason::InvalidArgument, "'" + url + "' is no URL: write http://127.0.0.1:8080"};
  const auto slash = url.find('/', scheme + 3);
  Target target{url.substr(0, slash), "", slash == std::string::npos ? "" : url.substr(slash)};
  target.host = target.base.substr(scheme + 3);
  if (const auto close = target.host.find(']'); target.host.starts_with('[') && close != std::string::npos)
    target.host = target.host.substr(1, close - 1);
  else
    target.host = target.host.substr(0, target.host.find(':'));
  if (target.host.find('@') != std::string::npos)
    return Error{Reason::InvalidArgument, "A URL with a user's name is not taken: '" + url + "'"};
  while (target.path.ends_with('/')) target.path.pop_back();
  return target;
}

/// The address of a host that is this machine, or "".
std::string LoopbackOf(const std::string& host) {
  if (host == "localhost") return "127.0.0.1";
  const bool four = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
  return four || host == "::1" ? host : "";
}

Result<std::int64_t> NumberOf(const Arguments& arguments, const char* flag, std::int64_t otherwise,
                              std::int64_t most) {
  if (!arguments.Has(flag)) return otherwise;
  const auto number = ParseInt(arguments.Text(flag));
  if (number && *number > 0 && *number <= most) return *number;
  return Error{Reason::InvalidArgument, std::string(flag) + " takes a whole number from 1 to " +
                                            std::to_string(most) + ", not '" + arguments.Text(flag) + "'"};
}

Result<double> PositiveOf(const Arguments& arguments, const char* flag, double otherwise) {
  if (!arguments.Has(flag)) return otherwise;
  const auto number = Json::Parse(arguments.Text(flag));
  if (number && number->IsNumber() && number->AsDouble() > 0) return number->AsDouble();
  return Error{Reason::InvalidArgument,
               std::string(flag) + " takes a number above 0, not '" + arguments.Text(flag) + "'"};
}

/// What to ask a server before the load.
class Asker {
 public:
  Asker(const Target& target, const Arguments& arguments) : target_(target) {
    request_.address = LoopbackOf(target.host);
    request_.retry.attempts = 1;
    if (arguments.Has("--header"))
      for (const auto& field : arguments.All("--header")) {
        const auto colon = field.find(':');
        request_.headers.emplace_back(Trim(field.substr(0, colon)),
                                      colon == std::string::npos ? "" : Trim(field.substr(colon + 1)));
      }
  }
  const fetch::Outgoing& request() const { return request_; }

  Result<Json> Ask(const std::string& method, const std::string& path) const {
    fetch::Outgoing request = request_;
    request.method = method;
    request.url = target_.base + path;
    const auto answer = CAIRN_TRY(fetch::Fetch(request));
    auto json = Json::Parse(answer.body);
    if (answer.status == 200 && json) return json;
    return Error{answer.status == 404 ? Reason::NotFound : Reason::Unavailable,
                 request.url + " answers " + std::to_string(answer.status) + ": " +
                     (json ? json->Text("error", json->Text("message")) : answer.body.substr(0, 200))};
  }

  /// The path of the model that the URL or --model names, or of the only one there.
  Result<std::string> ModelPath(const Arguments& arguments) const {
    if (target_.path.starts_with("/v2/models/"))
      return target_.path.ends_with("/infer") ? target_.path.substr(0, target_.path.size() - 6)
                                              : target_.path;
    if (!target_.path.empty() && target_.path != "/v2")
      return Error{Reason::InvalidArgument,
                   "What '" + target_.path + "' takes is not known here: give a request by --in FILE"};
    if (arguments.Has("--model")) return "/v2/models/" + PercentEncode(arguments.Text("--model"));
    std::string only;
    const Json index = CAIRN_TRY(Ask("POST", "/v2/repository/index"));
    for (const Json& listed : index.items()) {
      if (listed.Text("state") != "READY") continue;
      if (!only.empty() && only != listed.Text("name"))
        return Error{Reason::InvalidArgument,
                     "Several models answer at " + target_.base + ": name one by --model"};
      only = listed.Text("name");
    }
    if (!only.empty()) return "/v2/models/" + PercentEncode(only);
    return Error{Reason::Unavailable, "No model answers at " + target_.base + "."};
  }

 private:
  const Target& target_;
  fetch::Outgoing request_;
};

Result<fetch::Outgoing> RequestFor(const Target& target, const Arguments& arguments) {
  const Asker asker(target, arguments);
  fetch::Outgoing request = asker.request();
  request.method = "POST";
  request.repeatable = false;
  request.timeout = std::chrono::milliseconds(
      CAIRN_TRY(DurationMs(arguments.Has("--timeout") ? arguments.Text("--timeout") : "10s")));
  const bool whole = arguments.Has("--in") && !target.path.empty() && !target.path.starts_with("/v2/models/");
  const std::string path = whole ? target.path : CAIRN_TRY(asker.ModelPath(arguments)) + "/infer";
  request.url = target.base + path;
  if (arguments.Has("--in")) {
    request.body = CAIRN_TRY(os::ReadFile(arguments.Text("--in")));
    request.headers.emplace_back("Content-Type", "application/json");
    return request;
  }
  const std::string model = path.substr(0, path.size() - std::string_view("/infer").size());
  const auto document = asker.Ask("GET", model + "/openapi.json");
  const std::int64_t rows = CAIRN_TRY(NumberOf(arguments, "--rows", 1, kMostRows));
  auto payload = CAIRN_TRY(load::PayloadFor(CAIRN_TRY(asker.Ask("GET", model)), document ? *document : Json(),
                                            rows, arguments.Has("--binary")));
  request.body = std::move(payload.body);
  for (auto& field : payload.headers) request.headers.push_back(std::move(field));
  return request;
}

/// Climbs to the connections asked for, each step for the same share of the time; a number of requests is for
/// the last step alone.
Result<std::vector<Outcome>> Climb(const fetch::Outgoing& request, const Arguments& arguments) {
  const auto most = static_cast<int>(CAIRN_TRY(NumberOf(arguments, "--connections", 8, kMostConnections)));
  if (arguments.Has("--requests") && arguments.Has("--duration"))
    return Error{Reason::InvalidArgument, "Give --requests or --duration, not both"};
  const std::int64_t requests = CAIRN_TRY(NumberOf(arguments, "--requests", 0, std::int64_t{1} << 40));
  const std::int64_t whole =
      CAIRN_TRY(DurationMs(arguments.Has("--duration") ? arguments.Text("--duration") : "10s"));
  if (whole == 0) return Error{Reason::InvalidArgument, "--duration takes at least a second"};
  const auto steps = requests > 0 ? std::vector{most} : load::Steps(most);
  std::vector<Outcome> outcomes;
  for (const int connections : steps) {
    const load::End end =
        requests > 0 ? load::End{0, requests} : load::End{whole / static_cast<std::int64_t>(steps.size()), 0};
    outcomes.push_back(While("asking over " + std::to_string(connections) + " connections",
                             [&] { return load::Drive(request, connections, end); }));
  }
  return outcomes;
}

std::string Milliseconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.3f" : value < 100 ? "%.2f" : "%.1f", value);
  return text;
}

Json JsonOf(const Outcome& outcome) {
  const auto& answered = outcome.answered;
  Json failures = Json::Array();
  for (const auto& [kind, failure] : outcome.failures)
    failures.Push(Json{{"kind", kind}, {"count", failure.count}, {"first", failure.first}});
  return Json{{"connections", outcome.connections}, {"seconds", outcome.seconds},
              {"answered", answered.count()},       {"failed", outcome.failed()},
              {"per_second", outcome.PerSecond()},  {"mean_ms", answered.MeanMs()},
              {"p50_ms", answered.WithinMs(0.5)},   {"p90_ms", answered.WithinMs(0.9)},
              {"p99_ms", answered.WithinMs(0.99)},  {"p999_ms", answered.WithinMs(0.999)},
              {"max_ms", answered.GreatestMs()},    {"failures", std::move(failures)}};
}

constexpr std::size_t kBars = 14;

Json AnswerOf(const fetch::Outgoing& request, const std::vector<Outcome>& outcomes,
              const load::Capacity& capacity, double rate) {
  Json steps = Json::Array(), histogram = Json::Array();
  for (const Outcome& outcome : outcomes) steps.Push(JsonOf(outcome));
  for (const auto& bar : outcomes.back().answered.Bars(kBars))
    histogram.Push(Json{{"from_ms", bar.from_ms}, {"to_ms", bar.to_ms}, {"count", bar.count}});
  Json plan{{"bound_ms", capacity.bound_ms},
            {"per_second", capacity.per_second},
            {"connections", capacity.connections}};
  const auto replicas = load::ReplicasFor(capacity, rate);
  if (rate > 0) plan.Set("rate", rate).Set("replicas", replicas ? Json(*replicas) : Json());
  return Json{{"url", request.url},
              {"steps", std::move(steps)},
              {"histogram", std::move(histogram)},
              {"capacity", std::move(plan)}};
}

void SayHistogram(const Session& session, const Outcome& outcome) {
  const auto bars = outcome.answered.Bars(kBars);
  std::uint64_t most = 0;
  for (const auto& bar : bars) most = std::max(most, bar.count);
  const int wide = std::max(10, os::WidthOf(os::kStandardOutput) - 36);
  for (const auto& bar : bars) {
    std::string line;
    for (std::uint64_t i = 0; i < (bar.count * static_cast<std::uint64_t>(wide) + most - 1) / most; ++i)
      line += "█";
    char to[32];
    std::snprintf(to, sizeof to, "%12s ms  ", Milliseconds(bar.to_ms).c_str());
    session.Say(to + line + " " + WithThousands(static_cast<std::int64_t>(bar.count)));
  }
}

void SayOutcomes(const Session& session, const std::vector<Outcome>& outcomes) {
  Table table({"connections", "requests/s", "half ms", "90 % ms", "99 % ms", "99.9 % ms", "longest ms",
               "answered", "failed"});
  for (const Outcome& outcome : outcomes) {
    const auto& answered = outcome.answered;
    table.Add(
        {std::to_string(outcome.connections), WithThousands(static_cast<std::int64_t>(outcome.PerSecond())),
         Milliseconds(answered.WithinMs(0.5)), Milliseconds(answered.WithinMs(0.9)),
         Milliseconds(answered.WithinMs(0.99)), Milliseconds(answered.WithinMs(0.999)),
         Milliseconds(answered.GreatestMs()), WithThousands(static_cast<std::int64_t>(answered.count())),
         WithThousands(static_cast<std::int64_t>(outcome.failed()))});
  }
  std::string text = table.Text();
  if (text.ends_with('\n')) text.pop_back();
  session.Say(text);
}

void SayFailures(const Session& session, const std::vector<Outcome>& outcomes) {
  std::map<std::string, load::Failure> all;
  for (const Outcome& outcome : outcomes)
    for (const auto& [kind, failure] : outcome.failures) {
      auto& known = all[kind];
      if (known.count == 0) known.first = failure.first;
      known.count += failure.count;
    }
  for (const auto& [kind, failure] : all)
    session.Say(WithThousands(static_cast<std::int64_t>(failure.count)) + " × " + kind + ": " +
                failure.first);
}

Result<int> Load(Session& session, const Arguments& arguments) {
  const Target target = CAIRN_TRY(ReadTarget(arguments.Text("URL")));
  if (LoopbackOf(target.host).empty() && !arguments.Has("--other-machine"))
    return Error{Reason::Denied, "'" + target.host +
                                     "' is not this machine, and a load can take a service down: say "
                                     "--other-machine when it is yours to load"};
  const double bound = CAIRN_TRY(PositiveOf(arguments, "--bound", 50));
  const double rate = CAIRN_TRY(PositiveOf(arguments, "--rate", 0));
  const auto request = CAIRN_TRY(RequestFor(target, arguments));
  const auto outcomes = CAIRN_TRY(Climb(request, arguments));
  const auto capacity = load::CapacityOf(outcomes, bound);
  std::uint64_t failed = 0;
  for (const Outcome& outcome : outcomes) failed += outcome.failed();
  const int code = failed > 0 ? 1 : 0;
  if (session.PrintedJson(AnswerOf(request, outcomes, capacity, rate))) return code;
  SayOutcomes(session, outcomes);
  session.Say("");
  if (outcomes.back().answered.count() > 0)
    session.Say("Latency at " + std::to_string(outcomes.back().connections) + " connections, up to:");
  SayHistogram(session, outcomes.back());
  SayFailures(session, outcomes);
  session.Say(load::Sentences(capacity, rate));
  return code;
}

}  // namespace

std::vector<Command> LoadCommands() {
  return {
      {"load",
       "Ask a server as fast as it answers: latencies, failures, and how many servers a rate takes",
       "Climbs to the connections by 1, 2, 4 and so on, one request after the other on each, for the same "
       "time each. What is sent is made up from the model's signature and the contract's ranges, or read "
       "from a file. Every request is answered and kept on record as any other. Exit code 1 when a request "
       "failed.",
       {{"URL",
         "http://127.0.0.1:8080 for the model that answers there, …/v2/models/NAME[/versions/NUMBER] for "
         "one, any other with --in"}},
       {{"--model", "NAME", "The model, where the URL names none and several answer"},
        {"--connections", "NUMBER", "How many at the end (8)", "c"},
        {"--duration", "TIME", "How long in all (10s)"},
        {"--requests", "NUMBER", "So many requests over all the connections, instead of a time", "n"},
        {"--rows", "NUMBER", "Rows of a request (1)"},
        {"--binary", "", "Binary tensors instead of JSON"},
        {"--in", "FILE", "A request in JSON to send as it is"},
        {"--header", "NAME: VALUE", "A header field to send along (may be repeated)"},
        {"--timeout", "TIME", "How long an answer may take before the request has failed (10s)"},
        {"--bound", "MS", "Milliseconds that 99 % must stay within in the plan (50)"},
        {"--rate", "NUMBER", "Requests a second to plan servers for"},
        {"--other-machine", "", "Load a host that is not this machine"}},
       Load},
  };
}

}  // namespace cairn::cli
