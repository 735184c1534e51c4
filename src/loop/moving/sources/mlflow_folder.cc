#include "loop/moving/sources/mlflow_folder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/moving/sources/kept_files.h"

namespace cairn::moving {
namespace {

constexpr std::size_t kRunsAtATime = 200;
constexpr std::uint64_t kLargestMeta = 16 << 20;
constexpr std::string_view kTrash = ".trash", kDeletedVersion = "Deleted_Internal";
constexpr std::array<std::string_view, 4> kNoRuns = {"tags", "datasets", "models", "traces"};

/// One meta.yaml.
class Meta {
 public:
  static Result<Meta> In(const std::string& folder) {
    const std::string path = os::JoinPath(folder, "meta.yaml");
    const std::string text = CAIRN_TRY(os::ReadFile(path, kLargestMeta));
    return Meta(CAIRN_TRY(ParseYaml(text, path)));
  }
  /// "" for null and for what is absent.
  std::string Text(std::string_view key) const {
    const Node* node = root_.Find(key);
    return node && node->IsScalar() && !node->IsNull() ? node->text() : "";
  }
  std::optional<std::string> Optional(std::string_view key) const {
    const Node* node = root_.Find(key);
    if (!node || node->IsNull()) return std::nullopt;
    return node->text();
  }
  std::int64_t Int(std::string_view key) const {
    const auto number = ParseInt(Text(key));
    return number ? *number : 0;
  }
  bool IsDeleted() const { return Text("lifecycle_stage") == "deleted"; }
  const Node* Find(std::string_view key) const { return root_.Find(key); }

 private:
  explicit Meta(Node root) : root_(std::move(root)) {}
  Node root_;
};

/// Each file below `folder` is a value, its path the key.
template <class T>
Result<std::vector<T>> Values(const std::string& folder) {
  std::vector<T> values;
  if (!os::IsFolder(folder)) return values;
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
    if (entry.kind == os::FileKind::File)
      values.push_back({entry.path, CAIRN_TRY(os::ReadFile(os::JoinPath(folder, entry.path), kLargestMeta))});
  }
  return values;
}

Result<std::vector<std::string>> FoldersIn(const std::string& folder) {
  std::vector<std::string> names;
  if (!os::IsFolder(folder)) return names;
  for (auto& name : CAIRN_TRY(os::ListFolder(folder))) {
    if (os::IsFolder(os::JoinPath(folder, name))) names.push_back(std::move(name));
  }
  return names;
}

/// Python writes "nan", "inf" and "-inf".
Result<double> NumberOf(std::string_view text) {
  if (text == "nan") return std::nan("");
  if (text == "inf" || text == "infinity") return HUGE_VAL;
  if (text == "-inf" || text == "-infinity") return -HUGE_VAL;
  return ParseDouble(text);
}

/// "time value [step]", of a run also "time value step dataset digest", of a logged model "time value step
/// run [dataset digest]".
Result<std::vector<tracking::Metric>> PointsIn(const std::string& path, const std::string& key) {
  std::vector<tracking::Metric> points;
  const std::string text = CAIRN_TRY(os::ReadFile(path));
  for (const auto line : Split(text, '\n')) {
    if (Trim(line).empty()) continue;
    const auto words = Split(Trim(line), ' ');
    const auto at = ParseInt(words[0]);
    const auto value = words.size() < 2 ? Result<double>(Error{}) : NumberOf(LowerAscii(words[1]));
    const auto step = words.size() < 3 ? Result<std::int64_t>(0) : ParseInt(words[2]);
    if (!at || !value || !step)
      return Error{Reason::Corrupt, "The line '" + std::string(line) + "' of " + path + " is no metric."};
    tracking::Metric point;
    point.key = key;
    point.at_ms = *at;
    point.value = *value;
    point.step = *step;
    if (words.size() == 4 || words.size() == 6) point.run_id = words[3];
    if (words.size() == 6) {
      point.dataset_name = words[4];
      point.dataset_digest = words[5];
    }
    points.push_back(std::move(point));
  }
  return points;
}

class MlflowFolder final : public Source {
 public:
  MlflowFolder(const std::string& root, const Origin& origin)
      : root_(root), files_(origin, os::ParentOf(root), root) {}

