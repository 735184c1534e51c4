#include "loop/contract/infer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/infer/summary.h"
#include "loop/contract/migration/builder.h"
#include "loop/contract/scan/cell_table.h"
#include "loop/contract/scan/layout.h"

namespace cairn::contract {
namespace {

constexpr std::int64_t kEnoughRows = 20;  ///< Below, what was seen says little.
constexpr std::size_t kFewValues = 20;
constexpr double kSlack = 0.1;

class Look final : public tables::Visitor {
 public:
  explicit Look(const Layout& layout) : table_(layout, layout.All()), columns_(layout.columns().size()) {}
  Result<> Take(const tables::Chunk& chunk) override {
    table_.Begin(chunk, 0);
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].Take(table_.CellsOf(i));
    return Done{};
  }
  std::vector<ColumnSummary>& columns() { return columns_; }

 private:
  CellTable table_;
  std::vector<ColumnSummary> columns_;
};

ColumnType TypeOf(const ColumnSummary& seen) {
  const std::int64_t all = seen.present();
  if (all == 0) return ColumnType::Any;
  if (seen.truths == all || seen.truth_texts == all) return ColumnType::Boolean;
  if (seen.wholes == all) return ColumnType::Integer;
  if (seen.wholes + seen.numbers == all) return ColumnType::Number;
  if (seen.days == all || seen.date_texts == all) return ColumnType::Date;
  if (seen.times == all || seen.time_texts == all) return ColumnType::Timestamp;
  if (seen.clock_texts == all) return ColumnType::Time;
  if (seen.arrays == all) return ColumnType::Array;
  if (seen.objects == all) return ColumnType::Object;
  // Codes some of which are numbers ("007", "12") are texts; with JSON's own kinds mixed, nothing can be
  // said.
  return seen.texts + seen.wholes + seen.numbers == all ? ColumnType::String : ColumnType::Any;
}

/// `value`, moved away from the middle to the next of two significant digits of `width`.
double Rounded(double value, double width, bool up) {
  const double step = std::pow(10.0, std::floor(std::log10(width)) - 1);
  const double rounded = (up ? std::ceil(value / step) : std::floor(value / step)) * step;
  // The power of ten leaves traces far behind the point.
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", rounded);
  const double shorter = std::strtod(text, nullptr);
  return up ? std::max(shorter, value) : std::min(shorter, value);
}

/// A range somewhat wider than what was seen, on the side of zero that it lies on.
Range Widened(const ColumnSummary& seen, bool whole) {
  const double width = seen.greatest - seen.least;
  if (!std::isfinite(width)) return {};
  const double room =
      std::max(width * kSlack, width == 0 ? std::max(1.0, std::fabs(seen.least) * kSlack) : 0);
  double low = Rounded(seen.least - room, std::max(width, room), false);
  double high = Rounded(seen.greatest + room, std::max(width, room), true);
  if (seen.least >= 0) low = std::max(0.0, low);
  if (seen.greatest <= 0) high = std::min(0.0, high);
  if (seen.least >= 0 && seen.greatest <= 1) high = 1;
  if (whole) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  return {low, high};
}

/// Whether every whole number between the ends was seen, and each often enough: hours, months, grades. Such a
/// scale ends where it ends.
bool IsScale(const ColumnSummary& seen, std::int64_t distinct) {
  constexpr double kLongest = 400;
  const double steps = seen.greatest - seen.least + 1;
  return steps >= 3 && steps <= kLongest && static_cast<double>(distinct) == steps &&
         seen.present() >= 5 * distinct;
}

/// What regular expressions give a meaning.
std::string Escaped(char c) {
  return std::string_view("\\^$.|?*+()[]{}").find(c) == std::string_view::npos ? std::string(1, c)
                                                                               : std::string("\\") + c;
}

std::string PatternOf(const std::vector<FormPart>& parts) {
  std::string pattern = "^";
  for (const FormPart& part : parts) {
    constexpr std::string_view kClasses[] = {"[0-9]", "[A-Z]", "[a-z]"};
    pattern += part.kind == FormPart::Class::Same
                   ? Escaped(part.sign)
                   : std::string(kClasses[static_cast<std::size_t>(part.kind)]);
    if (part.most == 1 && part.least == 1) continue;
    pattern += "{" + std::to_string(part.least) +
               (part.least == part.most ? "" : "," + std::to_string(part.most)) + "}";
  }
  return pattern + "$";
}

/// A form that says something: with a digit or a sign in it, not just "some letters".
bool IsCode(const std::vector<FormPart>& parts) {
  return !parts.empty() && parts.size() <= 8 &&
         std::any_of(parts.begin(), parts.end(),
                     [](const FormPart& part) { return part.kind == FormPart::Class::Digits; });
}

/// A text as one YAML scalar, in quotes only where it needs them.
std::string Word(std::string_view text) { return std::string(Trim(DumpYaml(Json(text)))); }

/// Writes one property.
class PropertyWriter {
 public:
  /// `personal` is what the column holds of persons, "" for nothing.
  PropertyWriter(std::string& text, const std::string& name, ColumnSummary& seen, const std::string& personal)
      : text_(text),
        name_(name),
        seen_(seen),
        type_(TypeOf(seen)),
        distinct_(seen.Distinct()),
        personal_(personal.empty() && IsEmail() ? "e-mail addresses" : personal) {}

