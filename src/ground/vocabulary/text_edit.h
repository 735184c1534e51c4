#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/document.h"

namespace cairn {

/// `text` as a scalar of YAML as DVC's writer has it: plain where that reads back as the same text, else in
/// single quotes, in double ones for what needs escapes.
std::string ScalarOf(const std::string& text);
/// Any value on one line, as YAML has it. Real numbers are written so that readers of YAML 1.1 take them for
/// numbers too (1.0e-05).
std::string FlowYaml(const Json& value);

/// Changes to a YAML text by which everything else in it, comments above all, stays byte for byte.
class TextEdit {
 public:
  /// `text` must outlive it, and nodes must have been read from it.
  explicit TextEdit(const std::string& text) : text_(text) {}

  /// The scalars a map shall have under these keys, in this order: a value that differs is replaced, a key
  /// that is new comes at the end, one without a value is taken away. Values are as they are written.
  using Values = std::vector<std::pair<std::string, std::optional<std::string>>>;
  void SetIn(const Node& map, const Values& values);
  /// Replaces a scalar, or what is written in brackets or braces; nothing else (CanReplace).
  void Replace(const Node& value, std::string written);
  static bool CanReplace(const Node& value) { return value.IsScalar() || value.in_brackets(); }

  /// The text with all changes.
  std::string Apply() const;

 private:
  struct Change {
    std::size_t begin, end;  // In bytes.
    std::string put;
  };
  std::size_t ByteAt(std::size_t character) const;
  std::size_t EndByte(const Node& value) const;
  std::size_t LineBegin(std::size_t byte) const;
  std::size_t LineEnd(std::size_t byte) const;
  void Remove(const Node& map, std::size_t entry);
  void Append(const Node& map, const std::string& key, const std::string& value);

  const std::string& text_;
  std::vector<Change> changes_;
};

}  // namespace cairn