  Result<std::vector<tracking::Experiment>> Experiments() override {
    std::vector<tracking::Experiment> found;
    for (const std::string& parent : {root_, os::JoinPath(root_, kTrash)}) {
      for (const auto& name : CAIRN_TRY(FoldersIn(parent))) {
        const std::string folder = os::JoinPath(parent, name);
        const auto id = ParseInt(name);
        if (!id || !os::Exists(os::JoinPath(folder, "meta.yaml"))) continue;
        const Meta meta = CAIRN_TRY(Meta::In(folder));
        found.push_back({*id,
                         meta.Text("name"),
                         meta.Text("artifact_location"),
                         meta.IsDeleted(),
                         meta.Int("creation_time"),
                         meta.Int("last_update_time"),
                         {}});
        found.back().tags = CAIRN_TRY(Values<tracking::Tag>(os::JoinPath(folder, "tags")));
        const std::lock_guard lock(mutex_);
        experiments_[*id] = folder;
      }
    }
    return found;
  }

  Result<RunPage> Runs(tracking::ExperimentId experiment, const std::string& page) override {
    RunPage found;
    const std::string folder = FolderOf(experiment);
    // By the names of folders: a copied folder holds the run_id of another.
    std::string last;
    for (const auto& name : CAIRN_TRY(FoldersIn(folder))) {
      if (name <= page || std::find(kNoRuns.begin(), kNoRuns.end(), name) != kNoRuns.end()) continue;
      const std::string place = os::JoinPath(folder, name);
      if (!os::Exists(os::JoinPath(place, "meta.yaml"))) continue;
      if (found.runs.size() == kRunsAtATime) {
        found.next = last;
        break;
      }
      found.runs.push_back(CAIRN_TRY(RunIn(place, folder, experiment)));
      last = name;
      const std::lock_guard lock(mutex_);
      runs_[found.runs.back().info.id] = place;
    }
    return found;
  }

  Result<> Points(const std::string& run, const std::string& key, const Take& take) override {
    std::string folder;
    {
      const std::lock_guard lock(mutex_);
      folder = runs_[run];
    }
    auto points = CAIRN_TRY(PointsIn(os::JoinPath(os::JoinPath(folder, "metrics"), key), key));
    return HandOver(std::move(points), take);
  }

  Result<std::vector<tracking::LoggedModel>> Models(tracking::ExperimentId experiment) override {
    std::vector<tracking::LoggedModel> models;
    const std::string folder = os::JoinPath(FolderOf(experiment), "models");
    for (const auto& name : CAIRN_TRY(FoldersIn(folder)))
      models.push_back(CAIRN_TRY(ModelIn(os::JoinPath(folder, name), experiment)));
    return models;
  }

  Result<std::vector<FoundModel>> Registered() override {
    std::vector<FoundModel> found;
    const std::string folder = os::JoinPath(root_, "models");
    for (const auto& name : CAIRN_TRY(FoldersIn(folder)))
      found.push_back(CAIRN_TRY(RegisteredIn(os::JoinPath(folder, name))));
    NoteLoggedModels(found);
    return found;
  }

  Result<std::vector<std::string>> LeftBehind() override {
    std::size_t traces = 0;
    for (const auto& experiment : CAIRN_TRY(Experiments()))
      traces += CAIRN_TRY(FoldersIn(os::JoinPath(FolderOf(experiment.id), "traces"))).size();
    if (traces == 0) return std::vector<std::string>();
    return std::vector{WithThousands(static_cast<std::int64_t>(traces)) + " traces"};
  }

  bool Reaches(const std::string& uri) const override { return files_.Reaches(uri); }
  Result<std::vector<FoundFile>> Files(const Owner& owner) override { return files_.Files(owner); }
  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) override {
    return files_.Fetch(owner, path, to);
  }

