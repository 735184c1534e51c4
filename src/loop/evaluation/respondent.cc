#include "loop/evaluation/respondent.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <thread>

#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/scores.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kRowsOfBlock = 16384;
constexpr double kDoubt = 1e-3;  ///< Chances nearer to each other decide nothing.

bool IsReal(const runtime::Tensor& tensor) {
  return tensor.type == runtime::DataType::Fp32 || tensor.type == runtime::DataType::Fp64;
}

std::size_t WidthOf(const runtime::Tensor& tensor) {
  return tensor.shape.size() < 2 ? 1 : static_cast<std::size_t>(tensor.shape[1]);
}

/// What holds chances: the first real output called "prob…", or the only real one.
const runtime::Tensor* ChancesIn(const runtime::Batch& outputs) {
  const runtime::Tensor* only = nullptr;
  int count = 0;
  for (const auto& tensor : outputs.tensors) {
    if (!IsReal(tensor)) continue;
    if (tensor.name.starts_with("prob")) return &tensor;
    only = &tensor;
    ++count;
  }
  return count == 1 ? only : nullptr;
}

std::string ClassIn(const runtime::Tensor& tensor, std::size_t row) {
  if (tensor.type == runtime::DataType::Bytes) return tensor.texts[row];
  if (tensor.type == runtime::DataType::Bool) return tensor.data[row] ? "true" : "false";
  if (const auto whole = tensor.Whole(row)) return std::to_string(*whole);
  return ShortestText(tensor.Number(row));
}

/// What names the class that was decided for, beside the chances; null where nothing does.
const runtime::Tensor* NamesIn(const runtime::Batch& outputs, const runtime::Tensor& chances) {
  for (const auto& tensor : outputs.tensors)
    if (&tensor != &chances && WidthOf(tensor) == 1 && tensor.rows() == chances.rows()) return &tensor;
  return nullptr;
}

/// The class for which a row is decided beyond doubt, or none.
std::optional<std::size_t> SureOf(const runtime::Tensor& chances, std::size_t row, std::size_t width) {
  std::size_t best = 0;
  for (std::size_t c = 1; c < width; ++c)
    if (chances.Number(row * width + c) > chances.Number(row * width + best)) best = c;
  for (std::size_t c = 0; c < width; ++c)
    if (c != best && chances.Number(row * width + best) - chances.Number(row * width + c) < kDoubt) return {};
  return best;
}

/// Whether the columns come in the order of Truth::classes, as far as the named decisions tell. A name that
/// is none of the classes (0 and 1 for texts) says nothing.
bool InOrder(const runtime::Tensor& chances, const runtime::Tensor* names, const Truth& truth) {
  const std::size_t width = WidthOf(chances);
  for (std::size_t row = 0; names && row < static_cast<std::size_t>(chances.rows()); ++row) {
    const auto sure = SureOf(chances, row, width);
    const auto named = std::ranges::find(truth.classes, ClassIn(*names, row));
    if (!sure || named == truth.classes.end()) continue;
    if (static_cast<std::size_t>(named - truth.classes.begin()) != *sure) return false;
    if (width == 2) return true;
  }
  return true;
}

Result<Answers> ChancesOf(const runtime::Tensor& tensor, const runtime::Tensor* names, const Truth& truth) {
  const std::size_t width = WidthOf(tensor), rows = static_cast<std::size_t>(tensor.rows()),
                    k = truth.classes.size();
  if (width != k && !(truth.binary() && width == 1)) {
    return Error{Reason::Unprocessable, "the model tells " + std::to_string(width) +
                                            " classes apart, and the rows have " + std::to_string(k) + " (" +
                                            Join(truth.classes, ", ") +
                                            "): name all of them with 'classes', in the model's order"};
  }
  const bool in_order = width == 1 || InOrder(tensor, names, truth);
  if (!in_order && !truth.binary()) {
    return Error{Reason::Unprocessable, "the model has its classes in another order than " +
                                            Join(truth.classes, ", ") +
                                            ": name all of them with 'classes', in the model's order"};
  }
  Answers answers;
  std::vector<double> chances(k);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < width; ++c) {
      // A probability of single precision may be off by its last bit.
      const double chance = tensor.Number(row * width + c), kept = std::clamp(chance, 0.0, 1.0);
      if (!(std::abs(chance - kept) < 1e-6))
        return Error{Reason::Unprocessable, "the output '" + tensor.name + "' gives " + ShortestText(chance) +
                                                ", which is no probability"};
      chances[width == 1 ? 1 : in_order ? c : 1 - c] = kept;
    }
    if (truth.binary()) {
      answers.chances.push_back(chances[1]);
    } else {
      answers.chances.insert(answers.chances.end(), chances.begin(), chances.end());
      answers.decided.push_back(
          static_cast<std::uint32_t>(std::ranges::max_element(chances) - chances.begin()));
    }
  }
  return answers;
}

