#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loop/runtime/scores.h"
#include "loop/serving/output_rules.h"

namespace cairn::serving {

/// An answer that broke a rule.
struct Breach {
  std::string rule;       ///< "price.max", "label.allowed", "probabilities.finite".
  std::int64_t rows = 0;  ///< That broke it.
  std::string what;       ///< Of the first: "answered 512 in row 3 of output 'price', above 500 (…)".
};

/// The rules about outputs, made ready for one version. Plain after construction; safe from any thread.
class OutputCheck {
 public:
  /// Of each output of numbers: neither NaN nor infinite; of the output that is a probability, 0 … 1 with
  /// what rounding in single precision leaves; of an output that is a class (label, output_label, class, or
  /// what the model answers bare, but no score), the contract's classes, where they are texts as the output
  /// is, or 0, 1, … n-1, which no training renumbers. What is written for an output stands in place of these,
  /// but for finiteness.
  OutputCheck(const runtime::Signature& signature, const runtime::ScoreOutput& score, bool probability,
              const OutputRules& rules);

  /// The first rule that is broken, by output and in the order of rows; none when all is well.
  std::optional<Breach> Find(const runtime::Batch& outputs) const;

  /// What is held to what, a sentence for each: "output 'price': finite, at least 0, at most 500".
  const std::vector<std::string>& said() const { return said_; }
  /// What is written of outputs that this version has not, a sentence for each.
  const std::vector<std::string>& idle() const { return idle_; }

 private:
  struct Held {
    OutputRule rule;
    bool numbers = false;               ///< Finiteness means something.
    bool rounding = false;              ///< Bounds may be passed by what rounding leaves.
    std::optional<std::size_t> column;  ///< Of several the one that has bounds; none: all.
    std::vector<std::int64_t> wholes;
    std::vector<std::string> texts;
  };
  static std::optional<Breach> FindIn(const Held& held, const runtime::Tensor& tensor);
  static const char* Breaks(const Held& held, const runtime::Tensor& tensor, std::size_t at,
                            std::size_t width);
  void Say(const Held& held);

  std::vector<Held> held_;
  std::vector<std::string> said_, idle_;
};

}  // namespace cairn::serving