 private:
  std::string FolderOf(tracking::ExperimentId experiment) {
    const std::lock_guard lock(mutex_);
    return experiments_[experiment];
  }

  static Result<tracking::Run> RunIn(const std::string& place, const std::string& experiment_folder,
                                     tracking::ExperimentId experiment) {
    const Meta meta = CAIRN_TRY(Meta::In(place));
    tracking::Run run;
    auto& info = run.info;
    info.id = meta.Text("run_id").empty() ? meta.Text("run_uuid") : meta.Text("run_id");
    info.experiment = experiment;
    info.user = meta.Text("user_id");
    const auto status = meta.Int("status");
    if (status >= 1 && status <= 5) info.status = static_cast<tracking::RunStatus>(status);
    info.start_ms = meta.Int("start_time");
    if (meta.Optional("end_time")) info.end_ms = meta.Int("end_time");
    info.artifact_uri = meta.Text("artifact_uri");
    info.deleted = meta.IsDeleted();
    run.params = CAIRN_TRY(Values<tracking::Param>(os::JoinPath(place, "params")));
    run.tags = CAIRN_TRY(Values<tracking::Tag>(os::JoinPath(place, "tags")));
    info.name = meta.Text("run_name").empty() ? meta.Text("name") : meta.Text("run_name");
    for (const auto& tag : run.tags) {
      if (tag.key == "mlflow.runName") info.name = tag.value;
    }
    CAIRN_TRY(ReadLatest(place, run));
    CAIRN_TRY(ReadEdges(place, experiment_folder, run));
    return run;
  }