Result<Answers> ClassesOf(const runtime::Batch& outputs, const Truth& truth) {
  if (const auto* chances = ChancesIn(outputs)) return ChancesOf(*chances, NamesIn(outputs, *chances), truth);
  const runtime::Tensor& tensor = outputs.tensors.front();
  Answers answers;
  for (std::size_t row = 0; row < static_cast<std::size_t>(tensor.rows()); ++row) {
    const std::string name = ClassIn(tensor, row);
    const auto found = std::ranges::find(truth.classes, name);
    if (found == truth.classes.end()) {
      return Error{Reason::Unprocessable, "the model answers '" + name + "', which is none of the classes " +
                                              Join(truth.classes, ", ")};
    }
    answers.decided.push_back(static_cast<std::uint32_t>(found - truth.classes.begin()));
  }
  return answers;
}

runtime::Features BlockOf(const runtime::Features& all, std::size_t from, std::size_t to) {
  runtime::Features block;
  for (const auto& column : all.columns()) {
    runtime::Features::Column part{column.name, {}, {}};
    std::visit(
        [&](const auto& values) {
          const auto at = values.begin();
          part.values = std::decay_t<decltype(values)>(at + static_cast<std::ptrdiff_t>(from),
                                                       at + static_cast<std::ptrdiff_t>(to));
        },
        column.values);
    if (!column.nulls.empty())
      part.nulls.assign(column.nulls.begin() + static_cast<std::ptrdiff_t>(from),
                        column.nulls.begin() + static_cast<std::ptrdiff_t>(to));
    // Names and lengths are those of a table, so it cannot fail.
    if (!block.Add(std::move(part))) break;
  }
  return block;
}

void Append(Answers& to, Answers&& more) {
  to.chances.insert(to.chances.end(), more.chances.begin(), more.chances.end());
  to.decided.insert(to.decided.end(), more.decided.begin(), more.decided.end());
  to.numbers.insert(to.numbers.end(), more.numbers.begin(), more.numbers.end());
}

tables::Table Columns(const tables::Table& table, const std::vector<std::string>& names) {
  std::vector<tables::Column> columns;
  for (const auto& name : names)
    if (const auto* column = table.Find(name)) columns.push_back(*column);
  return tables::Table(std::move(columns));
}

}  // namespace

Result<Respondent> Respondent::Of(const runtime::LoadedFolder& loaded) {
  std::vector<std::string> names;
  for (const auto& column : loaded.about.columns) names.push_back(column.name);
  return Respondent(loaded.model, CAIRN_TRY(runtime::Binder::For(loaded.model->signature(), names)));
}

Result<Answers> Respondent::AnswerBlock(const runtime::Features& features, const Truth& truth,
                                        Suite suite) const {
  const auto outputs = CAIRN_TRY(model_->Run(CAIRN_TRY(binder_.Bind(features, runtime::Extra::Ignore))));
  if (suite == Suite::Classification) return ClassesOf(outputs, truth);
  Answers answers;
  answers.numbers = CAIRN_TRY(runtime::Scores(outputs, CAIRN_TRY(runtime::ScoreOf(model_->signature()))));
  return answers;
}

Result<Answers> Respondent::Answer(const tables::Table& table, const Truth& truth, Suite suite) const {
  for (const auto& name : columns()) CAIRN_TRY(table.Named(name));
  const auto features = runtime::Features::Of(Columns(table, columns()));
  const std::size_t blocks = (table.rows() + kRowsOfBlock - 1) / kRowsOfBlock;
  std::vector<std::optional<Result<Answers>>> answered(blocks);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t block = next++; block < blocks; block = next++) {
      const std::size_t from = block * kRowsOfBlock, to = std::min(table.rows(), from + kRowsOfBlock);
      answered[block] = AnswerBlock(BlockOf(features, from, to), truth, suite);
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min<std::size_t>(blocks, os::Processors()); ++i)
      others.emplace_back(work);
    work();
  }
  Answers answers;
  for (auto& block : answered) Append(answers, CAIRN_TRY(*std::move(block)));
  return answers;
}

}  // namespace cairn::evaluation
