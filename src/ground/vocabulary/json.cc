#include "ground/vocabulary/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace cairn {
namespace {

[[noreturn]] void WrongKind(const char* wanted, Json::Kind had) {
  std::fprintf(stderr, "bug: a JSON value of kind %d was read as %s\n", static_cast<int>(had), wanted);
  std::abort();
}

void AppendInt(std::string& out, std::int64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void AppendScalar(std::string& out, const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null:
      out += "null";
      return;
    case Json::Kind::Bool:
      out += value.AsBool() ? "true" : "false";
      return;
    case Json::Kind::Int:
      AppendInt(out, value.AsInt());
      return;
    case Json::Kind::Double:
      AppendJsonDouble(out, value.AsDouble());
      return;
    case Json::Kind::String:
      AppendJsonString(out, value.AsString());
      return;
    case Json::Kind::Array:
    case Json::Kind::Object:
      return;
  }
}

void DumpIndented(std::string& out, const Json& value, int depth) {
  const std::string inner(static_cast<std::size_t>(depth + 1) * 2, ' '),
      outer(static_cast<std::size_t>(depth) * 2, ' ');
  if (value.IsArray() && !value.items().empty()) {
    out += "[\n";
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      out += (i > 0 ? ",\n" : "") + inner;
      DumpIndented(out, value.items()[i], depth + 1);
    }
    out += "\n" + outer + "]";
  } else if (value.IsObject() && !value.members().empty()) {
    out += "{\n";
    for (std::size_t i = 0; i < value.members().size(); ++i) {
      out += (i > 0 ? ",\n" : "") + inner;
      AppendJsonString(out, value.members()[i].first);
      out += ": ";
      DumpIndented(out, value.members()[i].second, depth + 1);
    }
    out += "\n" + outer + "}";
  } else {
    value.DumpTo(out);
  }
}

void DumpCanonical(std::string& out, const Json& value) {
  if (value.IsArray()) {
    out += '[';
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      if (i > 0) out += ',';
      DumpCanonical(out, value.items()[i]);
    }
    out += ']';
  } else if (value.IsObject()) {
    std::vector<const Json::Member*> sorted;
    for (const auto& member : value.members()) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    out += '{';
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i > 0) out += ',';
      AppendJsonString(out, sorted[i]->first);
      out += ':';
      DumpCanonical(out, sorted[i]->second);
    }
    out += '}';
  } else {
    AppendScalar(out, value);
  }
}

constexpr bool IsEscaped(unsigned char c) { return c == '"' || c == '\\' || c < 0x20; }

constexpr auto kEscaped = [] {
  std::array<bool, 256> escaped{};
  for (std::size_t c = 0; c < escaped.size(); ++c) escaped[c] = IsEscaped(static_cast<unsigned char>(c));
  return escaped;
}();

void AppendEscape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
  }
}

/// Most objects are small, and of different names: seen without sorting them.
bool IsSmallAndDistinct(const std::vector<Json::Member>& members) {
  constexpr std::size_t kSmall = 8;
  if (members.size() > kSmall) return false;
  for (std::size_t i = 1; i < members.size(); ++i)
    for (std::size_t before = 0; before < i; ++before)
      if (members[i].first == members[before].first) return false;
  return true;
}

/// Leaves one member per name: the first's place, the last's value.
void MergeByName(std::vector<Json::Member>& members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return members[a].first < members[b].first; });
  std::vector<bool> superseded(members.size());
  bool any = false;
  for (std::size_t at = 0; at < order.size();) {
    std::size_t end = at + 1;
    while (end < order.size() && members[order[end]].first == members[order[at]].first)
      superseded[order[end++]] = any = true;
    if (end - at > 1) members[order[at]].second = std::move(members[order[end - 1]].second);
    at = end;
  }
  if (!any) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (superseded[i]) continue;
    if (kept != i) members[kept] = std::move(members[i]);
    ++kept;
  }
  members.erase(members.begin() + static_cast<std::ptrdiff_t>(kept), members.end());
}

}  // namespace

Json::Json(std::initializer_list<Part> parts) {
  std::vector<Member> members;
  members.reserve(parts.size());
  for (const auto& part : parts) members.emplace_back(std::move(part.name), std::move(part.value));
  state_ = std::move(members);
}

Json Json::Object(std::vector<Member> members) {
  if (!IsSmallAndDistinct(members)) MergeByName(members);
  return Json(State(std::move(members)));
}

bool Json::AsBool() const {
  if (const auto* value = std::get_if<bool>(&state_)) return *value;
  WrongKind("a truth value", kind());
}

std::int64_t Json::AsInt() const {
  if (const auto* value = std::get_if<std::int64_t>(&state_)) return *value;
  WrongKind("a whole number", kind());
}

double Json::AsDouble() const {
  if (const auto* value = std::get_if<double>(&state_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&state_)) return static_cast<double>(*value);
  WrongKind("a number", kind());
}

