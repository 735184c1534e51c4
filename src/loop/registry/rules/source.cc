#include "loop/registry/rules/source.h"

#include <algorithm>
#include <optional>

#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::registry {
namespace {

constexpr std::string_view kPromptTag = "mlflow.prompt.is_prompt";
constexpr std::string_view kModels = "models:/";
constexpr std::string_view kRuns = "runs:/";

Error Refused(const std::string& source, std::string_view why) {
  return {Reason::InvalidArgument, "Invalid model version source: '" + source + "'. " + std::string(why)};
}

std::string_view SchemeOf(std::string_view source) {
  const auto colon = source.find(':');
  const auto slash = source.find('/');
  return colon == std::string_view::npos || slash < colon ? std::string_view() : source.substr(0, colon);
}

bool IsLocal(std::string_view source) {
  const auto scheme = SchemeOf(source);
  return scheme.empty() || EqualsIgnoringCase(scheme, "file");
}

/// The path on this machine; none for another machine's.
std::optional<std::string> LocalPath(std::string_view source) {
  std::string path(source);
  if (!SchemeOf(source).empty()) {
    auto rest = source.substr(SchemeOf(source).size() + 1);
    if (rest.starts_with("//")) {
      rest.remove_prefix(2);
      if (rest.starts_with("localhost/")) rest.remove_prefix(9);
    }
    auto decoded = PercentDecode(rest, UrlPart::Path);
    if (!decoded) return std::nullopt;
    path = *std::move(decoded);
  }
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (!path.starts_with('/') || path.find('\0') != std::string::npos) return std::nullopt;
  for (const auto segment : Split(path, '/')) {
    if (segment == "..") return std::nullopt;
  }
  return path;
}

bool LiesWithin(const std::string& path, const std::string& folder_uri) {
  if (!IsLocal(folder_uri)) return false;
  const auto folder = LocalPath(folder_uri);
  return folder && (path == *folder || path.starts_with(*folder + "/"));
}

Result<> CheckLocal(const SourceRooms& rooms, const NewVersion& wanted) {
  const auto path = LocalPath(wanted.source);
  if (path && !wanted.model_id.empty()) {
    if (LiesWithin(*path, CAIRN_TRY(rooms.models.Find(wanted.model_id)).artifact_uri)) return {};
  } else if (path && !wanted.run_id.empty()) {
    if (LiesWithin(*path, CAIRN_TRY(rooms.runs.Find(wanted.run_id)).info.artifact_uri)) return {};
  }
  const std::string named = wanted.model_id.empty() ? "run_id" : "model_id";
  return Refused(wanted.source,
                 "To use a local path as a model version source, give the " + named +
                     " whose artifact directory holds it, or log the model through this server.");
}

/// Whether a URI's path is absolute and stays where it says, however often it is percent-encoded.
bool IsPlain(std::string uri) {
  for (int round = 0; round < 10; ++round) {
    auto once_more = PercentDecode(uri, UrlPart::Query);
    if (!once_more || *once_more == uri) break;
    uri = *std::move(once_more);
  }
  const auto scheme = SchemeOf(uri).size() + 1;
  std::string_view path = std::string_view(uri).substr(scheme);
  path = path.substr(0, path.find_first_of("?#"));
  if (path.starts_with("//")) path = path.substr(std::min(path.find('/', 2), path.size()));
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos) return false;
  const auto segments = Split(path, '/');
  return std::none_of(segments.begin(), segments.end(),
                      [](std::string_view s) { return s == ".." || s == "."; });
}

/// The path below the artifact root that a URI means, or "" when it means something else.
Result<std::string> LocationOf(std::string_view uri) {
  auto path = tracking::ProxiedPath(uri);
  if (!path && path.error().reason == Reason::Unsupported) return std::string();
  return path;
}

Result<ModelVersion> NamedVersion(const SourceRooms& rooms, const std::string& source) {
  const auto rest = std::string_view(source).substr(kModels.size());
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    return rooms.registry.FindByAlias(rest.substr(0, at), rest.substr(at + 1));
  }
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos)
    return Refused(source, "Write models:/<name>/<version> or models:/<name>@<alias>.");
  const auto name = rest.substr(0, slash), which = rest.substr(slash + 1);
  if (const auto number = ParseInt(which)) return rooms.registry.Find(name, *number);
  if (EqualsIgnoringCase(which, "latest")) return rooms.registry.Newest(name);
  for (auto& version : CAIRN_TRY(rooms.registry.Versions(name))) {
    if (EqualsIgnoringCase(version.stage, which)) return std::move(version);
  }
  return Error{Reason::NotFound,
               "Model '" + std::string(name) + "' has no version in stage '" + std::string(which) + "'."};
}