  /// Whether it could be the key.
  bool Write(bool key_taken) {
    const bool never_missing = seen_.missing == 0 && seen_.rows > 0;
    const bool unique = never_missing && seen_.rows >= kEnoughRows && distinct_ == seen_.rows &&
                        (type_ == ColumnType::String || type_ == ColumnType::Integer);
    text_ += "    - name: " + Word(name_) + "\n";
    if (type_ != ColumnType::Any) text_ += "      logicalType: " + std::string(NameOf(type_)) + "\n";
    if (type_ == ColumnType::Any && seen_.present() == 0)
      text_ += "      # No value was seen, so nothing is said of it.\n";
    if (type_ == ColumnType::Any && seen_.present() > 0)
      text_ += "      # Values of several types were seen.\n";
    if (never_missing)
      text_ += "      required: true  # never missing in " + WithThousands(seen_.rows) + " rows\n";
    if (unique && !key_taken)
      text_ += "      primaryKey: true  # a different value in every row: does it name the row?\n";
    if (unique && key_taken) text_ += "      unique: true  # a different value in every row\n";
    if (!personal_.empty())
      text_ += "      classification: restricted  # " + personal_ +
               " point at persons: values are kept out of reports\n";
    WriteForm(unique);
    WriteQuality(unique);
    return unique;
  }

 private:
  bool IsEmail() const { return seen_.emails > 0 && seen_.emails == seen_.texts; }

  /// Few values, each often enough to be one of a list.
  bool IsList() const {
    if (seen_.many_values || seen_.values.empty() || !personal_.empty()) return false;
    if (type_ != ColumnType::String && type_ != ColumnType::Integer) return false;
    const auto count = static_cast<std::int64_t>(seen_.values.size());
    const std::size_t most = type_ == ColumnType::Integer ? 5 : kFewValues;
    return seen_.values.size() <= most && seen_.present() >= kEnoughRows && seen_.present() >= 5 * count;
  }

  void WriteForm(bool unique) {
    std::vector<std::string> options;
    std::string why;
    const bool number = type_ == ColumnType::Integer || type_ == ColumnType::Number;
    // The ends of a column that points at persons are values of it.
    if (number && !IsList() && !unique && personal_.empty()) {
      const bool scale = type_ == ColumnType::Integer && IsScale(seen_, distinct_);
      const Range range =
          scale ? Range{seen_.least, seen_.greatest} : Widened(seen_, type_ == ColumnType::Integer);
      if (range.low) options.push_back("minimum: " + ShortestText(*range.low));
      if (range.high) options.push_back("maximum: " + ShortestText(*range.high));
      why = (scale ? "seen: every whole number from " : "seen: ") + ShortestText(seen_.least) + " to " +
            ShortestText(seen_.greatest);
    }
    if (type_ == ColumnType::String && !IsList()) WriteTextForm(options, why);
    if (options.empty()) return;
    text_ += "      logicalTypeOptions:" + (why.empty() ? "" : "  # " + why) + "\n";
    for (const auto& option : options) text_ += "        " + option + "\n";
  }

