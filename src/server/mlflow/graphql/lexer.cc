#include "server/mlflow/graphql/lexer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ground/vocabulary/text.h"

namespace cairn::mlflow::graphql {
namespace {

constexpr std::string_view kBlockQuote = "\"\"\"";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }

void AppendUtf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// The indentation that all lines but the first share is not part of a block text, nor are blank lines at its
/// ends (section 2.9.4).
std::string Dedented(std::string_view raw) {
  auto lines = Split(raw, '\n');
  std::size_t shared = std::string_view::npos;
  for (auto& line : lines) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto indent = line.find_first_not_of(" \t");
    if (&line != &lines.front() && indent != std::string_view::npos) shared = std::min(shared, indent);
  }
  for (std::size_t i = 1; i < lines.size() && shared != std::string_view::npos; ++i)
    lines[i].remove_prefix(std::min(shared, lines[i].size()));
  const auto blank = [](std::string_view line) { return Trim(line).empty(); };
  lines.erase(lines.begin(), std::find_if_not(lines.begin(), lines.end(), blank));
  while (!lines.empty() && blank(lines.back())) lines.pop_back();
  std::string text;
  for (const auto& line : lines) (text += text.empty() && &line == &lines.front() ? "" : "\n") += line;
  return text;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> Run() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    std::vector<Token> tokens;
    while (SkipBlank()) tokens.push_back(CAIRN_TRY(Next()));
    tokens.push_back({Token::Kind::End, "", text_.size()});
    return tokens;
  }

 private:
  bool SkipBlank() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '#') at_ = std::min(text_.find('\n', at_), text_.size());
      if (at_ == text_.size()) return false;
      if (std::string_view(" \t\r\n,").find(text_[at_]) == std::string_view::npos) return true;
    }
    return false;
  }

  Result<Token> Next() {
    const auto start = at_;
    const char c = text_[at_];
    if (IsNameStart(c)) {
      while (at_ < text_.size() && IsNamePart(text_[at_])) ++at_;
      return Cut(Token::Kind::Name, start);
    }
    if (IsDigit(c) || c == '-') return Number();
    if (text_.substr(at_).starts_with(kBlockQuote)) return Block();
    if (c == '"') return Quoted();
    if (text_.substr(at_).starts_with("...")) {
      at_ += 3;
      return Cut(Token::Kind::Symbol, start);
    }
    if (std::string_view("!$&()[]{}:=@|").find(c) == std::string_view::npos)
      return SyntaxError(text_, at_, "an unexpected character");
    ++at_;
    return Cut(Token::Kind::Symbol, start);
  }

  Result<Token> Number() {
    const auto start = at_;
    if (text_[at_] == '-') ++at_;
    const auto whole = at_;
    if (!Digits() || (text_[whole] == '0' && at_ > whole + 1))
      return SyntaxError(text_, start, "an invalid number");
    auto kind = Token::Kind::Int;
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      kind = Token::Kind::Float;
      if (!Digits()) return SyntaxError(text_, start, "an invalid number");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      kind = Token::Kind::Float;
      if (!Digits()) return SyntaxError(text_, start, "an invalid number");
    }
    if (at_ < text_.size() && (IsNamePart(text_[at_]) || text_[at_] == '.'))
      return SyntaxError(text_, start, "an invalid number");
    return Cut(kind, start);
  }

  bool Digits() {
    const auto start = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return at_ > start;
  }

  Result<Token> Block() {
    const auto start = at_;
    std::string raw;
    for (at_ += 3; at_ < text_.size(); ++at_) {
      if (text_.substr(at_).starts_with(kBlockQuote)) {
        at_ += 3;
        return Token{Token::Kind::Text, Dedented(raw), start};
      }
      if (text_.substr(at_).starts_with("\\\"\"\"")) {
        raw += kBlockQuote;
        at_ += 3;
      } else {
        raw += text_[at_];
      }
    }
    return SyntaxError(text_, start, "an unterminated text");
  }

  Result<Token> Quoted() {
    const auto start = at_;
    Token token{Token::Kind::Text, "", start};
    for (++at_; at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r'; ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return token;
      }
      if (text_[at_] != '\\') {
        token.text += text_[at_];
      } else if (!Escape(token.text)) {
        return SyntaxError(text_, at_, "an invalid escape in a text");
      }
    }
    return SyntaxError(text_, start, "an unterminated text");
  }

  /// Reads what follows a backslash; stays on its last character.
  bool Escape(std::string& out) {
    if (++at_ >= text_.size()) return false;
    if (text_[at_] == 'u') return Unicode(out);
    static constexpr std::string_view kWritten = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    const auto which = kWritten.find(text_[at_]);
    if (which == std::string_view::npos) return false;
    out += kMeant[which];
    return true;
  }

  bool Unicode(std::string& out) {
    auto code = Hex4(at_ + 1);
    if (!code) return false;
    at_ += 4;
    if (*code >= 0xDC00 && *code < 0xE000) return false;
    if (*code >= 0xD800 && *code < 0xDC00) {
      const auto low = text_.substr(at_ + 1).starts_with("\\u") ? Hex4(at_ + 3) : std::nullopt;
      if (!low || *low < 0xDC00 || *low >= 0xE000) return false;
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
      at_ += 6;
    }
    AppendUtf8(out, *code);
    return true;
  }

  std::optional<unsigned> Hex4(std::size_t from) const {
    if (from + 4 > text_.size()) return std::nullopt;
    unsigned code = 0;
    for (std::size_t i = from; i < from + 4; ++i) {
      const auto digit = std::string_view("0123456789abcdef").find(LowerAscii(text_.substr(i, 1)));
      if (digit == std::string_view::npos) return std::nullopt;
      code = code * 16 + static_cast<unsigned>(digit);
    }
    return code;
  }

  Token Cut(Token::Kind kind, std::size_t start) const {
    return {kind, std::string(text_.substr(start, at_ - start)), start};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string Token::Shown() const {
  if (kind == Kind::End) return "the end";
  if (kind == Kind::Text) return "a text";
  return "'" + text + "'";
}

Result<std::vector<Token>> Tokenize(std::string_view text) { return Lexer(text).Run(); }

Error SyntaxError(std::string_view document, std::size_t offset, std::string_view what) {
  const auto before = document.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const auto column = start == std::string_view::npos ? offset + 1 : offset - start;
  return {Reason::InvalidArgument, "Syntax Error: " + std::string(what) + " (line " + std::to_string(line) +
                                       ", column " + std::to_string(column) + ")."};
}

}  // namespace cairn::mlflow::graphql
