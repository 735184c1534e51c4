#include <array>
#include <vector>

#include "ground/vocabulary/text.h"
#include "loop/evidence/bundle.h"

namespace cairn::evidence {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::array<Format, 7> kFormats = {{
    {"cyclonedx", "bom.cdx.json", "application/vnd.cyclonedx+json; version=1.6",
     "CycloneDX 1.6 bill of materials with model card"},
    {"attestations", "attestations.cdx.json", "application/vnd.cyclonedx+json; version=1.6",
     "CycloneDX 1.6 attestations: the ML Test Score as claims with evidence"},
    {"slsa", "provenance.dsse.json", kJson, "in-toto statement with SLSA provenance 1.0 in a DSSE envelope"},
    {"model-signing", "model.sig", kJson,
     "OpenSSF Model Signing 1.0: a Sigstore bundle over the model's files"},
    {"openlineage", "lineage.jsonl", "application/x-ndjson", "OpenLineage 2-0-2 events"},
    {"huggingface", "huggingface.md", "text/markdown; charset=utf-8", "Hugging Face model card"},
    {"junit", "junit.xml", "application/xml", "gates and ML Test Score as JUnit XML"},
}};

}  // namespace

std::span<const Format> Formats() { return kFormats; }

Result<Format> FormatNamed(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Format& format : kFormats) {
    if (format.name == name) return format;
    names.push_back(format.name);
  }
  return Error{Reason::NotFound,
               "There is no form of evidence '" + std::string(name) + "'." + Suggestion(name, names)};
}

}  // namespace cairn::evidence
