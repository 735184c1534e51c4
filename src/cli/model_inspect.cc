#include <algorithm>
#include <cstdio>

#include "cli/catalogue.h"
#include "ground/vocabulary/text.h"
#include "loop/formats/formats.h"

namespace cairn::cli {
namespace {

using formats::Inspection;
using formats::Runs;

constexpr int kProblemsFound = 1, kDamaged = 7;

const char* WordOf(Runs runs) {
  switch (runs) {
    case Runs::Nothing:
      return "nothing";
    case Runs::KnownCode:
      return "known code";
    case Runs::UnknownCode:
      return "unknown code";
    case Runs::CannotTell:
      return "cannot tell";
  }
  return "";
}

const char* SentenceOf(Runs runs) {
  switch (runs) {
    case Runs::Nothing:
      return "Loading it runs no code of its author.";
    case Runs::KnownCode:
      return "Loading it imports only what is known as harmless.";
    case Runs::UnknownCode:
      return "Loading it CAN RUN CODE of its author:";
    case Runs::CannotTell:
      return "What loading it would run cannot be told.";
  }
  return "";
}

int ExitCodeOf(const Inspection& found) {
  const auto runs = found.runs();
  if (runs == Runs::UnknownCode || (runs == Runs::CannotTell && found.damage.empty())) return kProblemsFound;
  return found.damage.empty() ? 0 : kDamaged;
}

std::string Dotted(const formats::Import& import) {
  return import.name.empty() ? import.module : import.module + "." + import.name;
}
std::string At(const std::string& where) { return where.empty() ? "" : where + ": "; }

/// Names and texts come out of a stranger's file: JSON is UTF-8, and a terminal obeys control characters.
std::string Plain(std::string_view text) {
  const bool utf8 = IsUtf8(text);
  std::string plain;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7f && (utf8 || code < 0x80)) {
      plain += c;
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\x%02x", code);
    plain += escape;
  }
  return plain;
}

Json JsonOf(const formats::DetailValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return Plain(*text);
  Json list = Json::Array();
  for (const auto& item : std::get<std::vector<std::string>>(value)) list.Push(Plain(item));
  return list;
}

Json JsonOf(const std::vector<formats::Port>& ports) {
  Json list = Json::Array();
  for (const auto& port : ports)
    list.Push(Json{{"name", Plain(port.name)}, {"type", Plain(port.type)}, {"shape", Plain(port.shape)}});
  return list;
}

Json JsonOf(const std::vector<formats::Concern>& concerns) {
  Json list = Json::Array();
  for (const auto& concern : concerns)
    list.Push(Json{{"where", Plain(concern.where)}, {"what", Plain(concern.what)}});
  return list;
}

Json JsonOf(const formats::FormatFacts& facts) {
  return Json{{"id", facts.id},
              {"name", facts.name},
              {"vendor", facts.vendor},
              {"openness", facts.openness},
              {"licence", facts.licence},
              {"can_run_code", facts.loading},
              {"runs_here", facts.runs_here},
              {"to_onnx", facts.to_onnx},
              {"conversion", facts.conversion}};
}

Json JsonOf(const Inspection& found, const std::string& path) {
  Json imports = Json::Array(), parts = Json::Array();
  for (const auto& import : found.imports)
    imports.Push(Json{{"where", Plain(import.where)},
                      {"module", Plain(import.module)},
                      {"name", Plain(import.name)},
                      {"offset", static_cast<std::int64_t>(import.offset)},
                      {"known_as", import.known_as}});
  for (const auto& part : found.parts)
    parts.Push(Json{{"where", Plain(part.where)},
                    {"format", formats::FactsOf(part.format).id},
                    {"bytes", static_cast<std::int64_t>(part.bytes)}});
  std::vector<Json::Member> details;
  for (const auto& detail : found.details) details.emplace_back(Plain(detail.name), JsonOf(detail.value));
  return Json{{"path", Plain(path)},
              {"format", JsonOf(formats::FactsOf(found.format))},
              {"version", Plain(found.version)},
              {"writer", Plain(found.writer)},
              {"bytes", static_cast<std::int64_t>(found.bytes)},
              {"files", static_cast<std::int64_t>(found.files)},
              {"sha256", found.sha256},
              {"inputs", JsonOf(found.inputs)},
              {"outputs", JsonOf(found.outputs)},
              {"details", Json::Object(std::move(details))},
              {"loading_runs", WordOf(found.runs())},
              {"imports", imports},
              {"concerns", JsonOf(found.concerns)},
              {"damage", JsonOf(found.damage)},
              {"parts", parts}};
}

void SayRow(const Session& session, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  session.Say("  " + std::string(name) + std::string(16 - std::min<std::size_t>(15, name.size()), ' ') +
              Plain(value));
}

std::string Listed(const std::vector<std::string>& items) {
  constexpr std::size_t kShown = 12;
  const std::vector<std::string> first(
      items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(items.size(), kShown)));
  return Join(first, ", ") +
         (items.size() > kShown ? " and " + std::to_string(items.size() - kShown) + " more" : "");
}

std::string Listed(const std::vector<formats::Port>& ports) {
  std::vector<std::string> items;
  for (const auto& port : ports) {
    const std::string type = port.type + (port.shape.empty() ? "" : " " + port.shape);
    items.push_back(port.name + (type.empty() ? "" : " (" + type + ")"));
  }
  return Listed(items);
}

