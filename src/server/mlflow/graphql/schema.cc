#include "server/mlflow/graphql/schema.h"

#include <algorithm>

namespace cairn::mlflow::graphql {
namespace {

using enum Field::Shape;

constexpr Field kKeyValue[] = {{"key"}, {"value"}};
constexpr Field kErrorDetail[] = {{"field"}, {"message"}};
constexpr Type kErrorDetailType{"ErrorDetail", kErrorDetail};
constexpr Field kApiError[] = {
    {"code"}, {"message"}, {"helpUrl"}, {"traceId"}, {"errorDetails", Many, &kErrorDetailType}};
constexpr Type kApiErrorType{"ApiError", kApiError};
constexpr Field kNoError{"apiError", None, &kApiErrorType};

constexpr Type kExperimentTag{"MlflowExperimentTag", kKeyValue};
constexpr Field kExperiment[] = {{"experimentId"},
                                 {"name"},
                                 {"artifactLocation"},
                                 {"lifecycleStage"},
                                 {"lastUpdateTime", Long},
                                 {"creationTime", Long},
                                 {"tags", Many, &kExperimentTag},
                                 {"effectiveTraceArchivalRetention"},
                                 {"workspace"}};
constexpr Type kExperimentType{"MlflowExperiment", kExperiment};
constexpr Field kGetExperiment[] = {{"experiment", One, &kExperimentType}, kNoError};
constexpr Type kGetExperimentType{"MlflowGetExperimentResponse", kGetExperiment};

constexpr Field kInfo[] = {{"runId"},       {"runUuid"},       {"runName"},         {"experimentId"},
                           {"userId"},      {"status"},        {"startTime", Long}, {"endTime", Long},
                           {"artifactUri"}, {"lifecycleStage"}};
constexpr Type kInfoType{"MlflowRunInfo", kInfo};
constexpr Field kMetric[] = {{"key"},         {"value", Float},  {"timestamp", Long}, {"step", Long},
                             {"datasetName"}, {"datasetDigest"}, {"modelId"},         {"runId"}};
constexpr Type kMetricType{"MlflowMetricExtension", kMetric};
constexpr Type kParam{"MlflowParam", kKeyValue};
constexpr Type kRunTag{"MlflowRunTag", kKeyValue};
constexpr Field kData[] = {
    {"metrics", Many, &kMetricType}, {"params", Many, &kParam}, {"tags", Many, &kRunTag}};
constexpr Type kDataType{"MlflowRunData", kData};

constexpr Type kInputTag{"MlflowInputTag", kKeyValue};
constexpr Field kDataset[] = {{"name"}, {"digest"}, {"sourceType"}, {"source"}, {"schema"}, {"profile"}};
constexpr Type kDatasetType{"MlflowDataset", kDataset};
constexpr Field kDatasetInput[] = {{"tags", Many, &kInputTag}, {"dataset", One, &kDatasetType}};
constexpr Type kDatasetInputType{"MlflowDatasetInput", kDatasetInput};
constexpr Field kModelInput[] = {{"modelId"}};
constexpr Type kModelInputType{"MlflowModelInput", kModelInput};
constexpr Field kInputs[] = {{"datasetInputs", Many, &kDatasetInputType},
                             {"modelInputs", Many, &kModelInputType}};
constexpr Type kInputsType{"MlflowRunInputs", kInputs};
constexpr Field kModelOutput[] = {{"modelId"}, {"step", Long}};
constexpr Type kModelOutputType{"MlflowModelOutput", kModelOutput};
constexpr Field kOutputs[] = {{"modelOutputs", Many, &kModelOutputType}};
constexpr Type kOutputsType{"MlflowRunOutputs", kOutputs};

constexpr Field kModelParam[] = {{"name"}, {"value"}};
constexpr Type kModelParamType{"MlflowModelParam", kModelParam};
constexpr Type kModelMetricType{"MlflowModelMetric", kMetric};
constexpr Type kVersionTag{"MlflowModelVersionTag", kKeyValue};
constexpr Field kJobState[] = {{"jobId"}, {"runId"}, {"jobState"}, {"runState"}, {"currentTaskName"}};
constexpr Type kJobStateType{"MlflowModelVersionDeploymentJobState", kJobState};
constexpr Field kVersion[] = {{"name"},
                              {"version"},
                              {"creationTimestamp", Long},
                              {"lastUpdatedTimestamp", Long},
                              {"userId"},
                              {"currentStage"},
                              {"description"},
                              {"source"},
                              {"runId"},
                              {"status"},
                              {"statusMessage"},
                              {"tags", Many, &kVersionTag},
                              {"runLink"},
                              {"aliases", Texts},
                              {"modelId"},
                              {"modelParams", Many, &kModelParamType},
                              {"modelMetrics", Many, &kModelMetricType},
                              {"deploymentJobState", None, &kJobStateType}};
constexpr Type kVersionType{"MlflowModelVersion", kVersion};
constexpr Field kSearchVersions[] = {{"modelVersions", Many, &kVersionType}, {"nextPageToken"}, kNoError};
constexpr Type kSearchVersionsType{"MlflowSearchModelVersionsResponse", kSearchVersions};

constexpr Field kRun[] = {{"info", One, &kInfoType},
                          {"data", One, &kDataType},
                          {"inputs", One, &kInputsType},
                          {"outputs", One, &kOutputsType},
                          {"experiment", ExperimentOfRun, &kExperimentType},
                          {"modelVersions", VersionsOfRun, &kVersionType}};
constexpr Type kRunType{"MlflowRunExtension", kRun};
constexpr Field kGetRun[] = {{"run", One, &kRunType}, kNoError};
constexpr Type kGetRunType{"MlflowGetRunResponse", kGetRun};
constexpr Field kSearchRuns[] = {{"runs", Many, &kRunType}, {"nextPageToken"}, kNoError};
constexpr Type kSearchRunsType{"MlflowSearchRunsResponse", kSearchRuns};

constexpr Field kPoint[] = {{"key"}, {"value", Float}, {"timestamp", Long}, {"step", Long}, {"runId"}};
constexpr Type kPointType{"MlflowMetricWithRunId", kPoint};
constexpr Field kHistory[] = {{"metrics", Many, &kPointType}, kNoError};
constexpr Type kHistoryType{"MlflowGetMetricHistoryBulkIntervalResponse", kHistory};

constexpr Field kFile[] = {{"path"}, {"isDir", Flag}, {"fileSize", Long}};
constexpr Type kFileType{"MlflowFileInfo", kFile};
constexpr Field kArtifacts[] = {{"rootUri"}, {"files", Many, &kFileType}, {"nextPageToken"}, kNoError};
constexpr Type kArtifactsType{"MlflowListArtifactsResponse", kArtifacts};

constexpr Field kSummary[] = {{"experimentId"}, {"name"}, {"digest"}, {"context"}};
constexpr Type kSummaryType{"MlflowDatasetSummary", kSummary};
constexpr Field kDatasets[] = {{"datasetSummaries", Many, &kSummaryType}, kNoError};
constexpr Type kDatasetsType{"MlflowSearchDatasetsResponse", kDatasets};

constexpr Field kOutput[] = {{"output"}};
constexpr Type kTestType{"Test", kOutput};
constexpr Type kTestMutationType{"TestMutation", kOutput};

constexpr auto kInt = Input::Shape::Int;
constexpr auto kLong = Input::Shape::Long;
constexpr auto kTexts = Input::Shape::Texts;
constexpr auto kView = Input::Shape::View;
constexpr Input kExperimentId[] = {{"experimentId"}};
constexpr InputType kExperimentInput{"MlflowGetExperimentInput", kExperimentId};
constexpr Input kRunIds[] = {{"runId"}, {"runUuid"}};
constexpr InputType kRunInput{"MlflowGetRunInput", kRunIds};
constexpr Input kRunSearch[] = {{"experimentIds", kTexts}, {"filter"},          {"runViewType", kView},
                                {"maxResults", kInt},      {"orderBy", kTexts}, {"pageToken"}};
constexpr InputType kRunSearchInput{"MlflowSearchRunsInput", kRunSearch};
constexpr Input kInterval[] = {
    {"runIds", kTexts}, {"metricKey"}, {"startStep", kInt}, {"endStep", kInt}, {"maxResults", kInt}};
constexpr InputType kIntervalInput{"MlflowGetMetricHistoryBulkIntervalInput", kInterval};
constexpr Input kFolder[] = {{"runId"}, {"runUuid"}, {"path"}, {"pageToken"}};
constexpr InputType kFolderInput{"MlflowListArtifactsInput", kFolder};
constexpr Input kVersionSearch[] = {{"filter"}, {"maxResults", kLong}, {"orderBy", kTexts}, {"pageToken"}};
constexpr InputType kVersionSearchInput{"MlflowSearchModelVersionsInput", kVersionSearch};
constexpr Input kExperimentIds[] = {{"experimentIds", kTexts}};
constexpr InputType kDatasetsInput{"MlflowSearchDatasetsInput", kExperimentIds};

constexpr Field kSearch{"mlflowSearchRuns", Call, &kSearchRunsType, "runs/search", &kRunSearchInput};
constexpr Field kQueries[] = {
    {"mlflowGetExperiment", Call, &kGetExperimentType, "experiments/get", &kExperimentInput},
    {"mlflowGetRun", Call, &kGetRunType, "runs/get", &kRunInput},
    kSearch,
    {"mlflowGetMetricHistoryBulkInterval", Call, &kHistoryType, "metrics/get-history-bulk-interval",
     &kIntervalInput},
    {"mlflowListArtifacts", Call, &kArtifactsType, "artifacts/list", &kFolderInput},
    {"mlflowSearchModelVersions", Call, &kSearchVersionsType, "model-versions/search", &kVersionSearchInput},
    {"test", Echo, &kTestType}};
constexpr Field kMutations[] = {
    {"mlflowSearchDatasets", Call, &kDatasetsType, "experiments/search-datasets", &kDatasetsInput},
    kSearch,
    {"testMutation", Echo, &kTestMutationType}};

}  // namespace

constexpr Type kQuery{"Query", kQueries};
constexpr Type kMutation{"Mutation", kMutations};

std::string Field::member() const {
  std::string snake;
  for (const char c : name) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital) snake += '_';
    snake += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return snake;
}

const Field* Type::Find(std::string_view field) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& candidate) { return candidate.name == field; });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace cairn::mlflow::graphql