Result<Origin> OfModels(const SourceRooms& rooms, const NewVersion& wanted) {
  const auto rest = std::string_view(wanted.source).substr(kModels.size());
  Origin origin{wanted.source, wanted.source, "", wanted.run_id, wanted.model_id};
  if (rest.starts_with("m-") && rest.find_first_of("/@") == std::string_view::npos) {
    const auto model = rooms.models.Find(rest);
    if (!model) {
      return Error{model.error().reason, "Unable to fetch model from model URI source artifact location '" +
                                             wanted.source + "'. " + model.error().message};
    }
    origin.found.models.push_back(model->id);
    origin.storage = model->artifact_uri;
    if (origin.run_id.empty()) origin.run_id = model->source_run;
    if (origin.model_id.empty()) origin.model_id = model->id;
    if (origin.model_id != model->id) {
      return Refused(wanted.source,
                     "The model_id given with it is another logged model's: '" + wanted.model_id + "'.");
    }
    origin.location = CAIRN_TRY(LocationOf(origin.storage));
    return origin;
  }
  const auto version = CAIRN_TRY(NamedVersion(rooms, wanted.source));
  origin.source = std::string(kModels) + version.model + "/" + std::to_string(version.version);
  origin.storage = version.storage;
  origin.location = version.location;
  if (origin.run_id.empty()) origin.run_id = version.run_id;
  if (origin.model_id.empty()) origin.model_id = version.model_id;
  return origin;
}

/// The model that the run logged under this name, the one of the last step.
Result<std::string> LoggedByRun(const SourceRooms& rooms, const tracking::Run& run, std::string_view name) {
  std::string location;
  std::optional<std::int64_t> step;
  for (const auto& output : run.outputs) {
    const auto model = rooms.models.Find(output.model_id);
    if (!model || model->name != name || (step && output.step < *step)) continue;
    step = output.step;
    location = CAIRN_TRY(LocationOf(model->artifact_uri));
  }
  return location;
}

Result<Origin> OfRuns(const SourceRooms& rooms, const NewVersion& wanted) {
  auto rest = std::string_view(wanted.source).substr(kRuns.size());
  while (rest.starts_with('/')) rest.remove_prefix(1);
  const auto slash = std::min(rest.find('/'), rest.size());
  auto path = rest.substr(std::min(slash + 1, rest.size()));
  while (path.ends_with('/')) path.remove_suffix(1);
  Origin origin{wanted.source, wanted.source, "", wanted.run_id, wanted.model_id};
  const auto run = rooms.runs.Find(rest.substr(0, slash));
  if (!run || path.empty()) return origin;
  origin.found.runs.push_back(run->info.id);
  origin.location = CAIRN_TRY(LocationOf(tracking::AppendToUri(run->info.artifact_uri, path)));
  if (!origin.location.empty() && CAIRN_TRY(rooms.artifacts.List(origin.location)).empty()) {
    if (auto logged = CAIRN_TRY(LoggedByRun(rooms, *run, path)); !logged.empty())
      origin.location = std::move(logged);
  }
  return origin;
}

/// Whoever's artifacts hold the location.
void NoteOwner(const SourceRooms& rooms, Origin& origin) {
  const auto holds = [&](const std::string& uri) {
    const auto folder = tracking::ProxiedPath(uri);
    return folder && !folder->empty() && tracking::IsAtOrBelow(origin.location, *folder);
  };
  for (const auto name : Split(origin.location, '/')) {
    if (name.starts_with("m-")) {
      const auto model = rooms.models.Find(name, tracking::LoggedModels::Deleted::Shown);
      if (model && holds(model->artifact_uri)) origin.found.models.push_back(model->id);
    } else if (IsHex(name, 32)) {
      const auto run = rooms.runs.Find(name);
      if (run && holds(run->info.artifact_uri)) origin.found.runs.push_back(run->info.id);
    }
  }
}

Error NotTheOwner(const NewVersion& wanted) {
  return Refused(wanted.source,
                 "The " + std::string(wanted.model_id.empty() ? "run_id" : "model_id") +
                     " request parameter must identify the resource that contains the source.");
}

/// The path below the artifact root that a source means which goes through a proxy, ours or another's.
std::optional<std::string> ProxiedSource(const std::string& source) {
  const auto scheme = SchemeOf(source);
  const bool web = EqualsIgnoringCase(scheme, "http") || EqualsIgnoringCase(scheme, "https");
  if (!web && !EqualsIgnoringCase(scheme, "mlflow-artifacts")) return std::nullopt;
  if (web && source.find("/api/2.0/mlflow-artifacts/artifacts") == std::string::npos) return std::nullopt;
  return tracking::KeptPath(source, "\n").value_or("");
}

