#include "loop/data/ingestion.h"

#include <algorithm>

#include "ground/blob/bucket.h"
#include "ground/fetch/fetch.h"
#include "ground/os/files.h"
#include "ground/sql/foreign_query.h"
#include "ground/tables/row_file.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/data/address.h"
#include "loop/data/room.h"

namespace cairn::data {
namespace {

std::string KindOf(std::string_view address) {
  if (address.starts_with("http://") || address.starts_with("https://")) return "http";
  if (address.starts_with("s3://")) return "s3";
  if (address.starts_with("sqlite:///")) return "sqlite";
  if (address.starts_with("postgresql://") || address.starts_with("postgres://")) return "postgresql";
  return "";
}

Result<std::string> CheckedKind(const Origin& origin) {
  const std::string kind = KindOf(origin.address), shown = "'" + WithoutSecrets(origin.address) + "'";
  if (kind.empty()) {
    return Error{Reason::InvalidArgument,
                 shown +
                     " is no address that data is read from: https://…, s3://BUCKET/KEY, sqlite:///PATH or "
                     "postgresql://USER@HOST/DATABASE"};
  }
  const bool database = kind == "sqlite" || kind == "postgresql", asked = !Trim(origin.query).empty();
  if (database == asked) return kind;
  if (database)
    return Error{Reason::InvalidArgument, shown + " is a database: say with --query what to read from it"};
  return Error{Reason::InvalidArgument, shown + " is no database: it takes no --query"};
}

/// The last part of an address's path.
std::string NameIn(std::string_view address) {
  const auto path = address.substr(0, address.find_first_of("?#"));
  const auto begins = path.find("://") + 3;
  const auto slash = path.rfind('/');
  const auto last = slash < begins ? std::string_view() : path.substr(slash + 1);
  const auto plain = PercentDecode(last, UrlPart::Path);
  std::string name = plain ? *plain : std::string(last);
  std::replace(name.begin(), name.end(), '/', '_');
  return name.empty() ? "download" : name;
}

// ---- http

Error Refused(int status, const std::string& shown) {
  const std::string text = "'" + shown + "' answers with status " + std::to_string(status);
  if (status == 401 || status == 403 || status == 407)
    return {Reason::Denied, text + ": it wants another user or token"};
  if (status == 404 || status == 410) return {Reason::NotFound, text + ": there is nothing there"};
  return {Reason::Unavailable, text + "; try again later"};
}

fetch::Outgoing RequestTo(const std::string& address) {
  fetch::Outgoing request;
  request.url = WithoutUser(address);
  request.user = UserOf(address);
  if (!request.user.empty() && request.user.find(':') == std::string::npos) request.user += ':';
  request.redirects = 10;
  request.timeout = std::chrono::milliseconds(0);
  return request;
}

/// The months' names of HTTP dates (RFC 9110): "Tue, 15 Nov 1994 12:45:26 GMT".
TimeMs TimeOfHttp(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 25) return 0;
  const auto month = kMonths.find(text.substr(8, 3));
  if (month == kMonths.npos) return 0;
  const std::string number = std::to_string(month / 3 + 1);
  const auto at =
      ParseTime(std::string(text.substr(12, 4)) + "-" + (number.size() == 1 ? "0" : "") + number + "-" +
                std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) + "Z");
  return at ? *at : 0;
}

Result<> RoomFor(const Catalogue& catalogue, std::uint64_t bytes, const std::string& shown) {
  return EnsureRoom({{catalogue.places().scratch, bytes}, {catalogue.places().cache, bytes}},
                    "fetching '" + shown + "'");
}

