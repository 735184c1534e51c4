#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn {

/// A place in a text file, counted from 1.
struct Mark {
  int line = 0;
  int column = 0;
  std::size_t index = 0;  ///< In characters (not bytes) from the beginning, counted from 0.
};

/// One node of a YAML document, with the place where it stands. Scalars are resolved by YAML 1.2's core
/// schema, with what DVC's reader adds: `yes` and `on` are text, `1e3` is a float, `1_000` is 1000, `0o17`
/// is 15. Anchors, aliases and merge keys are followed.
class Node {
 public:
  struct Entry;

  /// The resolved value of a scalar; of a list or map, the whole subtree.
  Json ToJson() const;
  Json::Kind kind() const { return kind_; }
  bool IsMap() const { return kind_ == Json::Kind::Object; }
  bool IsList() const { return kind_ == Json::Kind::Array; }
  bool IsNull() const { return kind_ == Json::Kind::Null; }
  bool IsScalar() const { return !IsMap() && !IsList(); }

  Mark mark() const { return mark_; }
  /// Where a scalar ends, its quotes included, counted as Mark::index; what is not written has no length.
  std::size_t end_index() const { return end_index_; }
  /// Whether a map or list is written in braces or brackets.
  bool in_brackets() const { return in_brackets_; }
  /// The scalar's text exactly as written (without quotes).
  const std::string& text() const { return text_; }
  const std::vector<Node>& items() const { return items_; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// The value under `key`, or null.
  const Node* Find(std::string_view key) const;
  /// The value under a path of keys, "gates.slice.floor"; null when any is absent.
  const Node* FindPath(std::string_view dotted) const;

  /// "cairn.yaml:12:5", for messages.
  std::string Where() const;

  /// InvalidArgument naming place, key and the nearest known one when the map holds a key that is not listed.
  Result<> OnlyKeys(std::initializer_list<std::string_view> known) const;

 private:
  friend class DocumentReader;
  Json::Kind kind_ = Json::Kind::Null;
  Json scalar_;
  std::string text_;
  std::string file_;
  Mark mark_;
  std::size_t end_index_ = 0;
  bool in_brackets_ = false;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
};

struct Node::Entry {
  std::string key;
  Mark key_mark;
  Node value;
};

/// Reads one YAML document. `file` is only the name used in messages. InvalidArgument with file, line and
/// column: bad syntax, a duplicate key, more than one document, nesting over 100 levels, or aliases that
/// expand beyond 1,000,000 nodes. An empty text is a null node.
Result<Node> ParseYaml(std::string_view text, std::string_view file);

/// `value` as block YAML that ParseYaml reads back to an equal value; text that would resolve to another type
/// is quoted.
std::string DumpYaml(const Json& value);

/// `text` as a double-quoted YAML scalar on one line; what YAML does not let stand as it is, is escaped.
std::string QuotedYaml(std::string_view text);

}  // namespace cairn