const std::string& Json::AsString() const& {
  if (const auto* value = std::get_if<std::string>(&state_)) return *value;
  WrongKind("text", kind());
}

std::string Json::AsString() && {
  if (auto* value = std::get_if<std::string>(&state_)) return std::move(*value);
  WrongKind("text", kind());
}

const std::vector<Json>& Json::items() const {
  static const std::vector<Json> none;
  const auto* items = std::get_if<std::vector<Json>>(&state_);
  return items ? *items : none;
}

const std::vector<Json::Member>& Json::members() const {
  static const std::vector<Member> none;
  const auto* members = std::get_if<std::vector<Member>>(&state_);
  return members ? *members : none;
}

const Json* Json::Find(std::string_view name) const {
  for (const auto& member : members()) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

const Json& Json::At(std::string_view name) const {
  static const Json null;
  const Json* found = Find(name);
  return found ? *found : null;
}

std::string Json::Text(std::string_view name, std::string_view otherwise) const {
  const Json& found = At(name);
  return found.IsString() ? found.AsString() : std::string(otherwise);
}

std::int64_t Json::Int(std::string_view name, std::int64_t otherwise) const {
  const Json& found = At(name);
  return found.IsInt() ? found.AsInt() : otherwise;
}

double Json::Double(std::string_view name, double otherwise) const {
  const Json& found = At(name);
  return found.IsNumber() ? found.AsDouble() : otherwise;
}

bool Json::Bool(std::string_view name, bool otherwise) const {
  const Json& found = At(name);
  return found.IsBool() ? found.AsBool() : otherwise;
}

Json& Json::Set(std::string name, Json value) {
  if (IsNull()) state_ = std::vector<Member>();
  auto* members = std::get_if<std::vector<Member>>(&state_);
  if (!members) WrongKind("an object", kind());
  for (auto& member : *members) {
    if (member.first == name) {
      member.second = std::move(value);
      return *this;
    }
  }
  members->emplace_back(std::move(name), std::move(value));
  return *this;
}

void Json::Remove(std::string_view name) {
  auto* members = std::get_if<std::vector<Member>>(&state_);
  if (members) std::erase_if(*members, [&](const Member& member) { return member.first == name; });
}

void Json::Push(Json value) {
  if (IsNull()) state_ = std::vector<Json>();
  auto* items = std::get_if<std::vector<Json>>(&state_);
  if (!items) WrongKind("an array", kind());
  items->push_back(std::move(value));
}

bool operator==(const Json& a, const Json& b) {
  if (a.kind() != b.kind()) return false;
  if (!a.IsObject()) return a.state_ == b.state_;
  if (a.members().size() != b.members().size()) return false;
  return std::all_of(a.members().begin(), a.members().end(), [&](const Json::Member& member) {
    const Json* other = b.Find(member.first);
    return other && *other == member.second;
  });
}

std::string Json::Dump() const {
  std::string out;
  DumpTo(out);
  return out;
}

void Json::DumpTo(std::string& out) const {
  if (IsArray()) {
    out += '[';
    for (std::size_t i = 0; i < items().size(); ++i) {
      if (i > 0) out += ',';
      items()[i].DumpTo(out);
    }
    out += ']';
  } else if (IsObject()) {
    out += '{';
    for (std::size_t i = 0; i < members().size(); ++i) {
      if (i > 0) out += ',';
      AppendJsonString(out, members()[i].first);
      out += ':';
      members()[i].second.DumpTo(out);
    }
    out += '}';
  } else {
    AppendScalar(out, *this);
  }
}

std::string Json::DumpPretty() const {
  std::string out;
  DumpIndented(out, *this, 0);
  out += '\n';
  return out;
}

std::string Json::Canonical() const {
  std::string out;
  DumpCanonical(out, *this);
  return out;
}

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && !kEscaped[static_cast<unsigned char>(text[plain])]) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    AppendEscape(out, text.front());
    text.remove_prefix(1);
  }
  out += '"';
}

void AppendJsonDouble(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    const std::string_view written(text, static_cast<std::size_t>(end - text));
    out += written;
    // A double stays a double when it is read back.
    if (written.find_first_of(".e") == std::string_view::npos) out += ".0";
  }
}

Result<std::string> RequiredText(const Json& object, std::string_view name) {
  const Json* found = object.Find(name);
  if (found && found->IsString() && !found->AsString().empty()) return found->AsString();
  return Error{Reason::InvalidArgument, "'" + std::string(name) + "' is required and must be text"};
}

Result<std::int64_t> RequiredInt(const Json& object, std::string_view name) {
  const Json* found = object.Find(name);
  if (found && found->IsInt()) return found->AsInt();
  return Error{Reason::InvalidArgument, "'" + std::string(name) + "' is required and must be a whole number"};
}

}  // namespace cairn
