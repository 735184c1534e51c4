#include "loop/pipeline/parameters/python_file.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/text.h"
#include "loop/pipeline/parameters/python_literal.h"

namespace cairn::pipeline {
namespace {

/// One statement, or the head of one that has others below it.
struct Line {
  int indent = 0;
  std::size_t row = 0;              ///< The same for statements that stand on one line.
  std::string text;                 ///< Without comments; on one line but for what stands in texts.
  std::vector<std::size_t> places;  ///< Of each of its bytes in the file.
};

/// Cuts a file into its statements.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  std::vector<Line> Read() && {
    while (at_ < text_.size()) {
      const int indent = Indent();
      Statement(indent);
    }
    return std::move(lines_);
  }

 private:
  int Indent() {
    int indent = 0;
    for (; at_ < text_.size() && IsPythonBlank(text_[at_]); ++at_)
      indent = text_[at_] == '\t' ? (indent / 8 + 1) * 8 : text_[at_] == ' ' ? indent + 1 : 0;
    return indent;
  }

  void Statement(int indent) {
    Line line{indent, at_, "", {}};
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (c == '"' || c == '\'') {
        const std::size_t length = LengthOfPythonText(text_, at_);
        for (std::size_t i = 0; i < length; ++i) Add(line, text_[at_ + i], at_ + i);
        at_ += length;
      } else if (c == '\\' && text_.substr(at_ + 1, 1) == "\n") {
        Add(line, ' ', at_);
        at_ += 2;
      } else if (c == '\n' && depth == 0) {
        ++at_;
        break;
      } else if (c == ';' && depth == 0) {
        ++at_;
        Keep(line);
      } else {
        if (c == '(' || c == '[' || c == '{') ++depth;
        if (c == ')' || c == ']' || c == '}') --depth;
        Add(line, c == '\n' || c == '\r' ? ' ' : c, at_);
        ++at_;
      }
    }
    Keep(line);
  }

  static void Add(Line& line, char c, std::size_t place) {
    line.text += c;
    line.places.push_back(place);
  }

  void Keep(Line& line) {
    const std::string_view rest = Trim(line.text);
    const auto before = static_cast<std::ptrdiff_t>(rest.empty() ? 0 : rest.data() - line.text.data());
    line.places.erase(line.places.begin(), line.places.begin() + before);
    line.text = std::string(rest);
    if (!line.text.empty()) lines_.push_back(line);
    line.text.clear();
    line.places.clear();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Line> lines_;
};

/// A name at the beginning of `text`, which is cut off; "" when there is none.
std::string_view TakeName(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && IsInPythonName(text[length])) ++length;
  if (length == 0 || !BeginsPythonName(text.front())) return {};
  const std::string_view name = text.substr(0, length);
  text = Trim(text.substr(length));
  return name;
}

/// Where a statement's first '=' outside of brackets and texts stands that is no part of another sign.
std::size_t FindEquals(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\'') i += LengthOfPythonText(text, i) - 1;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (c != '=' || depth != 0) continue;
    return text.substr(i + 1, 1) == "=" ? std::string_view::npos : i;
  }
  return std::string_view::npos;
}

/// Where the colon outside of brackets and texts stands.
std::size_t FindColon(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\'') i += LengthOfPythonText(text, i) - 1;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (c == ':' && depth == 0) return i;
  }
  return std::string_view::npos;
}

/// Whether a statement that begins with this word has others in it.
bool HasBody(std::string_view word) {
  static constexpr std::string_view kHeads[] = {"if",  "elif",   "else",    "for",   "while", "with",
                                                "try", "except", "finally", "async", "def",   "class"};
  return std::find(std::begin(kHeads), std::end(kHeads), word) != std::end(kHeads);
}

/// Reads statements block by block.
class Blocks {
 public:
  explicit Blocks(std::vector<Line> lines, std::string_view wanted = {})
      : lines_(std::move(lines)), wanted_(wanted) {}

  Json Module() {
    Json names = Json::Object();
    Block(0, /*to_self=*/false, names);
    return names;
  }
  /// Where what is wanted stands, once they were read.
  const auto& found() const { return found_; }

 private:
  /// Those that stand at least so far to the right; `to_self`: only what they assign to self counts.
  void Block(int indent, bool to_self, Json& names) {
    while (at_ < lines_.size() && lines_[at_].indent >= indent) {
      const Line& line = lines_[at_++];
      std::string_view rest = line.text;
      const std::string_view word = TakeName(rest);
      const std::string_view name = HasBody(word) ? TakeName(rest) : std::string_view();
      if (word == "class") {
        Json within = Json::Object();
        const std::size_t length = scope_.size();
        scope_ += std::string(name) + ".";
        Body(line, /*to_self=*/false, within);
        scope_.resize(length);
        names.Set(std::string(name), std::move(within));
      } else if (word == "def" && name == "__init__") {
        Body(line, /*to_self=*/true, names);
      } else if (HasBody(word)) {
        PassOver(line);
      } else {
        Assign(line, line.text, to_self, names);
      }
    }
  }

  /// Adds what the statement, or `text` in it, assigns, if it is a value that is written out and has one
  /// name.
  void Assign(const Line& line, std::string_view text, bool to_self, Json& names) {
    std::string_view name = TakeName(text);
    const bool self = name == "self" && text.starts_with('.');
    if (self) {
      text = Trim(text.substr(1));
      name = TakeName(text);
    }
    if (name.empty() || (to_self && !self)) return;
    if (!text.starts_with('=') && !text.starts_with(':')) return;
    const std::size_t equals = FindEquals(text);
    if (equals == std::string_view::npos) return;
    const std::string_view written = Trim(text.substr(equals + 1));
    std::vector<LiteralPart> parts;
    auto value = ReadPythonLiteral(written, wanted_.empty() ? nullptr : &parts);
    if (!value) return;
    const auto offset = static_cast<std::size_t>(written.data() - line.text.data());
    for (const LiteralPart& part : parts) {
      if (part.end > part.begin && scope_ + std::string(name) + part.path == wanted_)
        found_ = {line.places[offset + part.begin], line.places[offset + part.end - 1] + 1};
    }
    names.Set(std::string(name), *std::move(value));
  }

  /// What stands behind the colon of `head`, or below it.
  void Body(const Line& head, bool to_self, Json& names) {
    const std::size_t colon = FindColon(head.text);
    if (colon == std::string::npos) return;
    if (const auto rest = Trim(std::string_view(head.text).substr(colon + 1)); !rest.empty()) {
      Assign(head, rest, to_self, names);
      for (; at_ < lines_.size() && lines_[at_].row == head.row; ++at_)
        Assign(lines_[at_], lines_[at_].text, to_self, names);
    } else if (at_ < lines_.size() && lines_[at_].indent > head.indent) {
      Block(lines_[at_].indent, to_self, names);
    }
  }
  void PassOver(const Line& head) {
    while (at_ < lines_.size() && (lines_[at_].row == head.row || lines_[at_].indent > head.indent)) ++at_;
  }

  const std::vector<Line> lines_;
  const std::string_view wanted_;
  std::size_t at_ = 0;
  std::string scope_;  ///< The classes around, each with a dot behind it.
  std::optional<std::pair<std::size_t, std::size_t>> found_;
};

}  // namespace

Json ReadPythonParams(std::string_view text) { return Blocks(Lines(text).Read()).Module(); }

std::optional<std::pair<std::size_t, std::size_t>> FindInPython(std::string_view text, std::string_view key) {
  Blocks blocks(Lines(text).Read(), key);
  blocks.Module();
  return blocks.found();
}

}  // namespace cairn::pipeline
