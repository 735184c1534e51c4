#include "ground/vocabulary/document.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <set>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/yaml_scalar.h"

namespace cairn {
namespace {

constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxNodes = 1'000'000;

struct Event : yaml_event_t {
  Event() : yaml_event_t() {}
  ~Event() { yaml_event_delete(this); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
};

Mark MarkOf(const yaml_mark_t& mark) {
  return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1, mark.index};
}

std::string TextOf(const yaml_char_t* text) { return text ? reinterpret_cast<const char*>(text) : ""; }

}  // namespace

/// Turns libyaml's events into nodes.
class DocumentReader {
 public:
  DocumentReader(std::string_view text, std::string_view file) : file_(file) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~DocumentReader() { yaml_parser_delete(&parser_); }
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;

  Result<Node> ReadDocument() {
    Node root;
    root.file_ = file_;
    root.mark_ = {1, 1};
    bool seen = false;
    for (;;) {
      Event event;
      CAIRN_TRY(Next(event));
      switch (event.type) {
        case YAML_STREAM_END_EVENT:
          return root;
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
          break;
        case YAML_DOCUMENT_START_EVENT:
          if (seen) return Wrong(MarkOf(event.start_mark), "a second document starts here; only one is read");
          seen = true;
          break;
        default:
          root = CAIRN_TRY(ReadNode(event, 0));
      }
    }
  }

 private:
  Result<> Next(Event& event) {
    if (yaml_parser_parse(&parser_, &event)) return Done{};
    const Mark mark = MarkOf(parser_.problem_mark);
    std::string what = parser_.problem ? parser_.problem : "it cannot be read";
    if (parser_.context) what = std::string(parser_.context) + ", " + what;
    return Wrong(mark, what);
  }

  Error Wrong(Mark mark, std::string_view what) const {
    return {Reason::InvalidArgument, file_ + ":" + std::to_string(mark.line) + ":" +
                                         std::to_string(mark.column) + ": " + std::string(what)};
  }

  Result<Node> ReadNode(const Event& event, int depth) {
    if (depth > kMaxDepth) return Wrong(MarkOf(event.start_mark), "this is nested deeper than 100 levels");
    if (++nodes_ > kMaxNodes)
      return Wrong(MarkOf(event.start_mark), "this document has more than 1,000,000 nodes");
    Node node;
    node.file_ = file_;
    node.mark_ = MarkOf(event.start_mark);
    node.end_index_ = event.end_mark.index;
    std::string anchor;
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        anchor = TextOf(event.data.scalar.anchor);
        ReadScalar(event, node);
        break;
      case YAML_SEQUENCE_START_EVENT:
        anchor = TextOf(event.data.sequence_start.anchor);
        node.in_brackets_ = event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
        CAIRN_TRY(ReadList(node, depth));
        break;
      case YAML_MAPPING_START_EVENT:
        anchor = TextOf(event.data.mapping_start.anchor);
        node.in_brackets_ = event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
        CAIRN_TRY(ReadMap(node, depth));
        break;
      case YAML_ALIAS_EVENT:
        return Aliased(event);
      default:
        return Wrong(node.mark_, "a value was expected here");
    }
    if (!anchor.empty()) anchors_[anchor] = {node, nodes_};
    return node;
  }

  Result<Node> Aliased(const Event& event) {
    const auto found = anchors_.find(TextOf(event.data.alias.anchor));
    if (found == anchors_.end()) {
      return Wrong(MarkOf(event.start_mark),
                   "there is no anchor '" + TextOf(event.data.alias.anchor) + "' above");
    }
    nodes_ += CountOf(found->second.node);
    if (nodes_ > kMaxNodes)
      return Wrong(MarkOf(event.start_mark), "its aliases expand to more than 1,000,000 nodes");
    return found->second.node;
  }

  static std::size_t CountOf(const Node& node) {
    std::size_t count = 1;
    for (const auto& item : node.items_) count += CountOf(item);
    for (const auto& entry : node.entries_) count += CountOf(entry.value);
    return count;
  }

