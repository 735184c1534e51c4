#include "loop/evidence/formats/provenance.h"

#include "ground/crypto/pem.h"
#include "ground/vocabulary/text.h"
#include "loop/evidence/formats/envelope.h"

namespace cairn::evidence {
namespace {

constexpr const char* kPredicate = "https://slsa.dev/provenance/v1";

Json SubjectsOf(const registry::Manifest& manifest) {
  Json subjects = Json::Array();
  for (const auto& file : manifest.files)
    subjects.Push(Json{{"name", "model/" + file.path}, {"digest", Json{{"sha256", file.sha256}}}});
  return subjects;
}

Json Dependency(const std::string& uri, const std::string& name, const char* algorithm,
                const std::string& digest) {
  return Json{{"uri", uri}, {"name", name}, {"digest", Json{{algorithm, digest}}}};
}

/// MD5 names bytes in DVC's cache; a folder's name is the MD5 of its listing.
void AddStages(const pipeline::RunRecord& run, Json& dependencies) {
  for (const auto& stage : run.stages)
    for (const auto& path : stage.reads)
      dependencies.Push(Dependency("urn:cairn:path:" + PercentEncode(path.path, "/"),
                                   stage.name + ": " + path.path, "md5", path.md5.substr(0, 32)));
  for (const auto& [file, digest] : run.environment.At("locks").members())
    if (digest.IsString())
      dependencies.Push(
          Dependency("urn:cairn:path:" + PercentEncode(file, "/"), file, "sha256", digest.AsString()));
}

Json DependenciesOf(const Dossier& dossier) {
  Json dependencies = Json::Array();
  for (const auto& used : dossier.data) {
    const std::string name = used.version.dataset + "@" + std::to_string(used.version.version);
    dependencies.Push(Dependency("urn:cairn:dataset:" + PercentEncode(name, "@"), name + ", " + used.part,
                                 "sha256", used.version.digest));
  }
  if (dossier.configuration)
    dependencies.Push(Dependency("urn:cairn:configuration:" + dossier.configuration->digest, "cairn.yaml",
                                 "sha256", dossier.configuration->digest));
  if (!dossier.pipeline) return dependencies;
  const std::string& commit = dossier.pipeline->source.commit;
  if (!commit.empty())
    dependencies.Push(Dependency("urn:cairn:commit:" + commit, "the project's code", "gitCommit", commit));
  AddStages(*dossier.pipeline, dependencies);
  return dependencies;
}

Json ParametersOf(const Dossier& dossier) {
  Json params = Json::Object();
  if (dossier.run)
    for (const auto& param : dossier.run->params) params.Set(param.key, param.value);
  return params;
}

/// What was asked for, by whoever set it off.
Json ExternalOf(const Dossier& dossier) {
  Json external{{"model", dossier.version.model}, {"version", dossier.version.version}};
  if (!dossier.pipeline) return external;
  const auto& run = *dossier.pipeline;
  external.Set("trigger", Json{{"on", run.trigger.on}, {"name", run.trigger.name}});
  Json stages = Json::Array();
  for (const auto& stage : run.stages) stages.Push(stage.name);
  return external.Set("stages", std::move(stages)).Set("changed_code", run.source.dirty);
}

Json RunOf(const Dossier& dossier) {
  Json metadata = Json::Object();
  if (dossier.pipeline) {
    metadata = Json{{"invocationId", dossier.pipeline->id},
                    {"startedOn", FormatUtc(dossier.pipeline->started)},
                    {"finishedOn", FormatUtc(dossier.pipeline->ended)}};
  } else if (dossier.run) {
    metadata =
        Json{{"invocationId", dossier.run->info.id}, {"startedOn", FormatUtc(dossier.run->info.start_ms)}};
    if (dossier.run->info.end_ms) metadata.Set("finishedOn", FormatUtc(*dossier.run->info.end_ms));
  }
  const auto pinned = dossier.program.find("==");
  return Json{{"builder",
               Json{{"id", dossier.pipeline ? "urn:cairn:pipeline" : "urn:cairn:tracking"},
                    {"version",
                     Json{{"cairn", dossier.program.substr(pinned == std::string::npos ? 0 : pinned + 2)}}}}},
              {"metadata", std::move(metadata)}};
}

}  // namespace

Json Provenance(const Dossier& dossier, const crypto::SigningKey& key) {
  const Json statement{
      {"_type", kStatementType},
      {"subject", SubjectsOf(dossier.manifest)},
      {"predicateType", kPredicate},
      {"predicate", Json{{"buildDefinition", Json{{"buildType", "urn:cairn:training:1"},
                                                  {"externalParameters", ExternalOf(dossier)},
                                                  {"internalParameters", ParametersOf(dossier)},
                                                  {"resolvedDependencies", DependenciesOf(dossier)}}},
                         {"runDetails", RunOf(dossier)}}}};
  const auto pem = crypto::PublicPemOf(key.PublicKey());
  return Envelope(statement, pem ? KeyIdOf(*pem) : "", [&](std::string_view message) {
    const auto raw = FromBase64(key.Sign(message));
    return raw ? *raw : std::string();
  });
}

Result<> CheckProvenance(const Json& envelope, std::string_view public_key, const registry::Manifest& files) {
  const Json statement =
      CAIRN_TRY(Opened(envelope, [&](std::string_view message, std::string_view signature) {
        return crypto::Verify(public_key, message, Base64(signature));
      }));
  if (statement.Text("predicateType") != kPredicate)
    return Error{Reason::Corrupt, "it is no SLSA provenance"};
  if (statement.At("subject") != SubjectsOf(files))
    return Error{Reason::Corrupt, "it is about other files than those below model/"};
  return Done{};
}

}  // namespace cairn::evidence
