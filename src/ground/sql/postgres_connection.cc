#include "ground/sql/postgres_connection.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <deque>

#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"

namespace cairn::sql {
namespace {

// Object ids of built-in types, fixed for good in PostgreSQL's catalog.
enum Type : Oid {
  kInferred = 0,
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kFloat4 = 700,
  kFloat8 = 701,
  kNumeric = 1700
};

constexpr std::size_t kMostParameters = 65535;
constexpr std::size_t kMostRowsAtOnce = 1000;
constexpr int kOldestServer = 120000;
// Past this many the cache starts afresh; see SqliteConnection.
constexpr std::size_t kMostStatements = 512;

constexpr const char* kSyntaxError = "42601";

constexpr const char* kSessionSetup =
    "SET client_encoding = 'UTF8'; SET extra_float_digits = 3; SET bytea_output = 'hex'; SET "
    "standard_conforming_strings = on; "
    "SET client_min_messages = warning; "
    // Acknowledged means on disk, whatever the server's default; a stronger setting is kept.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
    "'off'";

// On small tables the planner prefers to read them whole, and a serializable transaction that did so
// conflicts with every other writer of the table; through an index it conflicts only over the same keys.
constexpr const char* kBeginWrite = "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL enable_seqscan = off";
constexpr const char* kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The bytes of "\\x0a1b…", which is how the server writes them.
std::string BytesOf(std::string_view text) {
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t at = 2; at + 1 < text.size(); at += 2)
    bytes += static_cast<char>(nibble(text[at]) << 4 | nibble(text[at + 1]));
  return bytes;
}

/// Values in libpq's form: typed texts.
class Parameters {
 public:
  explicit Parameters(std::span<const Value> values) : numbers_(values.size()) {
    texts_.reserve(values.size());
    types_.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) Add(values[i], numbers_[i]);
  }
  const char* const* texts() const { return texts_.data(); }
  const Oid* types() const { return types_.data(); }
  int size() const { return static_cast<int>(texts_.size()); }

 private:
  using Digits = std::array<char, 32>;
  void Add(const Value& value, Digits& digits) {
    const auto& state = value.state();
    if (const auto* text = std::get_if<std::string>(&state)) {
      texts_.push_back(text->c_str());
      types_.push_back(kText);
    } else if (const auto* whole = std::get_if<std::int64_t>(&state)) {
      *std::to_chars(digits.data(), digits.data() + digits.size() - 1, *whole).ptr = '\0';
      texts_.push_back(digits.data());
      types_.push_back(kInt8);
    } else if (const auto* real = std::get_if<double>(&state)) {
      *std::to_chars(digits.data(), digits.data() + digits.size() - 1, *real).ptr = '\0';
      texts_.push_back(digits.data());
      types_.push_back(kFloat8);
    } else if (const auto* bytes = std::get_if<Bytes>(&state)) {
      hexed_.push_back("\\x" + HexOf(bytes->content));
      texts_.push_back(hexed_.back().c_str());
      types_.push_back(kBytea);
    } else {
      texts_.push_back(nullptr);
      types_.push_back(kInferred);
    }
  }

  std::vector<Digits> numbers_;
  std::deque<std::string> hexed_;
  std::vector<const char*> texts_;
  std::vector<Oid> types_;
};

/// The greatest N of the parameters $N in a statement.
std::size_t MostParameter(std::string_view text) {
  std::size_t most = 0;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    std::size_t number = 0;
    std::from_chars(text.data() + at + 1, text.data() + text.size(), number);
    most = std::max(most, number);
  }
  return most;
}

char TypeLetter(const Value& value) { return "nidtb"[value.state().index()]; }

Value FromText(Oid type, std::string_view text) {
  std::int64_t whole = 0;
  double real = 0.0;
  switch (type) {
    case kBool:
      return Value(text == "t");
    case kInt2:
    case kInt4:
    case kInt8:
      std::from_chars(text.data(), text.data() + text.size(), whole);
      return Value(whole);
    case kNumeric: {
      // Sums of integers arrive so.
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
      if (error == std::errc() && end == text.data() + text.size()) return Value(whole);
      [[fallthrough]];
    }
    case kFloat4:
    case kFloat8:
      std::from_chars(text.data(), text.data() + text.size(), real);
      return Value(real);
    case kBytea:
      return Value(Bytes{BytesOf(text)});
    default:
      return Value(text);
  }
}

