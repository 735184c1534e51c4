#include "cli/offers.h"

#include "cli/identity_folder.h"
#include "cli/session.h"
#include "ground/crypto/signature.h"
#include "ground/os/clock.h"
#include "loop/offering/visibility.h"

namespace cairn::cli {
namespace {

std::string ColumnsOf(const Json& columns) {
  std::string text;
  for (const Json& column : columns.items()) {
    text += text.empty() ? "" : ", ";
    text += column.Text("name") + ":" + column.Text("type");
    if (column.At("shape").IsArray()) text += column.At("shape").Dump();
  }
  return text.empty() ? "?" : text;
}

std::string StateOf(const Json& item) {
  const std::string state = item.Text("state");
  return state == "in_production" ? "in production" : state;
}

Json ListOf(const std::vector<std::string>& texts) {
  Json list = Json::Array();
  for (const auto& text : texts) list.Push(text);
  return list;
}

Result<int> Catalogue(Session& session, const Arguments& arguments) {
  const offering::Wish wish{arguments.All("WORD..."), arguments.All("--takes"), arguments.All("--gives")};
  Json question{{"words", ListOf(wish.words)}, {"takes", ListOf(wish.takes)}, {"gives", ListOf(wish.gives)}};
  if (const std::string signer = arguments.Text("--sign"); !signer.empty()) {
    const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), signer));
    const TimeMs at = os::SystemClock().Now();
    question.Set("signer", signer).Set("at", at).Set("signature", key.Sign(AskingStatement(wish, at)));
  }
  const Json answer = CAIRN_TRY(session.Post("/api/v1/catalogue", question));
  if (session.PrintedJson(answer)) return 0;
  Table table({"model", "version", "state", "takes", "gives", "owner", "where", "description"});
  for (const Json& item : answer.At("items").items()) {
    const std::string where = item.At("endpoint").IsNull() ? item.Text("source") : item.Text("endpoint");
    table.Add({item.Text("model"), std::to_string(item.Int("version")), StateOf(item),
               ColumnsOf(item.At("inputs")), ColumnsOf(item.At("outputs")), item.Text("owner"), where,
               item.Text("description")});
  }
  std::fputs(table.Text("No model that you may see is like that.").c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<Command> OfferCommands() {
  return {
      {"catalogue",
       "Find models that can be used: by words, by what they take and give",
       "Lists of each model the version in production, or else the newest: its columns, whether it answers "
       "here and where, who owns it. `governance.catalogue` of cairn.yaml says who is shown which; what not "
       "everybody may see is shown to who signs the question (--sign). It orders what is offered: files and "
       "records are as open as the server that holds them.",
       {{"WORD...", "In its name, description, owner or tags", Positional::Need::Optional}},
       {{"--takes", "NAME:TYPE",
         "A column that it takes, such as age:double, age or :double; may be given again"},
        {"--gives", "NAME:TYPE", "A column that it gives; may be given again"},
        {"--sign", "NAME", "Ask as this principal"}},
       Catalogue}};
}

}  // namespace cairn::cli
