#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/result.h"

/// Which rows belong to which part of a split. What decides is a row's key (or group, or time), never its
/// place in the file or the machine's chance: the same rows give the same parts everywhere, in any order.
namespace cairn::data {

enum class SplitMethod {
  Random,      ///< By a hash of the key: shares are met on average; a row stays where it is when others come.
  Stratified,  ///< Within each class, in the order of the hash: each part has its share of each class, within
               ///< one.
  Group,       ///< By a hash of the group: all rows of a group lie in one part.
  Time,        ///< The earliest rows first; rows of one moment lie in one part.
};
/// "random", "stratified", "group", "time".
const char* NameOf(SplitMethod method);
Result<SplitMethod> SplitMethodNamed(std::string_view name);

struct SplitPart {
  std::string name;
  double share = 0;
};
/// "train=80,validation=10,test=10": shares in percent or as fractions of one that sum to 100 or to 1.
/// InvalidArgument for anything else, one part alone, a name twice, or a name that is no plain word.
Result<std::vector<SplitPart>> ParseParts(std::string_view text);

struct SplitWish {
  SplitMethod method = SplitMethod::Random;
  std::vector<SplitPart> parts;  ///< In order: of a split by time, the earliest first.
  std::vector<std::string>
      key;  ///< Columns that name a row; empty: all columns, so that equal rows stay together.
  std::vector<std::string> group;
  std::string stratum;  ///< The column of the classes.
  std::string time;     ///< ISO times or numbers.
  std::vector<std::string>
      cuts;                ///< Of a split by time: where each part but the first begins; empty: by shares.
  std::string seed = "0";  ///< Another one gives another split of the same kind.
};

struct PlannedPart {
  std::string name;
  std::string condition;  ///< SQL over the columns of a row; exactly one part's holds for each row.
};

/// What the relation (as Source::Relation gives it) is split by. Unprocessable naming a column that is not
/// there, or saying how many rows have no readable time, or how many keys have rows of several classes (such
/// keys cannot be kept together and be stratified); InvalidArgument for a wish that lacks its column;
/// TooLarge for more than 1,000 classes.
Result<std::vector<PlannedPart>> PlanSplit(tables::Engine& engine, const std::string& relation,
                                           const std::vector<tables::Field>& fields, const SplitWish& wish);

/// The time of a row as a number that orders it: microseconds, or the number itself when every time is a
/// number. Unprocessable, saying how many, for times that are missing or neither.
Result<std::string> TimeOrder(tables::Engine& engine, const std::string& relation, const std::string& column);

}  // namespace cairn::data
