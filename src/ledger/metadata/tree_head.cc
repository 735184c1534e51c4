#include "ledger/metadata/tree_head.h"

#include "ground/vocabulary/digest.h"

namespace cairn::metadata {

std::string Statement(const TreeHead& head) {
  return Json{{"at", head.at}, {"root", head.root}, {"size", head.size}}.Canonical();
}

Json ToJson(const TreeHead& head) {
  return Json{{"size", head.size}, {"root", head.root}, {"at", head.at}, {"signature", head.signature}};
}

Result<TreeHead> TreeHeadOf(const Json& json) {
  TreeHead head;
  const std::int64_t size = CAIRN_TRY(RequiredInt(json, "size"));
  if (size <= 0)
    return Error{Reason::InvalidArgument,
                 "a tree head's size is a positive number, not " + std::to_string(size)};
  head.size = static_cast<std::uint64_t>(size);
  head.root = CAIRN_TRY(RequiredText(json, "root"));
  if (!IsHex(head.root, 64))
    return Error{Reason::InvalidArgument, "a tree head's root has 64 hexadecimal digits"};
  head.at = CAIRN_TRY(RequiredInt(json, "at"));
  head.signature = CAIRN_TRY(RequiredText(json, "signature"));
  return head;
}

}  // namespace cairn::metadata