  static Result<> ReadLatest(const std::string& place, tracking::Run& run) {
    const std::string folder = os::JoinPath(place, "metrics");
    if (!os::IsFolder(folder)) return {};
    for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
      if (entry.kind != os::FileKind::File || entry.stamp.size == 0) continue;
      tracking::Metric metric;
      metric.key = entry.path;
      run.metrics.push_back(std::move(metric));
    }
    return {};
  }

  static Result<> ReadEdges(const std::string& place, const std::string& experiment_folder,
                            tracking::Run& run) {
    for (const char* kind : {"inputs", "outputs"}) {
      const std::string folder = os::JoinPath(place, kind);
      for (const auto& name : CAIRN_TRY(FoldersIn(folder))) {
        const std::string edge = os::JoinPath(folder, name);
        const Meta meta = CAIRN_TRY(Meta::In(edge));
        if (meta.Text("destination_type") == "MODEL_OUTPUT") {
          run.outputs.push_back({meta.Text("destination_id"), meta.Int("step")});
        } else if (meta.Text("destination_type") == "MODEL_INPUT") {
          run.input_models.push_back(meta.Text("destination_id"));
        } else {
          run.inputs.push_back(CAIRN_TRY(InputIn(meta, experiment_folder)));
        }
      }
    }
    return {};
  }

  static Result<tracking::DatasetInput> InputIn(const Meta& edge, const std::string& experiment_folder) {
    const Meta meta = CAIRN_TRY(
        Meta::In(os::JoinPath(os::JoinPath(experiment_folder, "datasets"), edge.Text("source_id"))));
    tracking::DatasetInput input;
    input.dataset = {meta.Text("name"),   meta.Text("digest"),     meta.Text("source_type"),
                     meta.Text("source"), meta.Optional("schema"), meta.Optional("profile")};
    if (const Node* tags = edge.Find("tags")) {
      for (const auto& entry : tags->entries()) input.tags.push_back({entry.key, entry.value.text()});
    }
    return input;
  }

  static Result<tracking::LoggedModel> ModelIn(const std::string& place, tracking::ExperimentId experiment) {
    const Meta meta = CAIRN_TRY(Meta::In(place));
    tracking::LoggedModel model;
    model.id = meta.Text("model_id");
    model.experiment = experiment;
    model.name = meta.Text("name");
    model.type = meta.Text("model_type");
    model.source_run = meta.Text("source_run_id");
    model.artifact_uri = meta.Text("artifact_location");
    model.status = static_cast<tracking::ModelStatus>(std::clamp<std::int64_t>(meta.Int("status"), 1, 3));
    model.deleted = meta.IsDeleted();
    model.created_ms = meta.Int("creation_timestamp");
    model.updated_ms = meta.Int("last_updated_timestamp");
    model.tags = CAIRN_TRY(Values<tracking::Tag>(os::JoinPath(place, "tags")));
    model.params = CAIRN_TRY(Values<tracking::Param>(os::JoinPath(place, "params")));
    const std::string folder = os::JoinPath(place, "metrics");
    if (!os::IsFolder(folder)) return model;
    for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
      if (entry.kind != os::FileKind::File) continue;
      for (auto& point : CAIRN_TRY(PointsIn(os::JoinPath(folder, entry.path), entry.path))) {
        point.model_id = model.id;
        model.metrics.push_back(std::move(point));
      }
    }
    return model;
  }

  static Result<FoundModel> RegisteredIn(const std::string& place) {
    const Meta meta = CAIRN_TRY(Meta::In(place));
    FoundModel found;
    found.model = {meta.Text("name"),
                   meta.Text("description"),
                   {},
                   {},
                   meta.Int("creation_timestamp"),
                   meta.Int("last_updated_timestamp")};
    for (auto& tag : CAIRN_TRY(Values<tracking::Tag>(os::JoinPath(place, "tags"))))
      found.model.tags.emplace_back(std::move(tag.key), std::move(tag.value));
    for (const auto& alias : CAIRN_TRY(Values<tracking::Tag>(os::JoinPath(place, "aliases")))) {
      const auto version = ParseInt(Trim(alias.value));
      if (version) found.model.aliases.push_back({alias.key, *version});
    }
    for (const auto& name : CAIRN_TRY(FoldersIn(place))) {
      if (name.starts_with("version-"))
        found.versions.push_back(CAIRN_TRY(VersionIn(os::JoinPath(place, name), found.model.name)));
    }
    std::sort(found.versions.begin(), found.versions.end(),
              [](const auto& a, const auto& b) { return a.version.version < b.version.version; });
    return found;
  }

  static Result<FoundVersion> VersionIn(const std::string& place, const std::string& model) {
    const Meta meta = CAIRN_TRY(Meta::In(place));
    FoundVersion found;
    auto& v = found.version;
    v.model = model;
    v.version = meta.Int("version");
    v.source = meta.Text("source");
    v.storage = meta.Text("storage_location").empty() ? v.source : meta.Text("storage_location");
    v.run_id = meta.Text("run_id");
    v.model_id = meta.Text("model_id");
    v.run_link = meta.Text("run_link");
    v.description = meta.Text("description");
    // "None" is a stage here, and YAML leaves it text.
    v.stage = meta.Text("current_stage").empty() ? "None" : meta.Text("current_stage");
    v.created_by = meta.Text("user_id");
    v.created_ms = meta.Int("creation_timestamp");
    v.updated_ms = meta.Int("last_updated_timestamp");
    found.deleted = v.stage == kDeletedVersion;
    for (auto& tag : CAIRN_TRY(Values<tracking::Tag>(os::JoinPath(place, "tags"))))
      v.tags.emplace_back(std::move(tag.key), std::move(tag.value));
    return found;
  }

  const std::string root_;
  const KeptFiles files_;
  std::mutex mutex_;
  std::map<tracking::ExperimentId, std::string> experiments_;
  std::map<std::string, std::string> runs_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenMlflowFolder(const std::string& folder, const Origin& origin) {
  const std::string root = CAIRN_TRY(os::RealPath(folder));
  auto opened = std::make_unique<MlflowFolder>(root, origin);
  if (!CAIRN_TRY(opened->Experiments()).empty()) return std::unique_ptr<Source>(std::move(opened));
  return Error{Reason::NotFound,
               "The folder " + folder +
                   " holds no experiment of MLflow's (a folder with a number and a meta.yaml); "
                   "name the mlruns folder itself."};
}

}  // namespace cairn::moving
