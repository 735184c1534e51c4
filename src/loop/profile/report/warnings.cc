#include "loop/profile/report/warnings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "ground/vocabulary/text.h"
#include "loop/profile/report/figures.h"

namespace cairn::profile {
namespace {

constexpr double kMostlyMissing = 0.5;
constexpr double kLeak = 0.98;
constexpr double kLeakingAuc = 0.995;
constexpr double kLeakingAccuracy = 0.995;
constexpr double kRedundant = 0.98;
constexpr double kShifted = 0.98;
constexpr double kRare = 0.05;
/// Outliers that are more than this are no outliers but the shape of the data.
constexpr double kManyOutliers = 0.01;
/// Below this many rows chance alone makes columns look like leaks or names.
constexpr std::int64_t kEnoughRows = 30;

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, share > 0 && share < 0.001 ? "%.3f%%" : "%.1f%%", share * 100);
  return text;
}

std::string Rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

double Share(std::int64_t part, std::int64_t all) {
  return static_cast<double>(part) / static_cast<double>(std::max<std::int64_t>(all, 1));
}

std::string Values(std::int64_t rows) { return WithThousands(rows) + (rows == 1 ? " value" : " values"); }

/// Collects what is said of one column.
class Talk {
 public:
  explicit Talk(const ColumnView& view) : view_(view), column_(*view.column) {}

  void Say(std::string kind, std::int64_t rows, std::string sentence) {
    warnings_.push_back({std::move(kind), column_.name(), rows, std::move(sentence)});
  }

  void Leaks(const Shifts* shifts) {
    if (!view_.association) return;
    if (const std::string how = LeakIn(*view_.association); !how.empty()) {
      Say("leak", column_.present(),
          "possible leak: " + how + "; will it be known when the prediction is made?");
      return;
    }
    if (shifts) Shifted(*shifts);
  }

  void Personal() {
    for (const auto& data : view_.personal) {
      Say("personal", data.rows,
          std::string(data.inside ? "texts hold " : "it looks like ") + std::string(PluralOf(data.kind)) +
              " (" + WithThousands(data.rows) + " of " + WithThousands(column_.present()) +
              " values, all looked at); no value is shown in this report");
    }
  }

  void Emptiness() {
    const std::int64_t rows = column_.rows();
    if (rows == 0) return;
    if (view_.distinct.count <= 1) {
      Say("constant", column_.present(),
          column_.present() == 0 ? "it has no value at all" : view_.meaning.because);
    } else if (Share(column_.missing(), rows) >= kMostlyMissing) {
      Say("mostly_missing", column_.missing(),
          Percent(Share(column_.missing(), rows)) + " of its values are missing");
    }
  }

  void Types(const contract::ColumnRule* rule) {
    if (!column_.texts() || column_.type() != "string" || column_.present() == 0) return;
    const std::int64_t numbers = column_.texts()->RowsMarkedAny(kNumberMark | kDressedMark);
    const std::int64_t others = column_.present() - numbers;
    const bool wants_number =
        rule && (rule->type == contract::ColumnType::Integer || rule->type == contract::ColumnType::Number);
    if ((wants_number && others > 0) || (!rule && view_.meaning.name == "mixed")) {
      Say("mixed_types", others,
          WithThousands(others) + " of " + WithThousands(column_.present()) +
              " values are no numbers, the others are");
    } else if (!rule && view_.meaning.name == "number_text") {
      Say("number_text", numbers, view_.meaning.because + ": as text they sort and compare wrongly");
    } else if (view_.meaning.name == "date_text") {
      Say("date_text", column_.present(),
          view_.meaning.because + ": no time can be computed with until they are read as dates");
    }
  }

  void Names() {
    const bool unique = view_.meaning.name == "identifier" || view_.meaning.name == "nearly_unique";
    if (!unique || !view_.association || view_.Masks()) return;
    Say("identifier", view_.distinct.count,
        WithThousands(view_.distinct.count) + " different values in " + WithThousands(column_.present()) +
            " rows: it names rows rather than describing them");
  }