/// How large it is, where the server tells without being asked for the bytes; 0 otherwise.
std::uint64_t SizeAt(const std::string& address) {
  auto look = RequestTo(address);
  look.method = "HEAD";
  look.timeout = std::chrono::milliseconds(30'000);
  const auto answer = fetch::Fetch(look);
  if (!answer || answer->status != 200) return 0;
  const auto length = ParseInt(answer->Header("Content-Length"));
  return length && *length > 0 ? static_cast<std::uint64_t>(*length) : 0;
}

Result<> FetchHttp(const Catalogue& catalogue, const Origin& origin, const std::string& path,
                   Provenance& provenance) {
  CAIRN_TRY(RoomFor(catalogue, SizeAt(origin.address), provenance.source));
  auto request = RequestTo(origin.address);
  request.response_file = path;
  const auto answer = CAIRN_TRY(fetch::Fetch(request));
  if (answer.status != 200) return Refused(answer.status, provenance.source);
  provenance.modified_ms = TimeOfHttp(answer.Header("Last-Modified"));
  return Done{};
}

// ---- S3

Result<> FetchS3(const Catalogue& catalogue, const Origin& origin, const std::string& path,
                 Provenance& provenance) {
  const auto slash = origin.address.rfind('/');
  const std::string key = origin.address.substr(slash + 1);
  if (slash < std::string_view("s3://b").size() || key.empty()) {
    return Error{Reason::InvalidArgument,
                 "'" + provenance.source + "' names no object: write s3://BUCKET/KEY"};
  }
  const blob::Bucket bucket(CAIRN_TRY(blob::PlaceFromEnvironment(origin.address.substr(0, slash))));
  const auto object = CAIRN_TRY(bucket.Find(key));
  CAIRN_TRY(RoomFor(catalogue, object.bytes, provenance.source));
  provenance.modified_ms = object.modified_ms;
  return bucket.Get(object, path);
}

// ---- databases

tables::RowFile::Head HeadOf(const sql::ForeignColumn& column) {
  switch (column.type) {
    case sql::ForeignType::Any:
      return {column.name};
    case sql::ForeignType::Integer:
      return {column.name, tables::Type::Int};
    case sql::ForeignType::Real:
      return {column.name, tables::Type::Double};
    case sql::ForeignType::Boolean:
      return {column.name, tables::Type::Bool};
    case sql::ForeignType::Time:
      return {column.name, tables::Type::Time};
    case sql::ForeignType::Text:
      return {column.name, tables::Type::Text};
  }
  return {column.name};
}

/// A value as the table engine has it; bytes as PostgreSQL writes them.
tables::Value Plain(const sql::Value& value, const tables::RowFile::Head& head) {
  const auto& state = value.state();
  if (const auto* whole = std::get_if<std::int64_t>(&state)) {
    if (head.type == tables::Type::Bool) return *whole != 0;
    return *whole;
  }
  if (const auto* real = std::get_if<double>(&state)) return *real;
  if (const auto* text = std::get_if<std::string>(&state)) return *text;
  if (const auto* bytes = std::get_if<sql::Bytes>(&state)) return "\\x" + HexOf(bytes->content);
  return std::monostate{};
}

Result<> FetchRows(Catalogue& catalogue, const Origin& origin, const std::string& path,
                   const std::string& name) {
  const auto format = CAIRN_TRY(FormatOfRows(name));
  std::optional<tables::RowFile> file;
  std::vector<tables::RowFile::Head> heads;
  std::vector<tables::Value> values;
  CAIRN_TRY(sql::ReadForeign(origin.address, origin.query,
                             {[&](const std::vector<sql::ForeignColumn>& columns) -> Result<> {
                                for (const auto& column : columns) heads.push_back(HeadOf(column));
                                values.resize(heads.size());
                                file.emplace(CAIRN_TRY(tables::RowFile::Create(path + ".rows", heads)));
                                return Done{};
                              },
                              [&](std::span<const sql::Value> row) -> Result<> {
                                for (std::size_t i = 0; i < row.size(); ++i)
                                  values[i] = Plain(row[i], heads[i]);
                                return file->Append(values);
                              }}));
  if (!file) return Error{Reason::InvalidArgument, "the query gives no columns"};
  CAIRN_TRY(file->Finish(*CAIRN_TRY(catalogue.Engine()), path, format));
  return Done{};
}

TimeMs ModifiedOf(std::string_view address) {
  const auto status = os::Stat(std::string(address.substr(std::string_view("sqlite:///").size())));
  return status ? status->stamp.mtime_ns / 1'000'000 : 0;
}

}  // namespace

std::string NameOfQuery(TimeMs now) {
  std::string name = "query-";
  for (const char character : FormatUtc(now)) {
    if (std::string_view("-:.").find(character) == std::string_view::npos) name += character;
  }
  return name + ".parquet";
}

Result<tables::Format> FormatOfRows(const std::string& name) {
  if (const auto format = tables::FormatByName(name)) return *format;
  return Error{Reason::InvalidArgument,
               "the rows of a query go into a file named .parquet, .csv or .jsonl, not '" + name + "'"};
}

Result<Retrieved> Retrieve(Catalogue& catalogue, const Origin& origin) {
  const std::string kind = CAIRN_TRY(CheckedKind(origin));
  Retrieved retrieved(CAIRN_TRY(os::TempFolder::Create(CAIRN_TRY(catalogue.Drafts()))));
  Provenance& provenance = retrieved.provenance_;
  provenance.kind = kind;
  provenance.source = WithoutSecrets(origin.address);
  provenance.query = std::string(Trim(origin.query));
  provenance.read_ms = catalogue.clock().Now();
  retrieved.name_ = !origin.name.empty()   ? origin.name
                    : origin.query.empty() ? NameIn(origin.address)
                                           : NameOfQuery(provenance.read_ms);
  if (retrieved.name_.find('/') != std::string::npos) {
    return Error{Reason::InvalidArgument, "'" + retrieved.name_ + "' is no name of a file of the data set"};
  }
  // The ending stays: it tells the format.
  retrieved.path_ = retrieved.folder_ / ("bytes-" + retrieved.name_);
  if (kind == "http") CAIRN_TRY(FetchHttp(catalogue, origin, retrieved.path_, provenance));
  if (kind == "s3") CAIRN_TRY(FetchS3(catalogue, origin, retrieved.path_, provenance));
  if (kind == "sqlite") provenance.modified_ms = ModifiedOf(origin.address);
  if (!origin.query.empty()) CAIRN_TRY(FetchRows(catalogue, origin, retrieved.path_, retrieved.name_));
  return retrieved;
}

}  // namespace cairn::data
