#include "loop/scorecard/rubric/rubric.h"

#include <algorithm>
#include <array>

namespace cairn::scorecard {
namespace {

constexpr std::array<Entry, 28> kRubric{{
    {"T-D1", "Expectations about the columns stand in a schema that training and serving share",
     "the contract checked at least twice on data that nobody brought by hand, while serving checks requests "
     "against the same one",
     By::Program, SchemaIsShared, ""},
    {"T-D2", "Every column helps", "each column left out or permuted, its loss recorded with an interval",
     By::Stage, nullptr, "the explanation of models by their columns"},
    {"T-D3", "No column costs more than it brings",
     "compute time, latency and bytes of each column, ranked by what it adds", By::Stage, nullptr,
     "the feature store, which measures what a column costs"},
    {"T-D4", "Columns obey the rules (banned sources, protected attributes)",
     "a policy held against the lineage of every column, derived ones too", By::Stage, nullptr,
     "the feature store, which knows the lineage of single columns"},
    {"T-D5", "Privacy is kept through the whole pipeline",
     "tagged personal columns followed to every artifact and log, and a planted value that appears nowhere",
     By::Stage, nullptr, "tags of personal columns that follow them"},
    {"T-D6", "New columns are quick to add",
     "days from the first commit that names a column to the first prediction that uses it", By::Stage,
     nullptr, "the feature store, which dates a column's first commit and first prediction"},
    {"T-D7", "The code that makes columns is tested",
     "tests of that code run by a trigger on the commit that was shipped", By::Code, nullptr,
     "the delivery of the pipeline's code (`cairn ci` tests a change and keeps no record in the store)"},
    {"T-M1", "The model's specification is reviewed and in a repository",
     "the training commit found on a protected branch, with a reviewer who is not its author", By::Stage,
     nullptr, "records of who reviewed a commit"},
    {"T-M2", "The offline metric follows the live one",
     "four promoted versions or more with a figure on the sealed rows and closed windows of the same metric "
     "on live traffic",
     By::Program, OfflineFollowsLive, ""},
    {"T-M3", "Hyper-parameters are tuned", "a search that covers every tunable parameter", By::Stage,
     ParametersAreTuned, "sweeps that a trigger begins (`cairn exp run` does one by hand)"},
    {"T-M4", "What staleness costs is known",
     "versions of several ages scored on the same recent labelled rows", By::Stage, nullptr,
     "the replay of old versions on new rows"},
    {"T-M5", "A simpler model is not better",
     "a gate against the heuristic, judged at least twice on candidates that a trigger brought", By::Program,
     SimplerIsNotBetter, ""},
    {"T-M6", "The model is good on all important slices",
     "a gate on the worst slice, judged at least twice on candidates that a trigger brought", By::Program,
     SlicesAreGood, ""},
    {"T-M7", "The model was examined for inclusion and fairness",
     "a gate on a gap between groups, judged at least twice on candidates that a trigger brought, or a stage "
     "that searches for proxies",
     By::Stage, GroupsAreTreatedAlike, "the search for proxies of a protected column"},
    {"T-I1", "Training is reproducible",
     "the same training done twice with equal digests, or within a declared tolerance", By::Stage, nullptr,
     "replays on a schedule (`cairn replay` does one by hand)"},
    {"T-I2", "The specification is unit tested", "tests of the training code run by a trigger on its commit",
     By::Code, nullptr,
     "the delivery of the pipeline's code (`cairn ci` tests a change and keeps no record in the store)"},
    {"T-I3", "The whole pipeline is integration tested",
     "the production pipeline run from end to end on a small sample, on a schedule", By::Stage, nullptr,
     "the delivery of the pipeline, which has a staging place"},
    {"T-I4", "Quality is validated before a model serves",
     "gates judged at least twice on candidates that a trigger brought, and not one move of production past "
     "them or without a decision",
     By::Program, GatesBeforeProduction, ""},
    {"T-I5", "One example can be followed step by step",
     "a recorded prediction recomputed through each step, with equal results in between", By::Stage, nullptr,
     "the explanation of one row through every step"},
    {"T-I6", "A version is tried on a share of the traffic first",
     "canaries with real requests before every promotion, at least two of versions that a trigger brought",
     By::Program, CanaryBeforeAll, ""},
    {"T-I7", "A version can be taken back",
     "returns to the predecessor that nobody asked for by hand, at least twice", By::Program, CanBeTakenBack,
     ""},
    {"T-O1", "Changed dependencies notify those who consume them",
     "a notice of each change of a source, data or package, to those who consume it", By::Stage, nullptr,
     "notices of changed dependencies"},
    {"T-O2", "Input invariants hold in live traffic",
     "two windows of live inputs compared with the training profile", By::Program, InputsAreWatched, ""},
    {"T-O3", "Training and serving compute the same columns",
     "sampled live rows recomputed by the training code, column by column", By::Stage, nullptr,
     "the feature store, which computes a column once for both"},
    {"T-O4", "Models are not too stale", "the age in production against the curve of T-M4", By::Stage,
     nullptr, "the monitor of a model's age"},
    {"T-O5", "The model is numerically stable",
     "a watch for NaN and infinities in inputs, weights and scores", By::Stage, nullptr,
     "the monitor of NaN and infinities"},
    {"T-O6", "Speed, memory and throughput have not regressed",
     "change points searched for in recorded latency and memory, sudden and slow", By::Stage, nullptr,
     "the monitor of latency and memory"},
    {"T-O7", "Live quality has not regressed", "two windows of labelled live traffic judged", By::Program,
     QualityIsWatched, ""},
}};

}  // namespace

std::span<const Entry> Rubric() { return kRubric; }

const Entry* EntryOf(std::string_view id) {
  const auto found =
      std::find_if(kRubric.begin(), kRubric.end(), [&](const Entry& entry) { return entry.id == id; });
  return found == kRubric.end() ? nullptr : &*found;
}

}  // namespace cairn::scorecard
