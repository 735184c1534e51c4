#include "ledger/metadata/audit/signed_heads.h"

#include <limits>
#include <optional>

#include "ground/crypto/signature.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/store/tree_table.h"

namespace cairn::metadata {
namespace {

bool IsSignedBy(const std::string& public_key, const TreeHead& head) {
  if (head.size == 0 || !IsHex(head.root, 64)) return false;
  const auto signature = FromBase64(head.signature);
  // The text is compared too: base64 has more than one text for the same bytes.
  return signature && Base64(*signature) == head.signature &&
         crypto::Verify(public_key, Statement(head), head.signature);
}

std::string Covering(std::uint64_t size) {
  return "the signed head over " + std::to_string(size) + " events";
}

Problem Forged(const std::string& where) {
  return {"forged_head", std::nullopt, "", "",
          where +
              " does not carry the sealer's signature: the head was forged or altered, or another key is "
              "used here"};
}

class Collector {
 public:
  explicit Collector(SignedHeads& heads) : heads_(heads) {}

  void Add(const TreeHead& head, bool from_file, const std::string& where) {
    auto [found, fresh] = heads_.good.try_emplace(head.size, SignedHead{head.root, head.at, false, false});
    (from_file ? found->second.in_file : found->second.in_store) = true;
    if (!fresh && found->second.root != head.root) {
      heads_.problems.push_back({"forked", static_cast<std::int64_t>(head.size) - 1, "", "",
                                 where + " and another signed head over the same " +
                                     std::to_string(head.size) +
                                     " events have different roots: two histories were signed"});
    }
  }

 private:
  SignedHeads& heads_;
};

}  // namespace

Result<SignedHeads> CollectHeads(sql::Connection& connection, const std::string& file,
                                 const std::vector<HeadLine>& lines, const std::string& public_key) {
  SignedHeads heads;
  Collector collector(heads);
  std::map<std::uint64_t, TreeHead> verified;
  for (const auto& head : CAIRN_TRY(HeadsAfter(connection, std::numeric_limits<std::int64_t>::min()))) {
    ++heads.store_count;
    const std::string where = Covering(head.size) + " in the store";
    if (!IsSignedBy(public_key, head)) {
      heads.problems.push_back(Forged(where));
      continue;
    }
    verified.emplace(head.size, head);
    collector.Add(head, false, where);
  }
  for (const auto& line : lines) {
    const std::string where = "line " + std::to_string(line.number) + " of " + file;
    if (!line.head) {
      if (line.torn) {
        heads.notes.push_back(where + " is incomplete: a writer was stopped within it");
      } else {
        heads.problems.push_back(
            {"damaged_head", std::nullopt, "", "", where + " is not a signed head as the sealer writes it"});
      }
      continue;
    }
    ++heads.file_count;
    const auto same = verified.find(line.head->size);
    if ((same == verified.end() || same->second != *line.head) && !IsSignedBy(public_key, *line.head)) {
      heads.problems.push_back(Forged(where));
      continue;
    }
    collector.Add(*line.head, true, where);
  }
  return heads;
}

}  // namespace cairn::metadata
