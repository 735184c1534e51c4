#include <algorithm>

#include "server/mlflow/graphql/document.h"
#include "server/mlflow/graphql/lexer.h"

namespace cairn::mlflow::graphql {
namespace {

constexpr std::size_t kMostBytes = 256 * 1024;
constexpr int kDeepest = 64;

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens) : text_(text), tokens_(std::move(tokens)) {}

  Result<Document> Run() {
    Document document;
    do {
      if (IsName("fragment")) {
        document.fragments.push_back(CAIRN_TRY(ReadFragment()));
      } else {
        document.operations.push_back(CAIRN_TRY(ReadOperation()));
      }
    } while (Here().kind != Token::Kind::End);
    return document;
  }

 private:
  const Token& Here() const { return tokens_[at_]; }
  const Token& Take() { return Here().kind == Token::Kind::End ? tokens_[at_] : tokens_[at_++]; }
  bool Took(std::string_view symbol) {
    if (!Here().Is(symbol)) return false;
    Take();
    return true;
  }
  bool IsName(std::string_view name) const { return Here().kind == Token::Kind::Name && Here().text == name; }
  Error Expected(std::string_view what) const {
    return SyntaxError(text_, Here().offset, "expected " + std::string(what) + ", found " + Here().Shown());
  }
  Result<> Expect(std::string_view symbol) {
    if (Took(symbol)) return {};
    return Expected("'" + std::string(symbol) + "'");
  }
  Result<std::string> Name() {
    if (Here().kind != Token::Kind::Name) return Expected("a name");
    return Take().text;
  }

  /// One level further down, for as long as it lives.
  struct Level {
    explicit Level(int& depth) : depth_(depth) { ++depth_; }
    ~Level() { --depth_; }
    int& depth_;
  };
  Result<> CheckDepth() const {
    if (depth_ <= kDeepest) return {};
    return SyntaxError(text_, Here().offset,
                       "the document is nested deeper than " + std::to_string(kDeepest) + " levels");
  }

  Result<Operation> ReadOperation() {
    Operation operation;
    if (Here().Is("{")) {
      operation.selections = CAIRN_TRY(Selections());
      return operation;
    }
    if (!IsName("query") && !IsName("mutation")) return Expected("'query', 'mutation', 'fragment' or '{'");
    operation.changes = Take().text == "mutation";
    if (Here().kind == Token::Kind::Name) operation.name = Take().text;
    if (Took("(")) {
      do operation.variables.push_back(CAIRN_TRY(VariableDefinition()));
      while (!Took(")"));
    }
    operation.directives = CAIRN_TRY(Directives());
    operation.selections = CAIRN_TRY(Selections());
    return operation;
  }

  Result<Fragment> ReadFragment() {
    Take();
    Fragment fragment;
    fragment.name = CAIRN_TRY(Name());
    if (fragment.name == "on" || !IsName("on")) return Expected("'on'");
    Take();
    fragment.on = CAIRN_TRY(Name());
    CAIRN_TRY(Directives());
    fragment.selections = CAIRN_TRY(Selections());
    return fragment;
  }

  Result<Variable> VariableDefinition() {
    CAIRN_TRY(Expect("$"));
    Variable variable;
    variable.name = CAIRN_TRY(Name());
    CAIRN_TRY(Expect(":"));
    variable.required = CAIRN_TRY(Type());
    if (Took("=")) variable.otherwise = CAIRN_TRY(ReadValue());
    CAIRN_TRY(Directives());
    return variable;
  }

  /// Whether it ends in '!'. What a variable may hold is checked where it is used.
  Result<bool> Type() {
    const Level level(depth_);
    CAIRN_TRY(CheckDepth());
    if (Took("[")) {
      CAIRN_TRY(Type());
      CAIRN_TRY(Expect("]"));
    } else {
      CAIRN_TRY(Name());
    }
    return Took("!");
  }

  Result<std::vector<std::string>> Directives() {
    std::vector<std::string> names;
    while (Took("@")) {
      names.push_back(CAIRN_TRY(Name()));
      CAIRN_TRY(ReadArguments());
    }
    return names;
  }

