#include "server/inference/scoring_body.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "ground/vocabulary/text.h"

namespace cairn::inference {
namespace {

using serving::Offer;
using serving::Question;

constexpr std::array<std::string_view, 4> kForms = {"dataframe_split", "dataframe_records", "instances",
                                                    "inputs"};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr const char* kOneOf =
    "The input must be a JSON dictionary with exactly one of the input fields {'dataframe_split', "
    "'dataframe_records', 'instances', 'inputs'}";

/// MLflow's own words before whatever is wrong with an input.
Error Wrong(const std::string& message) { return {Reason::InvalidArgument, "Invalid input. " + message}; }

/// A column's name may be a whole number in a data frame without names.
Result<std::string> NameIn(const Json& name) {
  if (name.IsString()) return name.AsString();
  if (name.IsInt()) return std::to_string(name.AsInt());
  return Wrong("'dataframe_split': every entry of 'columns' must be a name");
}

/// [[…], […]]: rows of the model's columns in their order; […]: the only column.
Result<> ReadMatrix(std::string_view form, const Json& rows, const Offer& offer, Question& question) {
  question.rows = rows.items().size();
  for (const std::string& name : offer.columns)
    question.columns.emplace_back(name, std::vector<Json>(question.rows));
  for (std::size_t row = 0; row < question.rows; ++row) {
    const Json& given = rows.items()[row];
    const std::size_t width = given.IsArray() ? given.items().size() : 1;
    if (width != question.columns.size())
      return Wrong("'" + std::string(form) + "': row " + std::to_string(row + 1) + " has " +
                   std::to_string(width) + " values, and the model reads " +
                   std::to_string(question.columns.size()) + " columns");
    for (std::size_t column = 0; column < width; ++column)
      question.columns[column].second.list()[row] = given.IsArray() ? given.items()[column] : given;
  }
  return Done{};
}

/// {"columns", "data", "index"}, as pandas writes a table. Without names the columns are the model's own, in
/// their order. The index says nothing about the rows' content.
Result<> ReadSplit(const Json& split, const Offer& offer, Question& question) {
  if (!split.IsObject()) return Wrong("Dataframe split format must be a dictionary.");
  for (const auto& [name, value] : split.members())
    if (name != "columns" && name != "data" && name != "index")
      return Wrong(
          "Dataframe split format must have 'data' field and optionally 'columns' and 'index' "
          "fields. Got '" +
          name + "'.");
  const Json& columns = split.At("columns");
  const Json& rows = split.At("data");
  if (!rows.IsArray()) return Wrong("'dataframe_split' must have the list 'data'");
  if (columns.IsNull()) return ReadMatrix("dataframe_split", rows, offer, question);
  if (!columns.IsArray()) return Wrong("'dataframe_split': 'columns' must be a list of names");
  question.rows = rows.items().size();
  for (const Json& column : columns.items()) {
    question.columns.emplace_back(CAIRN_TRY(NameIn(column)), std::vector<Json>());
    question.columns.back().second.list().reserve(question.rows);
  }
  for (std::size_t row = 0; row < question.rows; ++row) {
    const auto& values = rows.items()[row].items();
    if (values.size() != question.columns.size())
      return Wrong("'dataframe_split': row " + std::to_string(row + 1) + " has " +
                   std::to_string(values.size()) + " values for " + std::to_string(question.columns.size()) +
                   " columns");
    for (std::size_t column = 0; column < values.size(); ++column)
      question.columns[column].second.push_back(values[column]);
  }
  return Done{};
}

/// Records that share no names make a table of nearly nothing but holes: a request of a megabyte could ask
/// for all memory there is. A table may have this many cells, and some for each value that was sent.
Result<> CheckHoles(std::string_view form, const Json& records, std::size_t columns) {
  constexpr std::size_t kCells = 100'000, kCellsPerValue = 4;
  std::size_t values = 0;
  for (const Json& record : records.items()) values += record.members().size();
  if (records.items().size() * columns <= kCells + kCellsPerValue * values) return Done{};
  return Error{Reason::TooLarge, "'" + std::string(form) + "': " + std::to_string(records.items().size()) +
                                     " records with " + std::to_string(columns) +
                                     " different names have too few values in common; send the same names in "
                                     "each record, or fewer records."};
}

Result<> ReadRecords(std::string_view form, const Json& records, Question& question) {
  if (!records.IsArray())
    return Wrong("'" + std::string(form) + "': Dataframe records format must be a list of records.");
  question.rows = records.items().size();
  std::unordered_set<std::string_view> names;
  for (const Json& record : records.items())
    for (const auto& member : record.members()) names.insert(member.first);
  CAIRN_TRY(CheckHoles(form, records, names.size()));
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t row = 0; row < question.rows; ++row) {
    const Json& record = records.items()[row];
    if (!record.IsObject())
      return Wrong("'" + std::string(form) + "': row " + std::to_string(row + 1) + " is no record");
    for (const auto& [name, value] : record.members()) {
      const auto [place, added] = places.try_emplace(name, question.columns.size());
      if (added) question.columns.emplace_back(name, std::vector<Json>(question.rows));
      question.columns[place->second].second.list()[row] = value;
    }
  }
  return Done{};
}

/// One value of a column: bare, or alone in a list as [N,1] has it.
const Json& Bare(const Json& value) {
  return value.IsArray() && value.items().size() == 1 ? value.items()[0] : value;
}

Result<> ReadInputs(const Json& inputs, const Offer& offer, Question& question) {
  if (offer.matrix && inputs.members().size() == 1 &&
      inputs.members()[0].first == offer.signature.inputs[0].name)
    return ReadMatrix("inputs", inputs.members()[0].second, offer, question);
  for (const auto& [name, values] : inputs.members()) {
    std::vector<Json> column;
    if (values.IsArray()) {
      column.reserve(values.items().size());
      for (const Json& value : values.items()) column.push_back(Bare(value));
    } else {
      column.push_back(values);
    }
    if (question.columns.empty()) question.rows = column.size();
    question.columns.emplace_back(name, std::move(column));
  }
  return Done{};
}

/// Whether tensors come by the names of columns, so that MLflow makes a table of them.
bool IsNamed(const Json& given, const Offer& offer) {
  if (given.IsArray()) return !given.items().empty() && given.items()[0].IsObject();
  return !(offer.matrix && given.members().size() == 1 &&
           given.members()[0].first == offer.signature.inputs[0].name);
}

Result<> ReadTensors(std::string_view form, const Json& given, const Offer& offer, Question& question) {
  if (given.IsObject()) return ReadInputs(given, offer, question);
  if (!given.IsArray()) return Wrong("'" + std::string(form) + "' must be a list or a dictionary");
  if (!given.items().empty() && given.items()[0].IsObject()) return ReadRecords(form, given, question);
  return ReadMatrix(form, given, offer, question);
}

/// One row of fields; `text` begins behind its line end afterwards. Fields in double quotes may hold
/// separators, line ends and doubled quotes.
std::vector<std::string> TakeRow(std::string_view& text) {
  std::vector<std::string> fields(1);
  bool inside = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (inside && c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
      fields.back() += c;
      ++at;
    } else if (c == '"') {
      inside = !inside;
    } else if (!inside && c == ',') {
      fields.emplace_back();
    } else if (!inside && c == '\n') {
      ++at;
      break;
    } else if (inside || c != '\r') {
      fields.back() += c;
    }
  }
  text.remove_prefix(at);
  return fields;
}