  void TextTrouble() {
    if (!column_.texts()) return;
    Texts& texts = *column_.texts();
    const auto say = [&](const char* kind, std::uint32_t mark, const char* what) {
      const std::int64_t rows = texts.RowsMarked(mark);
      if (rows > 0) Say(kind, rows, Values(rows) + " " + what);
    };
    say("empty_text", kEmptyMark, "of no character, which is not the same as missing");
    say("blank_text", kBlankMark, "of white space alone, which is not the same as missing");
    say("padded_text", kPaddedMark,
        "with white space before or behind it: equal to the eye, different to a program");
    say("encoding", kMojibakeMark, "read in the wrong encoding (such as \"Ã¼\" for \"ü\")");
    say("encoding", kLostMark, "that lost characters in a conversion (U+FFFD)");
    say("control", kControlMark, "with control characters inside");
  }

  void Numbers() {
    if (!column_.numbers()) return;
    const std::int64_t infinite = column_.numbers()->infinite();
    if (infinite > 0) Say("infinite", infinite, Values(infinite) + " infinite; most programs break on it");
    if (view_.far_out > 0 && Share(view_.far_out, column_.present()) <= kManyOutliers &&
        column_.present() >= kEnoughRows) {
      Say("outliers", view_.far_out,
          Values(view_.far_out) + " far outside of all others (beyond three interquartile ranges)");
    }
    if (column_.kind() != ColumnKind::Time) return;
    if (column_.future() > 0) Say("future", column_.future(), Values(column_.future()) + " in the future");
    const Json& time = view_.figures.At("time");
    const std::int64_t gaps = time.Int("gap_count");
    if (gaps == 0) return;
    Say("time_gaps", gaps,
        WithThousands(gaps) + (gaps == 1 ? " gap" : " gaps") + " in an otherwise regular series: " +
            WithThousands(time.Int("missing_points")) + " points of time are not there");
  }

  std::vector<Warning> Take() && { return std::move(warnings_); }

 private:
  /// "" unless the column tells the target nearly by itself.
  std::string LeakIn(const Association& association) const {
    const std::int64_t present = column_.present();
    if (column_.rows() < kEnoughRows) return "";
    const bool enough = present >= kEnoughRows && association.rows >= kEnoughRows;
    if (enough && std::max(association.auc, 1 - association.auc) >= kLeakingAuc) {
      return "it separates the two classes almost perfectly (area under the ROC curve " +
             Rounded(association.auc) + ")";
    }
    // A category with hardly any row per level goes with everything.
    const bool told =
        column_.kind() != ColumnKind::Category || association.rows >= 10 * association.most_levels;
    if (enough && told && std::fabs(association.value) >= kLeak)
      return "its association with the target is " + Rounded(association.value);
    if (enough && told && association.accuracy >= kLeakingAccuracy &&
        2 * (1 - association.accuracy) < 1 - association.base_accuracy)
      return "it alone names the right class in " + Percent(association.accuracy) + " of the rows";
    if (association.missing >= kLeak)
      return "whether it is missing tells the target (association " + Rounded(association.missing) + ")";
    return "";
  }

  void Shifted(const Shifts& shifts) {
    const auto share = [](const Shifts::Count& count) { return Share(count.equal, count.asked); };
    for (const auto& [count, which] :
         {std::pair(shifts.next(), "next"), std::pair(shifts.before(), "previous")}) {
      // A target that hardly changes equals its neighbour anyway.
      if (count.asked < kEnoughRows || share(count) < kShifted || share(shifts.same()) > 0.9) continue;
      Say("target_shifted", count.equal,
          "it is the target of the " + std::string(which) + " row in " + Percent(share(count)) +
              " of the rows; will it be known when the prediction is made?");
      return;
    }
  }