Reason ReasonOf(std::string_view state) {
  if (state == "23505") return Reason::AlreadyExists;
  if (state == "23503" || state == "23P01" || state == "55P03") return Reason::Conflict;
  if (state == "40001" || state == "40P01") return Reason::Conflict;
  if (state == "53300") return Reason::Unavailable;
  if (state == "22021" || state == "22P05" || state == "22003") return Reason::InvalidArgument;
  if (state == "XX001" || state == "XX002") return Reason::Corrupt;
  if (state.starts_with("53")) return Reason::Exhausted;
  if (state.starts_with("54")) return Reason::TooLarge;
  if (state == "08P01") return Reason::Internal;
  // No state at all means that the session broke.
  if (state.empty() || state.starts_with("08") || state.starts_with("57P") || state.starts_with("58")) {
    return Reason::Unavailable;
  }
  return Reason::Internal;
}

const char* AdviceFor(Reason reason) {
  switch (reason) {
    case Reason::Exhausted:
      return "; make room on the server and try again";
    case Reason::Unavailable:
      return "; check that the server runs, then try again";
    case Reason::Conflict:
      return "; try again";
    default:
      return "";
  }
}

std::string FirstLine(std::string_view text) { return std::string(Trim(text.substr(0, text.find('\n')))); }

Error Lost(std::string_view problem, std::string_view advice) {
  return {Reason::Unavailable, "PostgreSQL " + std::string(problem) + "; " + std::string(advice) + "."};
}

}  // namespace

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(const Libpq& libpq,
                                                                     const std::string& url) {
  // What the URL itself says comes last and so wins.
  const char* names[] = {"connect_timeout", "fallback_application_name", "dbname", nullptr};
  const char* values[] = {"10", "cairn", url.c_str(), nullptr};
  std::unique_ptr<PostgresConnection> connection(
      new PostgresConnection(libpq, libpq.ConnectDbParams(names, values, /*expand_dbname=*/1)));
  PGconn* session = connection->session_.get();
  if (libpq.Status(session) != CONNECTION_OK) {
    return Lost("cannot be reached: " + FirstLine(libpq.ErrorMessage(session)),
                "check the URL and that the server runs");
  }
  libpq.SetNoticeProcessor(
      session, [](void*, const char*) {}, nullptr);
  CAIRN_TRY(connection->Configure());
  return connection;
}

Result<> PostgresConnection::Configure() {
  if (libpq_.ServerVersion(session_.get()) < kOldestServer) {
    return Error{Reason::Unsupported, "The PostgreSQL server is older than version 12; use a newer one."};
  }
  const char* encoding = libpq_.ParameterStatus(session_.get(), "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    return Error{Reason::Unsupported,
                 "The PostgreSQL database is not in UTF-8; create it with ENCODING 'UTF8'."};
  }
  return Command(kSessionSetup);
}

bool PostgresConnection::Sound() const {
  return !stale_ && libpq_.Status(session_.get()) == CONNECTION_OK &&
         libpq_.TransactionStatus(session_.get()) == PQTRANS_IDLE;
}

Result<> PostgresConnection::Begin(Mode mode) {
  mode_ = mode;
  lost_race_ = false;
  return Command(mode == Mode::Write ? kBeginWrite : kBeginRead);
}

Result<> PostgresConnection::Commit() {
  auto outcome = Command("COMMIT");
  if (!outcome && libpq_.Status(session_.get()) != CONNECTION_OK && mode_ == Mode::Write) {
    return Lost("broke off during a commit",
                "whether it was saved is not known, so look before trying again");
  }
  return outcome;
}

void PostgresConnection::RollBack() {
  // When this fails the session is not Sound, and its server rolls back by itself.
  const Answer answer = Own(libpq_.Exec(session_.get(), "ROLLBACK"));
}

Result<> PostgresConnection::Command(const char* text) {
  const Answer answer = Own(libpq_.Exec(session_.get(), text));
  return Check(answer.get(), text);
}