  static void ReadScalar(const Event& event, Node& node) {
    const auto& scalar = event.data.scalar;
    node.text_.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.plain_implicit;
    node.scalar_ = plain ? ResolveYaml(node.text_) : Json(node.text_);
    node.kind_ = node.scalar_.kind();
  }

  Result<> ReadList(Node& node, int depth) {
    node.kind_ = Json::Kind::Array;
    for (;;) {
      Event event;
      CAIRN_TRY(Next(event));
      if (event.type == YAML_SEQUENCE_END_EVENT) return Done{};
      node.items_.push_back(CAIRN_TRY(ReadNode(event, depth + 1)));
    }
  }

  Result<> ReadMap(Node& node, int depth) {
    node.kind_ = Json::Kind::Object;
    std::vector<Node> merged;
    std::set<std::string> known;
    for (;;) {
      Event key_event;
      CAIRN_TRY(Next(key_event));
      if (key_event.type == YAML_MAPPING_END_EVENT) break;
      const Node key = CAIRN_TRY(ReadNode(key_event, depth + 1));
      if (!key.IsScalar()) return Wrong(key.mark_, "a key must be a plain word");
      Event value_event;
      CAIRN_TRY(Next(value_event));
      Node value = CAIRN_TRY(ReadNode(value_event, depth + 1));
      if (IsMergeKey(key_event) && (value.IsMap() || value.IsList())) {
        merged.push_back(std::move(value));
        continue;
      }
      if (!known.insert(key.text_).second)
        return Wrong(key.mark_, "the key '" + key.text_ + "' stands here twice");
      node.entries_.push_back({key.text_, key.mark_, std::move(value)});
    }
    for (const Node& source : merged) Merge(node, known, source);
    return Done{};
  }

  /// A quoted "<<" is a key like any other.
  static bool IsMergeKey(const Event& event) {
    return event.type == YAML_SCALAR_EVENT && event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           TextOf(event.data.scalar.value) == "<<";
  }

  static void Merge(Node& node, std::set<std::string>& known, const Node& source) {
    for (const Node& item : source.items_) Merge(node, known, item);
    for (const auto& entry : source.entries_) {
      if (known.insert(entry.key).second) node.entries_.push_back(entry);
    }
  }

  struct Anchor {
    Node node;
    std::size_t nodes = 0;
  };

  std::string file_;
  yaml_parser_t parser_;
  std::map<std::string, Anchor> anchors_;
  std::size_t nodes_ = 0;
};

Json Node::ToJson() const {
  if (IsList()) {
    std::vector<Json> items;
    items.reserve(items_.size());
    for (const auto& item : items_) items.push_back(item.ToJson());
    return Json::Array(std::move(items));
  }
  if (!IsMap()) return scalar_;
  std::vector<Json::Member> members;
  members.reserve(entries_.size());
  for (const auto& entry : entries_) members.emplace_back(entry.key, entry.value.ToJson());
  return Json::Object(std::move(members));
}

const Node* Node::Find(std::string_view key) const {
  for (const auto& entry : entries_) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const Node* Node::FindPath(std::string_view dotted) const {
  const Node* node = this;
  for (const std::string_view key : Split(dotted, '.')) {
    node = node->Find(key);
    if (!node) return nullptr;
  }
  return node;
}

std::string Node::Where() const {
  return file_ + ":" + std::to_string(mark_.line) + ":" + std::to_string(mark_.column);
}

Result<> Node::OnlyKeys(std::initializer_list<std::string_view> known) const {
  for (const auto& entry : entries_) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::vector<std::string_view> candidates(known);
    return Error{Reason::InvalidArgument, file_ + ":" + std::to_string(entry.key_mark.line) + ":" +
                                              std::to_string(entry.key_mark.column) + ": unknown key '" +
                                              entry.key + "'." + Suggestion(entry.key, candidates)};
  }
  return Done{};
}

Result<Node> ParseYaml(std::string_view text, std::string_view file) {
  return DocumentReader(text, file).ReadDocument();
}

}  // namespace cairn
