#include "ground/tables/text_decoder.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "ground/os/descriptor.h"

namespace cairn::tables {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::string_view kMark = "\xEF\xBB\xBF";

}  // namespace

struct TextDecoder::State {
  ~State() {
    if (converter != reinterpret_cast<iconv_t>(-1)) iconv_close(converter);
  }
  std::string path, encoding;
  iconv_t converter = reinterpret_cast<iconv_t>(-1);
  std::int64_t line = 1;
  bool begun = false;

  Error Broken(std::string_view how) const {
    return {Reason::Unprocessable, path + ", line " + std::to_string(line) + ": " + std::string(how)};
  }

  Result<> HandOn(std::string_view text, const std::function<Result<>(std::string_view)>& take) {
    if (!begun && text.starts_with(kMark)) text.remove_prefix(kMark.size());
    begun = begun || !text.empty();
    line += std::count(text.begin(), text.end(), '\n');
    return text.empty() ? Result<>() : take(text);
  }

  /// Converts what can be converted of `input` and keeps the rest, an incomplete character, in it.
  Result<> Convert(std::string& input, const std::function<Result<>(std::string_view)>& take) {
    std::vector<char> output(kPiece);
    char* from = input.data();
    std::size_t left = input.size();
    while (left > 0) {
      char* to = output.data();
      std::size_t room = output.size();
      const auto code = iconv(converter, &from, &left, &to, &room);
      const int problem = code == static_cast<std::size_t>(-1) ? errno : 0;
      CAIRN_TRY(HandOn({output.data(), output.size() - room}, take));
      if (problem == EINVAL) break;
      if (problem == EILSEQ) return Broken("the text is not " + encoding + "; name its encoding.");
    }
    input.erase(0, input.size() - left);
    return Done{};
  }
};

TextDecoder::TextDecoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder::~TextDecoder() = default;

Result<TextDecoder> TextDecoder::Open(const std::string& path, const std::string& encoding) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->encoding = encoding;
  state->converter = iconv_open("UTF-8", encoding.c_str());
  if (state->converter == reinterpret_cast<iconv_t>(-1)) {
    return Error{Reason::Unsupported, "'" + encoding +
                                          "' is no encoding that this machine knows; `iconv --list` names "
                                          "them, such as latin1, windows-1252, utf-16le"};
  }
  return TextDecoder(std::move(state));
}

Result<> TextDecoder::Read(const std::function<Result<>(std::string_view)>& take, std::uint64_t most) {
  const auto file = CAIRN_TRY(os::OpenToRead(state_->path));
  std::string input;
  std::vector<char> buffer(kPiece);
  for (std::uint64_t read = 0; read < most;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), most - read));
    const std::size_t got = CAIRN_TRY(os::ReadSome(file.number(), buffer.data(), want, state_->path));
    if (got == 0) {
      if (!input.empty()) return state_->Broken("the text ends in the middle of a character.");
      return Done{};
    }
    read += got;
    input.append(buffer.data(), got);
    CAIRN_TRY(state_->Convert(input, take));
  }
  return Done{};
}

}  // namespace cairn::tables