Result<std::string> PostgresConnection::Prepared(std::string_view text, std::span<const Value> values) {
  std::string key(1, mode_ == Mode::Write ? 'w' : 'r');
  for (const Value& value : values) key += TypeLetter(value);
  key += ' ';
  key += text;
  const auto known = prepared_.find(key);
  from_cache_ = known != prepared_.end();
  if (from_cache_) return known->second;
  // The server takes surplus values in silence; SQLite does not.
  if (const std::size_t most = MostParameter(text); values.size() != most) {
    return Error{Reason::Internal, "Bound " + std::to_string(values.size()) + " values to " +
                                       std::to_string(most) + " parameters of: " + std::string(text)};
  }
  if (prepared_.size() >= kMostStatements) {
    CAIRN_TRY(Command("DEALLOCATE ALL"));
    prepared_.clear();
  }
  const std::string name = "s" + std::to_string(prepared_.size());
  const Parameters parameters(values);
  const Answer answer = Own(libpq_.Prepare(session_.get(), name.c_str(), std::string(text).c_str(),
                                           parameters.size(), parameters.types()));
  CAIRN_TRY(Check(answer.get(), text));
  prepared_.emplace(std::move(key), name);
  return name;
}

Result<> PostgresConnection::Execute(std::string_view text, std::span<const Value> values, const Take& take) {
  if (values.size() > kMostParameters) {
    return Error{Reason::TooLarge,
                 "A statement takes at most 65535 values; use InsertRows or several statements."};
  }
  const std::string name = CAIRN_TRY(Prepared(text, values));
  const Parameters parameters(values);
  const Answer answer = Own(libpq_.ExecPrepared(session_.get(), name.c_str(), parameters.size(),
                                                parameters.texts(), nullptr, nullptr, /*resultFormat=*/0));
  CAIRN_TRY(Check(answer.get(), text));
  Give(answer.get(), take);
  return {};
}

Result<> PostgresConnection::ExecuteRows(std::string_view head, std::size_t width,
                                         std::span<const Value> values, std::string_view tail) {
  const std::size_t most =
      std::min(kMostRowsAtOnce, std::max<std::size_t>(1, kMostParameters / width)) * width;
  for (; !values.empty(); values = values.subspan(std::min(most, values.size()))) {
    const auto part = values.first(std::min(most, values.size()));
    std::string text(head);
    text += " VALUES ";
    for (std::size_t i = 0; i < part.size(); ++i) {
      text += i % width != 0 ? ", $" : i == 0 ? "($" : "), ($";
      text += std::to_string(i + 1);
    }
    text += ") ";
    text += tail;
    // Each parameter stands for a column and takes its type from there.
    const Parameters parameters(part);
    const Answer answer = Own(libpq_.ExecParams(session_.get(), text.c_str(), parameters.size(), nullptr,
                                                parameters.texts(), nullptr, nullptr, /*resultFormat=*/0));
    CAIRN_TRY(Check(answer.get(), head));
  }
  return {};
}

Result<> PostgresConnection::Check(PGresult* answer, std::string_view text) {
  const auto status = libpq_.ResultStatus(answer);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  const auto field = [&](int code) {
    const char* found = answer != nullptr ? libpq_.ResultErrorField(answer, code) : nullptr;
    return std::string(found != nullptr ? found : "");
  };
  const std::string state = status == PGRES_EMPTY_QUERY ? kSyntaxError : field(PG_DIAG_SQLSTATE);
  const Reason reason = ReasonOf(state);
  if (state == "40001" || state == "40P01") lost_race_ = true;
  if (from_cache_ && (state == "26000" || state == "0A000")) {
    // Prepared before somebody changed the tables, or forgotten by a proxy: another session will do.
    stale_ = true;
    lost_race_ = true;
  }
  std::string message = field(PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = FirstLine(libpq_.ErrorMessage(session_.get()));
  message = "PostgreSQL failed: " + message + AdviceFor(reason);
  if (reason == Reason::Internal) message += ", in: " + std::string(text.substr(0, 200));
  return Error{reason, message + "."};
}

void PostgresConnection::Give(PGresult* answer, const Take& take) const {
  const int height = libpq_.Tuples(answer);
  const int width = libpq_.Fields(answer);
  Row given;
  for (int row = 0; row < height; ++row) {
    auto& columns = given.columns();
    columns.clear();
    columns.reserve(static_cast<std::size_t>(width));
    for (int column = 0; column < width; ++column) {
      if (libpq_.GetIsNull(answer, row, column)) {
        columns.emplace_back();
        continue;
      }
      const std::string_view text(libpq_.GetValue(answer, row, column),
                                  static_cast<std::size_t>(libpq_.GetLength(answer, row, column)));
      columns.push_back(FromText(libpq_.FieldType(answer, column), text));
    }
    take(given);
  }
}

}  // namespace cairn::sql
