#include "loop/rollout/setting.h"

#include "ground/crypto/hash.h"

namespace cairn::rollout {

Result<std::string> ContractDigest(const Node& configuration, std::string_view dataset) {
  for (const auto& one : CAIRN_TRY(data::ParseSpecifications(configuration))) {
    if (one.name == dataset)
      return one.contract_digest.empty() ? crypto::Sha256Hex("null") : one.contract_digest;
  }
  return std::string();
}

Result<Setting> ReadSetting(const governance::Configurations& configurations) {
  const auto accepted = CAIRN_TRY(configurations.Accepted());
  if (!accepted)
    return Error{Reason::Conflict,
                 "no configuration is accepted yet, so nothing says what may go live: `cairn apply` submits "
                 "cairn.yaml"};
  const Node root = CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"));
  Setting setting;
  setting.digest = accepted->digest;
  setting.gates = CAIRN_TRY(ParseGates(root));
  setting.charter = CAIRN_TRY(charter::Parse(root));
  setting.serving = CAIRN_TRY(serving::ParseSettings(root));
  if (!setting.gates.model.empty())
    setting.specification = CAIRN_TRY(data::FindSpecification(root, setting.gates.dataset));
  setting.contract = CAIRN_TRY(ContractDigest(root, setting.gates.dataset));
  const Node* canary = root.FindPath("serving.canary");
  setting.canary = canary && !canary->IsNull();
  return setting;
}

}  // namespace cairn::rollout
