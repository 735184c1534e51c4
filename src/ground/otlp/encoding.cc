#include "ground/otlp/encoding.h"

#include "ground/otlp/message.h"

namespace cairn::otlp {
namespace {

using telemetry::Figure;
using telemetry::Span;

constexpr const char* kScope = "cairn";
constexpr std::uint64_t kCumulative = 2, kFailed = 2;
/// Sampled; whether the parent is of another process is known, and whether it is.
constexpr std::uint32_t kSampled = 0x1, kRemoteKnown = 0x100, kRemote = 0x200;

std::string BytesOfHex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return bytes;
}

Message AnyValue(const Span::Value& value) {
  Message any;
  if (const auto* text = std::get_if<std::string>(&value)) any.Text(1, *text);
  if (const auto* truth = std::get_if<bool>(&value)) any.Varint(2, *truth ? 1 : 0);
  if (const auto* whole = std::get_if<std::int64_t>(&value))
    any.Varint(3, static_cast<std::uint64_t>(*whole));
  if (const auto* number = std::get_if<double>(&value)) any.Double(4, *number);
  return any;
}

void AddAttribute(Message& to, int field, const std::string& name, const Span::Value& value) {
  Message pair;
  pair.Text(1, name);
  pair.Inside(2, AnyValue(value));
  to.Inside(field, pair);
}

Message ResourceOf(const Resource& resource) {
  Message message;
  for (const auto& [name, value] : resource) AddAttribute(message, 1, name, value);
  return message;
}

Message ScopeOf(const std::string& version) {
  Message scope;
  scope.Text(1, kScope);
  scope.Text(2, version);
  return scope;
}

Message Encode(const Span& span) {
  Message message;
  message.Text(1, BytesOfHex(span.trace_id));
  message.Text(2, BytesOfHex(span.span_id));
  if (!span.state.empty()) message.Text(3, span.state);
  if (!span.parent_id.empty()) message.Text(4, BytesOfHex(span.parent_id));
  message.Text(5, span.name);
  message.Varint(6, static_cast<std::uint64_t>(span.kind));
  message.Fixed64(7, static_cast<std::uint64_t>(span.start_ns));
  message.Fixed64(8, static_cast<std::uint64_t>(span.end_ns));
  for (const auto& [name, value] : span.attributes) AddAttribute(message, 9, name, value);
  if (span.failed) {
    Message status;
    if (!span.problem.empty()) status.Text(2, span.problem);
    status.Varint(3, kFailed);
    message.Inside(15, status);
  }
  const bool remote = span.kind == Span::Kind::Server && !span.parent_id.empty();
  message.Fixed32(16, kSampled | kRemoteKnown | (remote ? kRemote : 0));
  return message;
}

Message PointOf(const Figure& figure, std::int64_t start_ns, std::int64_t now_ns) {
  Message point;
  if (figure.kind == Figure::Kind::Counter) point.Fixed64(2, static_cast<std::uint64_t>(start_ns));
  point.Fixed64(3, static_cast<std::uint64_t>(now_ns));
  point.Double(4, figure.value);
  for (const auto& [name, value] : figure.labels) AddAttribute(point, 7, name, value);
  return point;
}

/// Resource, scope and what was observed below it, as both requests have them.
std::string Request(const Resource& resource, const std::string& version,
                    const std::vector<Message>& observed) {
  Message scoped;
  scoped.Inside(1, ScopeOf(version));
  for (const Message& one : observed) scoped.Inside(2, one);
  Message of_resource;
  of_resource.Inside(1, ResourceOf(resource));
  of_resource.Inside(2, scoped);
  Message request;
  request.Inside(1, of_resource);
  return request.bytes();
}

}  // namespace

std::string EncodeSpans(const Resource& resource, const std::string& version,
                        const std::vector<Span>& spans) {
  std::vector<Message> observed;
  observed.reserve(spans.size());
  for (const Span& span : spans) observed.push_back(Encode(span));
  return Request(resource, version, observed);
}

std::string EncodeFigures(const Resource& resource, const std::string& version,
                          const std::vector<Figure>& figures, std::int64_t start_ns, std::int64_t now_ns) {
  std::vector<Message> observed;
  for (std::size_t i = 0; i < figures.size();) {
    const Figure& first = figures[i];
    const bool counts = first.kind == Figure::Kind::Counter;
    Message data;
    for (; i < figures.size() && figures[i].name == first.name; ++i)
      data.Inside(1, PointOf(figures[i], start_ns, now_ns));
    if (counts) data.Varint(2, kCumulative);
    if (counts) data.Varint(3, 1);
    Message metric;
    metric.Text(1, first.name);
    metric.Text(2, first.help);
    metric.Inside(counts ? 7 : 5, data);
    observed.push_back(std::move(metric));
  }
  return Request(resource, version, observed);
}

}  // namespace cairn::otlp