  void WriteTextForm(std::vector<std::string>& options, std::string& why) {
    const bool all_texts = seen_.texts == seen_.present();
    if (IsEmail() && all_texts) {
      options.emplace_back("format: email");
    } else if (all_texts && seen_.uuids == seen_.texts) {
      options.emplace_back("format: uuid");
    } else if (all_texts && personal_.empty() && seen_.form && IsCode(*seen_.form) &&
               seen_.present() >= kEnoughRows) {
      options.push_back("pattern: " + QuotedYaml(PatternOf(*seen_.form)));
      why = "all " + WithThousands(seen_.present()) + " values have this form";
    } else if (all_texts && seen_.longest > 0) {
      options.push_back("maxLength: " +
                        std::to_string(seen_.longest + std::max<std::size_t>(1, seen_.longest / 2)));
      why =
          "seen: " + std::to_string(seen_.shortest) + " to " + std::to_string(seen_.longest) + " characters";
      if (seen_.shortest > 0) options.insert(options.begin(), "minLength: 1");
    }
  }

  void WriteQuality(bool unique) {
    std::string rules;
    if (seen_.missing > 0 && seen_.present() > 0 && seen_.rows >= kEnoughRows) {
      const double share = 100.0 * static_cast<double>(seen_.missing) / static_cast<double>(seen_.rows);
      const double most = std::min(100.0, std::ceil(share * (1 + kSlack) + 1));
      rules += "        # " + ShortestText(std::round(share * 10) / 10) +
               "% are missing.\n"
               "        - metric: nullValues\n          unit: percent\n          mustBeLessOrEqualTo: " +
               ShortestText(most) + "\n";
    }
    if (IsList() && !unique) {
      rules += "        - metric: invalidValues\n          arguments:\n            validValues:\n";
      for (const auto& [text, count] : seen_.values)
        rules += "              - " + (type_ == ColumnType::Integer ? text : Word(text)) + "  # " +
                 WithThousands(count) + (count == 1 ? " row" : " rows") + "\n";
      rules += "          mustBe: 0\n";
    }
    if (!rules.empty()) text_ += "      quality:\n" + rules;
  }

  std::string& text_;
  const std::string& name_;
  ColumnSummary& seen_;
  ColumnType type_;
  std::int64_t distinct_;
  std::string personal_;
};

std::string Head(const std::string& table, std::int64_t rows) {
  return "# Proposed from " + WithThousands(rows) +
         " rows. What was seen is not what must be: read each rule, and keep those that you mean.\n"
         "# `cairn data contract check FILE --contract THIS` holds a file to it; in cairn.yaml,\n"
         "# `data.NAME.contract: THIS` makes it govern.\n"
         "apiVersion: v3.1.0\nkind: DataContract\nid: " +
         Word(table) + "\nversion: 1.0.0\nstatus: draft\nschema:\n  - name: " + table +
         "\n    logicalType: object\n";
}

}  // namespace

Result<Inference> Infer(tables::Engine& engine, const std::vector<std::string>& files,
                        const std::string& name,
                        const std::map<std::string, std::string, std::less<>>& personal) {
  const Layout names = CAIRN_TRY(Layout::Of(engine, files, {}, {}));
  const Layout layout = CAIRN_TRY(Layout::Of(engine, files, {}, names.in_file()));
  const auto looks =
      CAIRN_TRY(engine.Visit(layout.Select(layout.All()), [&] { return std::make_unique<Look>(layout); }));
  std::vector<ColumnSummary> columns(layout.columns().size());
  for (const auto& visitor : looks) {
    auto& look = dynamic_cast<Look&>(*visitor);
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].Merge(look.columns()[i]);
  }
  Inference inference;
  inference.columns = columns.size();
  inference.rows = columns.empty() ? 0 : columns.front().rows;
  const std::string table = TableName(name);
  inference.text = Head(table, inference.rows) + "    properties:\n";
  bool key = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& column = layout.columns()[i].name;
    const auto found = personal.find(column);
    PropertyWriter writer(inference.text, column, columns[i], found == personal.end() ? "" : found->second);
    key = writer.Write(key) || key;
  }
  if (inference.rows >= kEnoughRows) {
    inference.text +=
        "    quality:\n      # Half of what was seen: a file cut short is the fault that this finds.\n"
        "      - metric: rowCount\n        mustBeGreaterOrEqualTo: " +
        std::to_string(inference.rows / 2) + "\n";
  }
  return inference;
}

}  // namespace cairn::contract
