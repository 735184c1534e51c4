#include "ground/query/lexer.h"

#include "ground/query/query.h"
#include "ground/vocabulary/text.h"

namespace cairn::query {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
/// In UTF-8. It comes with what was copied from a web page.
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
/// Letters of any alphabet arrive as bytes above 127.
bool StartsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) >= 128);
}
bool ContinuesWord(char c) {
  return StartsWord(c) || IsDigit(c) || c == '.' || c == '-' || c == '/' || c == ':' || c == '$' || c == '@';
}

/// Walks over one text; every method leaves `at_` behind what it took.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> All() {
    std::vector<Token> tokens;
    for (;;) {
      PassSpace();
      if (tokens.size() == kMaxTokens) {
        return Refused(at_ + 1, "the text has more than " + std::to_string(kMaxTokens) + " words and signs");
      }
      tokens.push_back(CAIRN_TRY(Next()));
      if (tokens.back().kind == Token::Kind::End) return tokens;
    }
  }

 private:
  bool AtNoBreakSpace() const { return text_.substr(at_).starts_with(kNoBreakSpace); }
  void PassSpace() {
    while (IsSpace(Peek()) || AtNoBreakSpace()) at_ += IsSpace(Peek()) ? 1 : kNoBreakSpace.size();
  }

  char Peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  Result<Token> Next() {
    Token token;
    token.position = at_ + 1;
    if (at_ == text_.size()) return token;
    const auto start = at_;
    const char c = Peek();
    if (c == '\'') {
      CAIRN_TRY(ReadText(token));
    } else if (c == '"' || c == '`' || StartsWord(c)) {
      CAIRN_TRY(ReadName(token));
    } else if (IsDigit(c) || c == '.' || c == '-' || c == '+') {
      CAIRN_TRY(ReadNumber(token));
    } else {
      CAIRN_TRY(ReadSymbol(token));
    }
    token.written = text_.substr(start, at_ - start);
    return token;
  }

  /// Two quotes in a row are inside, and stay two: as MLflow has it.
  Result<std::string> Quoted() {
    const auto open = at_;
    const char quote = text_[open];
    auto close = text_.find(quote, open + 1);
    while (close != std::string_view::npos && text_.substr(close + 1).starts_with(quote))
      close = text_.find(quote, close + 2);
    if (close == std::string_view::npos) {
      return Refused(open + 1, "the quote " + std::string(1, quote) + " is not closed");
    }
    at_ = close + 1;
    return std::string(text_.substr(open + 1, close - open - 1));
  }

  Result<> ReadText(Token& token) {
    token.kind = Token::Kind::Text;
    token.literal = {.text = CAIRN_TRY(Quoted()), .position = token.position};
    return {};
  }

  Result<> ReadName(Token& token) {
    token.kind = Token::Kind::Name;
    token.name.position = token.position;
    if (!StartsWord(Peek())) return ReadQuotedName(token);
    const auto word = Word();
    const auto dot = word.find('.');
    if (dot == std::string_view::npos) {
      token.name.key = word;
      return {};
    }
    token.name.prefix = word.substr(0, dot);
    return ReadKey(token, word.substr(dot + 1));
  }

  std::string_view Word() {
    const auto start = at_;
    while (ContinuesWord(Peek()) && !AtNoBreakSpace()) ++at_;
    return text_.substr(start, at_ - start);
  }

  /// `loss`, or the prefix of `metrics`.loss.
  Result<> ReadQuotedName(Token& token) {
    auto quoted = CAIRN_TRY(Quoted());
    if (Peek() == '.') {
      ++at_;
      token.name.prefix = std::move(quoted);
      return ReadKey(token, Word());
    }
    token.literal = {.text = quoted, .position = token.position};
    token.name.key = std::move(quoted);
    return {};
  }

  /// The key behind a prefix: what was written of it without quotes, or the quoted one that comes.
  Result<> ReadKey(Token& token, std::string_view written) {
    token.name.key = written;
    if (token.name.key.empty() && (Peek() == '"' || Peek() == '`' || Peek() == '\''))
      token.name.key = CAIRN_TRY(Quoted());
    if (token.name.key.empty()) {
      return Refused(at_ + 1, "expected a key after '" + token.name.prefix + ".'");
    }
    return {};
  }

  Result<> ReadNumber(Token& token) {
    const auto start = at_;
    if (Peek() == '-' || Peek() == '+') ++at_;
    while (IsDigit(Peek()) || Peek() == '.') ++at_;
    if (Peek() == 'e' || Peek() == 'E') {
      ++at_;
      if (Peek() == '-' || Peek() == '+') ++at_;
      while (IsDigit(Peek())) ++at_;
    }
    while (ContinuesWord(Peek()) && !AtNoBreakSpace()) ++at_;
    auto written = text_.substr(start, at_ - start);
    token.kind = Token::Kind::Number;
    token.literal = {.kind = Literal::Kind::Number, .text = std::string(written), .position = token.position};
    if (written.front() == '+') written.remove_prefix(1);
    if (const auto whole = ParseInt(written)) {
      token.literal.whole = true;
      token.literal.integer = *whole;
      token.literal.number = static_cast<double>(*whole);
      return {};
    }
    const auto number = ParseDouble(written);
    if (!number) return Refused(token.position, "'" + token.literal.text + "' is not a number");
    token.literal.number = *number;
    return {};
  }

  Result<> ReadSymbol(Token& token) {
    static constexpr std::string_view kSymbols[] = {"!=", ">=", "<=", "=", ">", "<", "(", ")", ","};
    token.kind = Token::Kind::Symbol;
    for (const auto symbol : kSymbols) {
      if (text_.substr(at_).starts_with(symbol)) {
        at_ += symbol.size();
        return {};
      }
    }
    return Refused(token.position, "'" + std::string(1, Peek()) + "' has no meaning here");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool Token::Is(std::string_view word) const {
  return kind == Kind::Name && name.prefix.empty() && EqualsIgnoringCase(written, word);
}

std::string Token::Shown() const {
  return kind == Kind::End ? std::string("the end") : "'" + std::string(written) + "'";
}

Result<std::vector<Token>> Tokenize(std::string_view text) { return Scanner(text).All(); }

}  // namespace cairn::query