/// What pandas reads as no value, in quotes too.
constexpr std::array<std::string_view, 19> kNoValue = {
    "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null"};

Json FieldOf(const std::string& text, bool wants_text) {
  if (std::find(kNoValue.begin(), kNoValue.end(), text) != kNoValue.end()) return nullptr;
  if (wants_text) return text;
  if (const auto whole = ParseInt(Trim(text))) return *whole;
  if (const auto number = ParseDouble(Trim(text))) return *number;
  if (EqualsIgnoringCase(text, "true") || EqualsIgnoringCase(text, "false"))
    return EqualsIgnoringCase(text, "true");
  return text;
}

bool WantsText(const std::string& column, const Offer& offer, const contract::Contract& contract) {
  if (const auto* rule = contract.Find(column))
    return rule->type == contract::ColumnType::String || rule->type == contract::ColumnType::Timestamp;
  const auto& inputs = offer.signature.inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](const runtime::Port& port) {
    return port.name == column && port.type == runtime::DataType::Bytes;
  });
}

}  // namespace

Result<ScoringBody> ReadScoringJson(const Json& json, const Offer& offer) {
  if (!json.IsObject()) return Wrong(std::string(kOneOf) + (json.IsArray() ? ". Received a list." : "."));
  std::string_view form;
  std::size_t forms = 0;
  std::string names;
  for (const auto& [name, value] : json.members()) {
    names += (names.empty() ? "'" : ", '") + name + "'";
    const auto known = std::find(kForms.begin(), kForms.end(), name);
    if (known == kForms.end()) continue;
    form = *known;
    ++forms;
  }
  if (forms != 1)
    return Error{Reason::InvalidArgument,
                 std::string(kOneOf) + ". Received dictionary with input fields: [" + names + "]."};
  ScoringBody body;
  const Json& given = json.At(form);
  if (form == "dataframe_split") {
    CAIRN_TRY(ReadSplit(given, offer, body.question));
  } else if (form == "dataframe_records") {
    CAIRN_TRY(ReadRecords(form, given, body.question));
  } else {
    body.form = IsNamed(given, offer) ? Form::Table : Form::Tensors;
    CAIRN_TRY(ReadTensors(form, given, offer, body.question));
  }
  return body;
}

Result<ScoringBody> ReadScoringCsv(std::string_view text, const Offer& offer,
                                   const contract::Contract& contract) {
  if (!IsUtf8(text)) return Wrong("Ensure that input is a valid UTF-8 encoded string.");
  ScoringBody body;
  Question& question = body.question;
  std::vector<bool> texts;
  if (Trim(text).empty()) return Wrong("The CSV input is empty; its first row must name the columns.");
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (text.starts_with('\n') || text.starts_with("\r\n")) text.remove_prefix(text.find('\n') + 1);
  for (auto& name : TakeRow(text)) {
    texts.push_back(WantsText(name, offer, contract));
    question.columns.emplace_back(std::move(name), std::vector<Json>());
  }
  while (!text.empty()) {
    const auto fields = TakeRow(text);
    if (fields.size() == 1 && fields[0].empty()) continue;  // pandas passes over empty lines
    ++question.rows;
    if (fields.size() != question.columns.size())
      return Wrong("Row " + std::to_string(question.rows) + " of the CSV input has " +
                   std::to_string(fields.size()) + " fields for " + std::to_string(question.columns.size()) +
                   " columns.");
    for (std::size_t i = 0; i < fields.size(); ++i)
      question.columns[i].second.push_back(FieldOf(fields[i], texts[i]));
  }
  return body;
}

}  // namespace cairn::inference
