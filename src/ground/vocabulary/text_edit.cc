#include "ground/vocabulary/text_edit.h"

#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"

namespace cairn {
namespace {

bool ReadsAs(const std::string& scalar, const std::string& text) {
  const auto parsed = ParseYaml("k: " + scalar + "\n", "");
  return parsed && parsed->Find("k") && parsed->Find("k")->ToJson() == Json(text);
}

/// The last character of what is written under a node, in the order of the text.
std::size_t EndOf(const Node& node) {
  std::size_t end = node.IsScalar() ? node.end_index() : node.mark().index;
  for (const Node& item : node.items()) end = std::max(end, EndOf(item));
  for (const auto& entry : node.entries()) end = std::max(end, EndOf(entry.value));
  return end;
}

/// Plain text may not hold what brackets are made of.
std::string ScalarInFlow(const std::string& text) {
  return text.find_first_of(",[]{}") == std::string::npos ? ScalarOf(text) : QuotedYaml(text);
}

std::string RealInFlow(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  std::string text = ShortestText(value);
  if (text.find('.') == std::string::npos) text.insert(std::min(text.find('e'), text.size()), ".0");
  return text;
}

}  // namespace

std::string ScalarOf(const std::string& text) {
  const bool one_line = text.find_first_of("\r\n") == std::string::npos;
  if (one_line && !text.empty() && ReadsAs(text, text)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  quoted += "'";
  return one_line && ReadsAs(quoted, text) ? quoted : QuotedYaml(text);
}

std::string FlowYaml(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Double:
      return RealInFlow(value.AsDouble());
    case Json::Kind::String:
      return ScalarInFlow(value.AsString());
    case Json::Kind::Array: {
      std::vector<std::string> items;
      for (const Json& item : value.items()) items.push_back(FlowYaml(item));
      return "[" + Join(items, ", ") + "]";
    }
    case Json::Kind::Object: {
      std::vector<std::string> members;
      for (const auto& [name, member] : value.members())
        members.push_back(ScalarInFlow(name) + ": " + FlowYaml(member));
      return "{" + Join(members, ", ") + "}";
    }
    case Json::Kind::Null:
    case Json::Kind::Bool:
    case Json::Kind::Int:
      return value.Dump();
  }
  return value.Dump();
}

std::size_t TextEdit::ByteAt(std::size_t character) const {
  std::size_t byte = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (; character > 0 && byte < text_.size(); --character) {
    ++byte;
    while (byte < text_.size() && (static_cast<unsigned char>(text_[byte]) & 0xC0) == 0x80) ++byte;
  }
  return byte;
}

std::size_t TextEdit::LineBegin(std::size_t byte) const {
  const auto before = byte == 0 ? std::string::npos : text_.rfind('\n', byte - 1);
  return before == std::string::npos ? 0 : before + 1;
}

std::size_t TextEdit::LineEnd(std::size_t byte) const {
  return std::min(text_.find('\n', byte), text_.size());
}

/// Behind the value, its closing bracket included.
std::size_t TextEdit::EndByte(const Node& value) const {
  if (value.IsScalar()) return ByteAt(value.end_index());
  std::size_t at = ByteAt(value.mark().index) + 1;
  for (const Node& item : value.items()) at = std::max(at, EndByte(item));
  for (const auto& entry : value.entries()) at = std::max(at, EndByte(entry.value));
  if (!value.in_brackets()) return at;
  return std::min(text_.find(value.IsList() ? ']' : '}', at), text_.size() - 1) + 1;
}

void TextEdit::Replace(const Node& value, std::string written) {
  const std::size_t begin = ByteAt(value.mark().index), end = EndByte(value);
  if (begin == end) written = " " + written;  // "key:" with nothing behind it.
  changes_.push_back({begin, end, std::move(written)});
}

void TextEdit::SetIn(const Node& map, const Values& values) {
  for (const auto& [key, value] : values) {
    const auto& entries = map.entries();
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&name = key](const auto& entry) { return entry.key == name; });
    if (found == entries.end()) {
      if (value) Append(map, key, *value);
    } else if (!value) {
      Remove(map, static_cast<std::size_t>(found - entries.begin()));
    } else {
      const auto wanted = ParseYaml("k: " + *value + "\n", "");
      if (!wanted || !(wanted->Find("k")->ToJson() == found->value.ToJson())) Replace(found->value, *value);
    }
  }
}

void TextEdit::Remove(const Node& map, std::size_t entry) {
  const auto& entries = map.entries();
  const std::size_t begin = ByteAt(entries[entry].key_mark.index), end = ByteAt(EndOf(entries[entry].value));
  const bool last = entry + 1 == entries.size();
  const std::size_t next = last ? end : ByteAt(entries[entry + 1].key_mark.index);
  const bool own_line = !map.in_brackets() && text_.find_first_not_of(' ', LineBegin(begin)) == begin;
  if (own_line) {
    changes_.push_back({LineBegin(begin), std::min(LineEnd(end) + 1, text_.size()), ""});
  } else if (!last) {
    changes_.push_back({begin, next, ""});
  } else if (entry > 0) {
    changes_.push_back({ByteAt(EndOf(entries[entry - 1].value)), end, ""});
  }
}

void TextEdit::Append(const Node& map, const std::string& key, const std::string& value) {
  const auto& last = map.entries().back();
  const std::size_t end = ByteAt(EndOf(last.value)), key_begin = ByteAt(last.key_mark.index);
  if (map.in_brackets()) {
    changes_.push_back({end, end, ", " + key + ": " + value});
    return;
  }
  const std::size_t at = LineEnd(end);
  changes_.push_back(
      {at, at, "\n" + std::string(key_begin - LineBegin(key_begin), ' ') + key + ": " + value});
}

std::string TextEdit::Apply() const {
  auto ordered = changes_;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Change& a, const Change& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t at = 0;
  for (const Change& change : ordered) {
    if (change.begin < at) continue;
    out.append(text_, at, change.begin - at);
    out += change.put;
    at = change.end;
  }
  return out.append(text_, at, std::string::npos);
}

}  // namespace cairn
