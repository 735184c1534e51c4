#include "ground/sql/script.h"

#include <cctype>

#include "ground/vocabulary/text.h"

namespace cairn::sql {
namespace {

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

/// Cuts a script into words, quoted pieces, comments and single characters.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool AtEnd() const { return at_ >= text_.size(); }
  /// The next piece, or an empty one when a quote or comment is never closed.
  std::string_view Next() {
    const char c = text_[at_];
    if (c == '\'' || c == '"') return Through(text_.find(c, at_ + 1), 1);
    if (StartsWith("--")) return Through(std::min(text_.find('\n', at_), text_.size() - 1), 1);
    if (StartsWith("/*")) return Through(text_.find("*/", at_ + 2), 2);
    std::size_t end = at_ + 1;
    while (IsWordCharacter(c) && end < text_.size() && IsWordCharacter(text_[end])) ++end;
    return Through(end, 0);
  }
  /// The next word, past white space, without taking it.
  std::string_view Ahead() const {
    std::size_t from = at_;
    while (from < text_.size() && std::isspace(static_cast<unsigned char>(text_[from])) != 0) ++from;
    std::size_t end = from;
    while (end < text_.size() && IsWordCharacter(text_[end])) ++end;
    return text_.substr(from, end - from);
  }

 private:
  bool StartsWith(std::string_view mark) const { return text_.substr(at_).starts_with(mark); }
  std::string_view Through(std::size_t end, std::size_t length) {
    if (end == std::string_view::npos) return {};
    const auto piece = text_.substr(at_, end + length - at_);
    at_ = end + length;
    return piece;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool DefinesColumns(std::string_view statement) {
  return statement.starts_with("CREATE TABLE") || statement.starts_with("ALTER TABLE");
}

}  // namespace

Result<std::vector<std::string>> StatementsOf(std::string_view text, Engine engine) {
  std::vector<std::string> statements;
  std::string statement;
  std::string last_word;
  const auto finish = [&] {
    const auto trimmed = Trim(statement);
    if (!trimmed.empty()) statements.emplace_back(trimmed);
    statement.clear();
  };
  for (Scanner scanner(text); !scanner.AtEnd();) {
    const auto piece = scanner.Next();
    if (piece.empty())
      return Error{Reason::Internal, "A quote or comment is never closed in: " + std::string(text)};
    if (piece == ";") {
      finish();
    } else if (piece == "/*CLUSTERED*/") {
      if (engine == Engine::Sqlite) statement += "WITHOUT ROWID";
    } else if (piece.starts_with("--") || piece.starts_with("/*")) {
      statement += ' ';
    } else {
      if (statement.empty() && Trim(piece).empty()) continue;
      statement += piece;
      // Not in CAST(x AS TEXT), which takes no collation.
      if (engine == Engine::Postgres && piece == "TEXT" && last_word != "AS" &&
          scanner.Ahead() != "COLLATE" && DefinesColumns(statement)) {
        statement += " COLLATE \"C\"";
      }
      if (IsWordCharacter(piece.front())) last_word = piece;
    }
  }
  finish();
  return statements;
}

}  // namespace cairn::sql