  const ColumnView& view_;
  Column& column_;
  std::vector<Warning> warnings_;
};

/// Two number columns that say the same.
void AddRedundant(const Json& correlations, const std::string& target, std::vector<Warning>& warnings) {
  const Json& numbers = correlations.At("numbers");
  const auto& names = numbers.At("columns").items();
  const auto& rows = numbers.At("pearson").items();
  for (std::size_t a = 0; a < names.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const Json& r = rows[a].items()[b];
      const std::string &one = names[a].AsString(), &other = names[b].AsString();
      if (!r.IsNumber() || std::fabs(r.AsDouble()) < kRedundant || one == target || other == target) continue;
      warnings.push_back({"redundant", one, 0,
                          "it says what '" + other + "' says (r = " + Rounded(r.AsDouble()) +
                              "); one of the two is enough"});
    }
  }
}

std::string About(bool exact, double error) {
  return exact ? ""
               : " (estimated from a sample of the rows, give or take " +
                     WithThousands(std::llround(2 * error)) + ")";
}

}  // namespace

Json Warning::ToJson() const {
  return Json{{"kind", kind}, {"column", column}, {"rows", rows}, {"sentence", sentence}};
}

std::vector<Warning> WarningsOf(const ColumnView& view, const contract::ColumnRule* rule,
                                const Shifts* shifts) {
  Talk talk(view);
  talk.Leaks(shifts);
  talk.Personal();
  talk.Emptiness();
  talk.Types(rule);
  talk.Names();
  talk.TextTrouble();
  talk.Numbers();
  return std::move(talk).Take();
}

std::vector<Warning> WarningsOf(const TableFacts& facts) {
  std::vector<Warning> warnings;
  const auto& repeated = facts.repeated;
  if (repeated.duplicates > 0) {
    warnings.push_back({"duplicates", "", repeated.duplicates,
                        WithThousands(repeated.duplicates) + " of " + WithThousands(facts.rows) +
                            " rows repeat an earlier row in every column" +
                            About(repeated.exact, repeated.duplicates_error)});
  }
  if (repeated.conflicts > 0) {
    warnings.push_back({"label_conflicts", facts.target, repeated.conflicts,
                        WithThousands(repeated.conflicts) +
                            " rows are equal to another one in every column but the target: their labels "
                            "contradict each other" +
                            About(repeated.exact, repeated.conflicts_error)});
  }
  for (const auto& [value, count] : facts.classes) {
    if (facts.classes.size() < 2 || Share(count, facts.rows) >= kRare) continue;
    warnings.push_back(
        {"imbalance", facts.target, count,
         "only " + Percent(Share(count, facts.rows)) + " of the rows have the value " + value});
  }
  for (std::size_t i = 0; i < facts.together.size(); ++i) {
    warnings.push_back({"missing_together", facts.together[i].front(), facts.together_rows[i],
                        Join(facts.together[i], ", ") + " lack their values in the same " +
                            WithThousands(facts.together_rows[i]) + " rows: one cause, not chance"});
  }
  if (facts.correlations) AddRedundant(*facts.correlations, facts.target, warnings);
  return warnings;
}

void SortByWeight(std::vector<Warning>& warnings) {
  static constexpr std::array<std::string_view, 22> kOrder = {
      "leak",       "target_shifted", "personal", "label_conflicts", "duplicates",     "mixed_types",
      "infinite",   "future",         "encoding", "constant",        "mostly_missing", "missing_together",
      "imbalance",  "time_gaps",      "outliers", "number_text",     "date_text",      "empty_text",
      "blank_text", "padded_text",    "control",  "identifier"};
  const auto place = [](const Warning& warning) {
    return std::find(kOrder.begin(), kOrder.end(), warning.kind);
  };
  std::stable_sort(warnings.begin(), warnings.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
}

}  // namespace cairn::profile
