#include "loop/serving/file_scoring.h"

#include "ground/os/temp_folder.h"
#include "ground/tables/engine.h"
#include "loop/serving/row_scoring.h"

namespace cairn::serving {

Result<std::int64_t> ScoreFile(const runtime::LoadedFolder& model, const FileScoring& wanted,
                               std::stop_token stop) {
  const auto scratch = CAIRN_TRY(os::TempFolder::Create(wanted.scratch));
  tables::Engine::Options options;
  options.threads = 0;
  options.spill = scratch.path();
  const auto engine = CAIRN_TRY(tables::Engine::Open(options));
  const auto source = CAIRN_TRY(tables::Source::Open(wanted.input));
  std::vector<std::string> parts;
  const auto keep = [&](const tables::Table& part) {
    parts.push_back(scratch / ("part-" + std::to_string(parts.size()) + ".parquet"));
    return WritePart(*engine, part, parts.back());
  };
  CAIRN_TRY(ScoreRows(model, *engine, {source, wanted.input, wanted.keep}, keep, stop));
  if (parts.empty()) return Error{Reason::Unprocessable, "'" + wanted.input + "' has no rows to score."};
  const auto scored = CAIRN_TRY(tables::Source::Open(parts));
  return engine->Write("SELECT * FROM " + scored.Relation(), wanted.output, wanted.format);
}

}  // namespace cairn::serving
