#include "loop/contract/contract.h"

#include "fuzz/property.h"
#include "loop/contract/row_rules.h"

using cairn::Json;

/// The bytes are a contract: in the standard's form, or in cairn.yaml's. Whatever they say, its rules have
/// names of their own, and those that compile judge any value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  const auto node = cairn::ParseYaml(bytes, "fuzz.yaml");
  if (!node || !node->IsMap()) return 0;
  const auto contract = cairn::contract::IsOdcs(*node) ? cairn::contract::ReadContract(bytes, "fuzz.yaml")
                                                       : cairn::contract::ParseContract(*node);
  if (!contract) return 0;
  const auto rules = contract->AllRules();
  for (std::size_t i = 1; i < rules.size(); ++i)
    cairn::fuzz::Hold(rules[i].name != rules[i - 1].name, "rules have names of their own");
  const auto compiled = cairn::contract::RowRules::Of(*contract);
  if (!compiled) return 0;
  for (std::size_t column = 0; column < compiled->columns().size(); ++column)
    for (const Json& value :
         {Json(), Json(1), Json(0.5), Json("2013-02-01"), Json(true), Json::Array({Json("a")})})
      (void)compiled->Violation(column, value);
  return 0;
}