Result<> CheckProxied(const SourceRooms& rooms, const NewVersion& wanted, const std::string& path) {
  std::string root;
  if (!wanted.model_id.empty()) {
    const auto model = rooms.models.Find(wanted.model_id);
    if (model) root = model->artifact_uri;
  } else if (!wanted.run_id.empty()) {
    const auto run = rooms.runs.Find(wanted.run_id);
    if (run) root = run->info.artifact_uri;
  }
  const auto folder = tracking::KeptPath(root, "\n");
  if (folder && !folder->empty() && tracking::IsAtOrBelow(path, *folder)) return {};
  return NotTheOwner(wanted);
}

/// What models:/<name>/… came from must be what is named, where something is named.
Result<> CheckLineage(const SourceRooms& rooms, const NewVersion& wanted) {
  const auto version = CAIRN_TRY(NamedVersion(rooms, wanted.source));
  const bool other_run = !wanted.run_id.empty() && wanted.run_id != version.run_id;
  const bool other_model = !wanted.model_id.empty() && wanted.model_id != version.model_id;
  if (!other_run && !other_model) return {};
  return Refused(wanted.source,
                 "The run_id and model_id request parameters must match the referenced model version.");
}

/// Whether the source lies in the run or the model that was named. Sources elsewhere belong to nobody.
Result<> CheckOwner(const SourceRooms& rooms, const NewVersion& wanted) {
  const std::string_view source = wanted.source;
  if (source.starts_with(kModels)) {
    const auto rest = source.substr(kModels.size());
    if (!rest.starts_with("m-") || rest.find_first_of("/@") != std::string_view::npos)
      return CheckLineage(rooms, wanted);
    return rest == wanted.model_id ? Result<>() : NotTheOwner(wanted);
  }
  if (source.starts_with(kRuns)) {
    auto rest = source.substr(kRuns.size());
    while (rest.starts_with('/')) rest.remove_prefix(1);
    const bool its_own = wanted.model_id.empty() && !wanted.run_id.empty() &&
                         rest.substr(0, std::min(rest.find('/'), rest.size())) == wanted.run_id;
    return its_own ? Result<>() : NotTheOwner(wanted);
  }
  const auto proxied = ProxiedSource(wanted.source);
  return proxied ? CheckProxied(rooms, wanted, *proxied) : Result<>();
}

bool IsPrompt(const NewVersion& wanted) {
  return std::any_of(wanted.tags.begin(), wanted.tags.end(), [](const Tag& tag) {
    return tag.first == kPromptTag && EqualsIgnoringCase(tag.second, "true");
  });
}

}  // namespace

Result<Origin> ResolveSource(const SourceRooms& rooms, const NewVersion& wanted) {
  Origin origin{wanted.source, wanted.source, "", wanted.run_id, wanted.model_id};
  if (IsPrompt(wanted)) {
    if (wanted.source == "dummy-source" || wanted.source == "prompt-template") return origin;
    return Error{Reason::InvalidArgument, "Invalid prompt source: '" + wanted.source +
                                              "'. A prompt has no files: its source is dummy-source or "
                                              "prompt-template."};
  }
  const bool local = IsLocal(wanted.source);
  if (!local && !IsPlain(wanted.source)) {
    return Refused(wanted.source,
                   "If supplying a source as an http, https, local file path, ftp, objectstore, or "
                   "mlflow-artifacts uri, an "
                   "absolute path must be provided without relative path references present.");
  }
  if (!local && wanted.owner == NewVersion::Owner::Asked) CAIRN_TRY(CheckOwner(rooms, wanted));
  if (local) {
    CAIRN_TRY(CheckLocal(rooms, wanted));
  } else if (wanted.source.starts_with(kModels)) {
    origin = CAIRN_TRY(OfModels(rooms, wanted));
  } else if (wanted.source.starts_with(kRuns)) {
    origin = CAIRN_TRY(OfRuns(rooms, wanted));
  } else {
    origin.location = CAIRN_TRY(LocationOf(wanted.source));
  }
  NoteOwner(rooms, origin);
  if (origin.run_id.empty() && !origin.model_id.empty()) {
    origin.run_id = CAIRN_TRY(rooms.models.Find(origin.model_id)).source_run;
  }
  return origin;
}

}  // namespace cairn::registry
