#include "server/inference/traced.h"

#include <utility>

#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"

namespace cairn::inference {
namespace {

using telemetry::Span;

constexpr std::size_t kLongestCaller = 200;

/// As it can stand in JSON and in a span, whatever bytes a field holds.
std::string Shown(std::string_view field) {
  std::string shown(Trim(field).substr(0, kLongestCaller));
  for (char& c : shown)
    if (c < ' ' || c > '~') c = '?';
  return shown;
}

}  // namespace

std::string CallerOf(const http::Headers& headers) {
  auto actor = Shown(headers.Get("X-Cairn-Actor"));
  return actor.empty() ? Shown(headers.Get("User-Agent")) : actor;
}

telemetry::TraceContext TraceOf(const http::Headers& headers) {
  std::string_view parent;
  std::string state;
  int parents = 0;
  for (const auto& [name, value] : headers.fields()) {
    // Both names are as long as few others are.
    if (name.size() == 11 && EqualsIgnoringCase(name, "traceparent") && ++parents == 1) parent = Trim(value);
    if (name.size() != 10 || !EqualsIgnoringCase(name, "tracestate")) continue;
    if (!state.empty()) state += ',';
    state += value;
  }
  return telemetry::ContextOf(parents == 1 ? parent : std::string_view(), state);
}

Traced::Traced(const serving::Service& service, const http::Request& request, std::string_view route,
               std::int64_t received_ns)
    : tracer_(service.tracer()),
      request_(request),
      route_(route),
      received_ns_(received_ns),
      context_(TraceOf(request.headers)),
      kept_(tracer_.Keeps(context_)) {}

void Traced::Name(serving::Question& question) const {
  question.caller = CallerOf(request_.headers);
  question.trace_id = context_.trace_id;
}

Span Traced::Root(std::int64_t took_ns, int status, const serving::Offer* offer) const {
  Span span;
  span.trace_id = context_.trace_id;
  span.span_id = telemetry::NewSpanId();
  span.parent_id = context_.parent_id;
  span.state = context_.state;
  span.name = "POST " + std::string(route_);
  span.kind = Span::Kind::Server;
  span.start_ns = telemetry::UnixNsAt(received_ns_);
  span.end_ns = span.start_ns + took_ns;
  const auto put = [&span](const char* name, Span::Value value) {
    span.attributes.emplace_back(name, std::move(value));
  };
  put("http.request.method", "POST");
  put("http.route", std::string(route_));
  put("url.path", Shown(request_.path));
  put("url.scheme", "http");
  put("http.response.status_code", std::int64_t{status});
  if (const auto agent = request_.headers.Get("User-Agent"); !agent.empty())
    put("user_agent.original", Shown(agent));
  if (status >= 500) put("error.type", std::to_string(status));
  if (offer) put("cairn.model.name", offer->model);
  span.failed = status >= 500;
  return span;
}

Span Traced::Part(const Span& root, const char* name, std::int64_t from_ns, std::int64_t took_ns) const {
  Span span;
  span.trace_id = root.trace_id;
  span.span_id = telemetry::NewSpanId();
  span.parent_id = root.span_id;
  span.state = root.state;
  span.name = name;
  span.start_ns = from_ns;
  span.end_ns = from_ns + took_ns;
  return span;
}

void Traced::Answered(const serving::Answer& answer, const serving::Offer& offer, std::size_t rows,
                      const serving::Cost& cost) {
  if (!kept_) return;
  std::vector<Span> spans;
  spans.reserve(5);
  spans.push_back(Root(cost.total_ns, 200, &offer));
  auto& attributes = spans.front().attributes;
  attributes.emplace_back("cairn.model.version", answer.version);
  attributes.emplace_back("cairn.arm", std::string(NameOf(answer.arm)));
  attributes.emplace_back("cairn.prediction.id", answer.id);
  attributes.emplace_back("cairn.rows", static_cast<std::int64_t>(rows));
  const Span& root = spans.front();
  std::int64_t at = root.start_ns;
  spans.push_back(Part(root, "read", at, cost.input_ns));
  at += cost.input_ns;
  if (cost.execution.queue_ns > 0) spans.push_back(Part(root, "queue", at, cost.execution.queue_ns));
  at += cost.execution.queue_ns;
  if (cost.infer_ns > 0) spans.push_back(Part(root, "run", at, cost.infer_ns));
  spans.push_back(Part(root, "write", root.end_ns - cost.output_ns, cost.output_ns));
  tracer_.Take(std::move(spans));
}

void Traced::Failed(int status, const std::string& problem, const serving::Offer* offer) {
  if (!kept_) return;
  std::vector<Span> spans{Root(os::SteadyNs() - received_ns_, status, offer)};
  if (status >= 500) spans.front().problem = problem;
  tracer_.Take(std::move(spans));
}

}  // namespace cairn::inference