  Result<std::vector<Selection>> Selections() {
    const Level level(depth_);
    CAIRN_TRY(CheckDepth());
    CAIRN_TRY(Expect("{"));
    std::vector<Selection> selections;
    do selections.push_back(CAIRN_TRY(ReadSelection()));
    while (!Took("}"));
    return selections;
  }

  Result<Selection> ReadSelection() {
    if (Took("...")) return FragmentSelection();
    Selection field;
    field.name = CAIRN_TRY(Name());
    if (Took(":")) {
      field.alias = std::move(field.name);
      field.name = CAIRN_TRY(Name());
    }
    field.arguments = CAIRN_TRY(ReadArguments());
    field.directives = CAIRN_TRY(Directives());
    if (Here().Is("{")) field.selections = CAIRN_TRY(Selections());
    return field;
  }

  Result<Selection> FragmentSelection() {
    Selection selection;
    selection.kind = Selection::Kind::Inline;
    if (IsName("on")) {
      Take();
      selection.name = CAIRN_TRY(Name());
    } else if (Here().kind == Token::Kind::Name) {
      selection.kind = Selection::Kind::Spread;
      selection.name = Take().text;
    }
    selection.directives = CAIRN_TRY(Directives());
    if (selection.kind == Selection::Kind::Inline) selection.selections = CAIRN_TRY(Selections());
    return selection;
  }

  Result<Arguments> ReadArguments() {
    Arguments arguments;
    if (!Took("(")) return arguments;
    do {
      auto name = CAIRN_TRY(Name());
      CAIRN_TRY(Expect(":"));
      arguments.emplace_back(std::move(name), CAIRN_TRY(ReadValue()));
    } while (!Took(")"));
    return arguments;
  }

  Result<Value> ReadValue() {
    const Level level(depth_);
    CAIRN_TRY(CheckDepth());
    if (Took("[")) return ListValue();
    if (Took("{")) return ObjectValue();
    Value value;
    if (Took("$")) {
      value.kind = Value::Kind::Variable;
      value.text = CAIRN_TRY(Name());
      return value;
    }
    const auto kind = KindOf(Here());
    if (!kind) return Expected("a value");
    value.kind = *kind;
    value.text = Take().text;
    return value;
  }

  static std::optional<Value::Kind> KindOf(const Token& token) {
    switch (token.kind) {
      case Token::Kind::Int:
        return Value::Kind::Int;
      case Token::Kind::Float:
        return Value::Kind::Float;
      case Token::Kind::Text:
        return Value::Kind::Text;
      case Token::Kind::Name:
        if (token.text == "null") return Value::Kind::Null;
        return token.text == "true" || token.text == "false" ? Value::Kind::Bool : Value::Kind::Enum;
      case Token::Kind::Symbol:
      case Token::Kind::End:
        return std::nullopt;
    }
    return std::nullopt;
  }

  Result<Value> ListValue() {
    Value list;
    list.kind = Value::Kind::List;
    while (!Took("]")) list.items.push_back(CAIRN_TRY(ReadValue()));
    return list;
  }

  Result<Value> ObjectValue() {
    Value object;
    object.kind = Value::Kind::Object;
    while (!Took("}")) {
      object.names.push_back(CAIRN_TRY(Name()));
      CAIRN_TRY(Expect(":"));
      object.items.push_back(CAIRN_TRY(ReadValue()));
    }
    return object;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

const Fragment* Document::Find(std::string_view fragment) const {
  const auto found = std::find_if(fragments.begin(), fragments.end(),
                                  [&](const Fragment& candidate) { return candidate.name == fragment; });
  return found == fragments.end() ? nullptr : &*found;
}

Result<Document> Parse(std::string_view text) {
  if (text.size() > kMostBytes) {
    return Error{Reason::InvalidArgument, "The query has " + std::to_string(text.size()) +
                                              " bytes; at most " + std::to_string(kMostBytes) + " are read."};
  }
  return Parser(text, CAIRN_TRY(Tokenize(text))).Run();
}

}  // namespace cairn::mlflow::graphql
