#include "ground/archive/libarchive/reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>

#include "ground/os/library.h"

namespace cairn::archive::libarchive {
namespace {

constexpr std::size_t kPiece = 256 << 10;

struct Functions {
  decltype(&::archive_read_new) make;
  decltype(&::archive_read_free) free;
  decltype(&::archive_read_support_filter_bzip2) bzip2;
  decltype(&::archive_read_support_filter_xz) xz;
  decltype(&::archive_read_support_filter_lzma) lzma;
  decltype(&::archive_read_support_filter_lz4) lz4;
  decltype(&::archive_read_support_filter_zstd) zstd;
  decltype(&::archive_read_support_format_raw) raw;
  decltype(&::archive_read_support_format_tar) tar;
  decltype(&::archive_read_open_memory) open;
  decltype(&::archive_read_open_filename) open_file;
  decltype(&::archive_read_next_header) next;
  decltype(&::archive_read_data) data;
  decltype(&::archive_filter_code) filter_code;
  decltype(&::archive_entry_pathname) pathname;
  decltype(&::archive_entry_filetype) filetype;
};

Result<Functions> Open() {
  const auto opened =
      os::Library::Open({"libarchive", {"libarchive.so.13"}, "install Debian's package libarchive13"});
  if (!opened) return Error{Reason::Unsupported, opened.error().message};
  const os::Library& file = *opened;
#define CAIRN_SYMBOL(name) CAIRN_TRY(file.Symbol<decltype(&::name)>(#name))
  return Functions{CAIRN_SYMBOL(archive_read_new),
                   CAIRN_SYMBOL(archive_read_free),
                   CAIRN_SYMBOL(archive_read_support_filter_bzip2),
                   CAIRN_SYMBOL(archive_read_support_filter_xz),
                   CAIRN_SYMBOL(archive_read_support_filter_lzma),
                   CAIRN_SYMBOL(archive_read_support_filter_lz4),
                   CAIRN_SYMBOL(archive_read_support_filter_zstd),
                   CAIRN_SYMBOL(archive_read_support_format_raw),
                   CAIRN_SYMBOL(archive_read_support_format_tar),
                   CAIRN_SYMBOL(archive_read_open_memory),
                   CAIRN_SYMBOL(archive_read_open_filename),
                   CAIRN_SYMBOL(archive_read_next_header),
                   CAIRN_SYMBOL(archive_read_data),
                   CAIRN_SYMBOL(archive_filter_code),
                   CAIRN_SYMBOL(archive_entry_pathname),
                   CAIRN_SYMBOL(archive_entry_filetype)};
#undef CAIRN_SYMBOL
}

Result<const Functions*> Load() {
  static const Result<Functions> loaded = Open();
  if (!loaded) return loaded.error();
  return &*loaded;
}

/// One reading of one text of bytes.
class Reader {
 public:
  explicit Reader(const Functions& functions) : functions_(functions), reader_(functions.make()) {}
  ~Reader() { functions_.free(reader_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool OpenStream(std::string_view bytes) { return AllowFilters() && Begin(bytes) && BeginsFiltered(); }
  bool OpenFile(const std::string& path) {
    return AllowFilters() && functions_.open_file(reader_, path.c_str(), kPiece) == ARCHIVE_OK &&
           BeginsFiltered();
  }
  bool OpenTar(std::string_view bytes) { return functions_.tar(reader_) == ARCHIVE_OK && Begin(bytes); }

  Unpacked::End ForEachPiece(const std::function<bool(std::string_view)>& take) {
    std::string piece(kPiece, '\0');
    for (;;) {
      const auto count = functions_.data(reader_, piece.data(), piece.size());
      if (count < 0) return Unpacked::End::Damaged;
      if (count == 0) return Unpacked::End::Whole;
      if (!take({piece.data(), static_cast<std::size_t>(count)})) return Unpacked::End::OverLimit;
    }
  }

  /// False at the end, or where it is broken (`damaged`).
  bool Next() {
    const int answer = functions_.next(reader_, &entry_);
    damaged_ = answer != ARCHIVE_EOF && answer < ARCHIVE_WARN;
    return answer == ARCHIVE_OK || answer == ARCHIVE_WARN;
  }
  bool damaged() const { return damaged_; }
  std::string Name() const {
    const char* name = functions_.pathname(entry_);
    return name ? name : "";
  }
  bool IsFile() const { return functions_.filetype(entry_) == AE_IFREG; }

  Unpacked Content(std::uint64_t most_bytes) {
    Unpacked unpacked;
    unpacked.end = ForEachPiece([&](std::string_view piece) {
      const std::uint64_t room = most_bytes - unpacked.bytes.size();
      unpacked.bytes.append(piece.substr(0, room));
      return piece.size() <= room;
    });
    return unpacked;
  }

 private:
  /// Only filters that are libraries: libarchive would start a program for some of the others.
  bool AllowFilters() {
    for (const auto allow : {functions_.bzip2, functions_.xz, functions_.lzma, functions_.lz4,
                             functions_.zstd, functions_.raw}) {
      // A warning would mean just that: that a program is going to be started.
      if (allow(reader_) != ARCHIVE_OK) return false;
    }
    return true;
  }
  bool BeginsFiltered() {
    return functions_.next(reader_, &entry_) == ARCHIVE_OK &&
           functions_.filter_code(reader_, 0) != ARCHIVE_FILTER_NONE;
  }
  bool Begin(std::string_view bytes) {
    return functions_.open(reader_, bytes.data(), bytes.size()) == ARCHIVE_OK;
  }

  const Functions& functions_;
  ::archive* reader_;
  ::archive_entry* entry_ = nullptr;
  bool damaged_ = false;
};

}  // namespace

Result<Unpacked> Unfilter(std::string_view bytes, std::uint64_t most_bytes) {
  const auto& functions = *CAIRN_TRY(Load());
  Reader reader(functions);
  if (!reader.OpenStream(bytes)) return Unpacked{{}, Unpacked::End::Damaged};
  return reader.Content(most_bytes);
}

Result<Unpacked::End> UnfilterFile(const std::string& path,
                                   const std::function<bool(std::string_view)>& take) {
  const auto& functions = *CAIRN_TRY(Load());
  Reader reader(functions);
  if (!reader.OpenFile(path)) return Unpacked::End::Damaged;
  return reader.ForEachPiece(take);
}

Result<Unpacked::End> EachTarFile(std::string_view bytes, std::uint64_t most_bytes,
                                  const std::function<bool(std::string, std::string)>& take) {
  const auto& functions = *CAIRN_TRY(Load());
  Reader reader(functions);
  if (!reader.OpenTar(bytes)) return Unpacked::End::Damaged;
  while (reader.Next()) {
    if (!reader.IsFile()) continue;
    auto content = reader.Content(most_bytes);
    most_bytes -= content.bytes.size();
    const bool on = take(reader.Name(), std::move(content.bytes));
    if (content.end != Unpacked::End::Whole) return content.end;
    if (!on) break;
  }
  return reader.damaged() ? Unpacked::End::Damaged : Unpacked::End::Whole;
}

}  // namespace cairn::archive::libarchive