void SayContent(const Session& session, const Inspection& found) {
  for (const auto& detail : found.details) {
    if (const auto* number = std::get_if<std::int64_t>(&detail.value))
      SayRow(session, detail.name, WithThousands(*number));
    else if (const auto* text = std::get_if<std::string>(&detail.value))
      SayRow(session, detail.name, *text);
    else
      SayRow(session, detail.name, Listed(std::get<std::vector<std::string>>(detail.value)));
  }
  SayRow(session, "inputs", Listed(found.inputs));
  SayRow(session, "outputs", Listed(found.outputs));
  constexpr std::size_t kShownParts = 12;
  if (found.parts.size() > kShownParts)
    return SayRow(session, "inside",
                  std::to_string(found.parts.size()) + " files of known formats (--json lists them)");
  for (const auto& part : found.parts)
    SayRow(
        session, "inside",
        part.where + ": " + std::string(formats::FactsOf(part.format).name) + ", " + FormatBytes(part.bytes));
}

void SayVerdict(const Session& session, const Inspection& found) {
  session.Say(std::string("\n") + SentenceOf(found.runs()));
  std::vector<std::string> known;
  for (const auto& import : found.imports) {
    if (import.known_as.empty())
      session.Say("  " + Plain(At(import.where) + "would import " + Dotted(import)) +
                  ": not known as harmless");
    else
      known.push_back(Plain(Dotted(import)));
  }
  for (const auto& concern : found.concerns) session.Say("  " + Plain(At(concern.where) + concern.what));
  if (!known.empty()) session.Say("  known as harmless: " + Listed(known));
  for (const auto& damage : found.damage)
    session.Say("Damaged: " + Plain(At(damage.where) + damage.what) + ".");
  const auto& facts = formats::FactsOf(found.format);
  session.Say("\nRuns here: " + std::string(facts.runs_here) + "." +
              (facts.conversion.empty() ? "" : " To ONNX: " + std::string(facts.conversion) + "."));
}

void Show(const Session& session, const Inspection& found, const std::string& path) {
  const auto& facts = formats::FactsOf(found.format);
  session.Say(Plain(path) + ": " + std::string(facts.name) +
              (found.version.empty() ? "" : ", " + Plain(found.version)));
  SayRow(session, "vendor", std::string(facts.vendor));
  SayRow(session, "openness", std::string(facts.openness));
  SayRow(session, "licence", std::string(facts.licence));
  SayRow(session, "written by", found.writer);
  SayRow(
      session, "size",
      FormatBytes(found.bytes) + (found.files == 1 ? "" : " in " + std::to_string(found.files) + " files"));
  SayRow(session, "sha256", found.sha256);
  SayContent(session, found);
  SayVerdict(session, found);
}

Result<int> InspectFile(Session& session, const Arguments& arguments) {
  formats::Limits limits;
  if (arguments.Has("--unpack")) {
    const auto mebibytes = ParseInt(arguments.Text("--unpack"));
    if (!mebibytes || *mebibytes <= 0 || *mebibytes > (std::int64_t{1} << 30))
      return Error{Reason::InvalidArgument,
                   "'" + arguments.Text("--unpack") + "' is no number of MiB: write --unpack 2048"};
    limits.most_unpacked_bytes = static_cast<std::uint64_t>(*mebibytes) << 20;
  }
  const std::string path = arguments.Text("FILE");
  const auto found = CAIRN_TRY(formats::Inspect(path, limits));
  if (!session.PrintedJson(JsonOf(found, path))) Show(session, found, path);
  return ExitCodeOf(found);
}

Result<int> ListFormats(Session& session, const Arguments&) {
  Json list = Json::Array();
  Table table({"format", "vendor", "openness", "licence", "runs here", "can run code", "to ONNX by"});
  for (const auto& facts : formats::Table()) {
    list.Push(JsonOf(facts));
    table.Add({std::string(facts.name), std::string(facts.vendor), std::string(facts.openness),
               std::string(facts.licence), std::string(facts.runs_here), std::string(facts.loading),
               facts.format == formats::Format::Onnx ? "is ONNX"
               : facts.to_onnx.empty()               ? "–"
                                                     : std::string(facts.to_onnx)});
  }
  if (!session.PrintedJson(Json{{"items", list}})) std::fputs(table.Text().c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<Command> InspectCommands() {
  return {
      {"model inspect",
       "Say which format a file is, what is in it, and what loading it would run",
       "Goes by the content, never by the name. Pickles are read opcode by opcode, also inside archives, and "
       "nothing of "
       "the file is executed. Needs no project. Exit code 0 when loading it runs no unknown code, 1 when it "
       "can or when "
       "that cannot be told, 7 when it is damaged.",
       {{"FILE", "A model's file or folder"}},
       {{"--unpack", "MIB", "Unpack up to so many MiB of compressed parts in memory, 512 unless given"}},
       InspectFile},
      {"formats",
       "List the formats of models: who made them, what they can do, how they get here",
       "What is recognised is not always run: the column 'runs here' says what this program runs itself.",
       {},
       {},
       ListFormats},
  };
}

}  // namespace cairn::cli
