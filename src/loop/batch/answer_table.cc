#include "loop/batch/answer_table.h"

#include <limits>

namespace cairn::batch {
namespace {

constexpr std::string_view kMagic = "CAIRN-ANSWERS-1\n";
constexpr std::uint64_t kTail = 4 * 8;
constexpr std::size_t kBuffer = 1 << 20;

void AppendNumber(std::string& to, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(number >> (8 * i));
}

std::uint64_t NumberAt(std::string_view bytes, std::uint64_t at, int length) {
  std::uint64_t number = 0;
  for (int i = 0; i < length; ++i)
    number |= std::uint64_t{static_cast<unsigned char>(bytes[at + static_cast<std::uint64_t>(i)])} << (8 * i);
  return number;
}

}  // namespace

Result<std::shared_ptr<const AnswerTable>> AnswerTable::Open(const std::string& path) {
  std::shared_ptr<AnswerTable> table(new AnswerTable(CAIRN_TRY(os::MappedFile::Open(path)), path));
  CAIRN_TRY(table->ReadEnds());
  return std::shared_ptr<const AnswerTable>(std::move(table));
}

Error AnswerTable::Damaged() const {
  return {Reason::Corrupt, "'" + path_ + "' is no whole table of answers: make it again with `cairn batch`."};
}

Result<> AnswerTable::ReadEnds() {
  const auto bytes = file_.bytes();
  const std::uint64_t size = bytes.size();
  if (size < kMagic.size() + kTail || !bytes.starts_with(kMagic)) return Damaged();
  const std::uint64_t tail = size - kTail;
  places_ = NumberAt(bytes, tail, 8);
  rows_ = NumberAt(bytes, tail + 8, 8);
  const std::uint64_t stamp = NumberAt(bytes, tail + 16, 8);
  if (NumberAt(bytes, tail + 24, 8) != size || places_ < kMagic.size() || stamp < places_ || stamp > tail ||
      (stamp - places_) % 8 != 0 || (stamp - places_) / 8 != rows_)
    return Damaged();
  auto parsed = Json::Parse(bytes.substr(stamp, tail - stamp));
  if (!parsed || !parsed->IsObject()) return Damaged();
  stamp_ = *std::move(parsed);
  return {};
}

Result<AnswerTable::Row> AnswerTable::RowAt(std::uint64_t number) const {
  const auto bytes = file_.bytes();
  const std::uint64_t at = NumberAt(bytes, places_ + 8 * number, 8);
  if (at < kMagic.size() || at > places_ || places_ - at < 8) return Damaged();
  const std::uint64_t key = NumberAt(bytes, at, 4), answer = NumberAt(bytes, at + 4, 4);
  if (places_ - at - 8 < key + answer) return Damaged();
  return Row{bytes.substr(at + 8, key), bytes.substr(at + 8 + key, answer)};
}

Result<std::optional<std::string_view>> AnswerTable::Find(std::string_view key) const {
  std::uint64_t low = 0, high = rows_;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto row = CAIRN_TRY(RowAt(middle));
    if (row.key == key) return std::optional(row.answer);
    if (row.key < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::optional<std::string_view>();
}

Result<> AnswerTable::Check() const {
  std::string_view last;
  for (std::uint64_t number = 0; number < rows_; ++number) {
    const auto row = CAIRN_TRY(RowAt(number));
    if (number > 0 && !(last < row.key)) return Damaged();
    last = row.key;
  }
  return {};
}

Result<AnswerTableWriter> AnswerTableWriter::Create(const std::string& path) {
  auto file = CAIRN_TRY(os::NewFile::Create(path));
  auto places = CAIRN_TRY(os::NewFile::Create(path));
  CAIRN_TRY(file.Append(kMagic));
  AnswerTableWriter writer(std::move(file), std::move(places));
  writer.at_ = kMagic.size();
  return writer;
}

Result<> AnswerTableWriter::Add(std::string_view key, std::string_view answer) {
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
  if (key.size() > kMost || answer.size() > kMost)
    return Error{Reason::TooLarge, "A row of answers has more than 4 GiB."};
  AppendNumber(places_buffer_, at_, 8);
  AppendNumber(rows_buffer_, key.size(), 4);
  AppendNumber(rows_buffer_, answer.size(), 4);
  rows_buffer_ += key;
  rows_buffer_ += answer;
  at_ += 8 + key.size() + answer.size();
  ++rows_;
  return rows_buffer_.size() >= kBuffer ? Flush() : Result<>();
}

Result<> AnswerTableWriter::Flush() {
  CAIRN_TRY(file_.Append(rows_buffer_));
  CAIRN_TRY(places_.Append(places_buffer_));
  rows_buffer_.clear();
  places_buffer_.clear();
  return {};
}

Result<> AnswerTableWriter::Finish(const Json& stamp) {
  CAIRN_TRY(Flush());
  CAIRN_TRY(file_.AppendFile(places_.spool()));
  std::string end = stamp.Dump();
  const std::uint64_t stamp_at = at_ + 8 * rows_, size = stamp_at + end.size() + kTail;
  for (const auto number : {at_, rows_, stamp_at, size}) AppendNumber(end, number, 8);
  CAIRN_TRY(file_.Append(end));
  return file_.Publish();
}

}  // namespace cairn::batch
